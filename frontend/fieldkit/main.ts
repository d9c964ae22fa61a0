/** Mounts the on-site workbench on its page: <div id="fieldkit" data-case-id data-api data-csrf>. */

import { createApp } from "vue";
import App from "./App.vue";
import { Api } from "./api";
import { newId } from "./ids";
import { t } from "./i18n";
import { Navigation } from "./navigation";
import { Oplog } from "./oplog";
import { Session } from "./session";
import "./fieldkit.css";
import "./forms.css";

const NEW = "new";

/** The case of this page; a case that is being begun keeps its id while its first page is filled in. */
async function caseOf(root: HTMLElement, log: Oplog): Promise<string> {
  const given = root.dataset.caseId;
  if (given && given !== NEW) return given;
  const begun = await log.form<{ case_id: string }>(NEW, "case");
  if (begun) {
    const operations = await log.operations(begun.case_id);
    if (!operations.some((one) => one.kind === "case.open")) return begun.case_id;
  }
  const fresh = newId();
  await log.keepForm(NEW, "case", { case_id: fresh });
  return fresh;
}

function csrfToken(root: HTMLElement): string {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
  return root.dataset.csrf || (cookie ? decodeURIComponent(cookie[1]!) : "");
}

async function start(root: HTMLElement): Promise<void> {
  const log = await Oplog.open();
  const api = new Api(root.dataset.api ?? "/api", () => csrfToken(root));
  const session = new Session(await caseOf(root, log), api, log);
  await session.start();
  createApp(App, { session, navigation: new Navigation(session.opened ? "counting" : "inspection") }).mount(root);
}

const root = document.getElementById("fieldkit");
const page = document.documentElement;
if (!page.dataset.bsTheme && matchMedia("(prefers-color-scheme: dark)").matches) page.dataset.bsTheme = "dark";
if (root)
  start(root).catch((reason: unknown) => {
    root.textContent = t("工作台没有打开：本机存储不可用（{reason}）。请关闭无痕模式或腾出空间后刷新。", { reason: String(reason) });
    root.setAttribute("role", "alert");
  });
