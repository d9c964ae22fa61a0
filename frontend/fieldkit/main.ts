/** Mounts the on-site workbench on its page: <div id="fieldkit" data-case-id data-officer data-api data-csrf>. */

import { createApp } from "vue";
import App from "./App.vue";
import { Api, Problem, sentence } from "../field/api";
import { newId } from "../field/ids";
import { learn, t } from "../field/i18n";
import { forgetKey, keepKey, keptKey, onSignedOut } from "../field/keyring";
import { Oplog } from "../field/oplog";
import { fromBase64 } from "../field/sealing";
import { Navigation } from "./navigation";
import { CASES, Session } from "./session";
import { ENGLISH } from "./words.en";
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
    if (!operations.some((one) => one.kind === CASES.opens && one.status !== "refused")) return begun.case_id;
  }
  const fresh = newId();
  await log.keepForm(NEW, "case", { case_id: fresh });
  return fresh;
}

function csrfToken(root: HTMLElement): string {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie);
  return root.dataset.csrf || (cookie ? decodeURIComponent(cookie[1]!) : "");
}

/** The officer's key on this device: from the server, or while it cannot be reached from this window's session. */
async function keyOn(api: Api, officer: string, device: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const given = await api.post<{ key: string }>("/accounts/device-key", { device });
    keepKey({ officer, device, key: given.key });
    return fromBase64(given.key);
  } catch (reason) {
    if (reason instanceof Problem && [401, 403].includes(reason.status)) {
      forgetKey();
      throw reason;
    }
    const kept = keptKey(officer, device);
    if (!kept) throw reason;
    return fromBase64(kept);
  }
}

async function start(root: HTMLElement): Promise<void> {
  const officer = root.dataset.officer ?? "";
  const api = new Api(root.dataset.api ?? "/api", () => csrfToken(root), officer);
  const log = await Oplog.open({ kind: CASES.kind, officer, keyOn: (device) => keyOn(api, officer, device) });
  onSignedOut(() => location.replace("/sign-in"));
  const session = new Session(await caseOf(root, log), api, log);
  await session.start();
  createApp(App, { session, navigation: new Navigation(session.opened ? "counting" : "inspection") }).mount(root);
}

learn(ENGLISH);
const root = document.getElementById("fieldkit");
const page = document.documentElement;
if (!page.dataset.bsTheme && matchMedia("(prefers-color-scheme: dark)").matches) page.dataset.bsTheme = "dark";
if (root)
  start(root).catch((reason: unknown) => {
    if (reason instanceof Problem && reason.status === 401) return location.replace(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
    root.textContent = reason instanceof Problem || reason instanceof TypeError ? sentence(reason) : t("工作台没有打开：本机存储不可用（{reason}）。请关闭无痕模式或腾出空间后刷新。", { reason: String(reason) });
    root.setAttribute("role", "alert");
  });
