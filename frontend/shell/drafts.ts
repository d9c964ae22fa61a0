// Every form in which somebody types is kept on the device while it is filled in: a lost session loses no word.
// Kept is what was typed, not what the server sent; never a password, a file or a token. A draft belongs to the officer
// who typed it. It goes when the server has taken the form, when the officer throws it away, when they sign out, and after
// a week. Only data-no-draft keeps a form out.
import { forgetKey, onSignedOut, tellSignedOut } from "../field/keyring";
import { clockTime, icon, word } from "./words";

const PREFIX = "draft:";
const SENT = "draft-sent";
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "operation_id"]);

const A_WEEK_MS = 7 * 24 * 3600 * 1000;

type Kept = { at: string; values: Record<string, string[]> };

/** Forms of one page are told apart by where they post to, what they say they do, and their order. */
function keyOf(form: HTMLFormElement): string {
  const act = form.querySelector<HTMLInputElement>("input[type=hidden][name=act]")?.value ?? "";
  const path = `${location.pathname}>${new URL(form.action, location.href).pathname}:${act}`;
  const alike = [...document.querySelectorAll<HTMLFormElement>("form")].filter((one) => one.action === form.action);
  return `${PREFIX}${document.body.dataset.officer ?? ""}:${form.dataset.draft ?? `${path}:${alike.indexOf(form)}`}`;
}

/** The forms that are kept: posted, with a field to type into. */
export function draftForms(): HTMLFormElement[] {
  const posted = [...document.querySelectorAll<HTMLFormElement>("form")].filter((form) => form.method === "post");
  return posted.filter((form) => !form.matches("[data-no-draft]") && [...form.elements].some(isTyped));
}

function isTyped(field: Element): boolean {
  return field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && isText(field) && !["checkbox", "radio"].includes(field.type));
}

/** What somebody changed in the form, by the field's name. */
export function typedIn(form: HTMLFormElement): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  const given = new FormData(form);
  for (const field of form.elements) {
    const name = field.getAttribute("name") ?? "";
    if (name && !NOT_KEPT.has(name) && isText(field) && isChanged(field)) found[name] = given.getAll(name).filter((one) => typeof one === "string");
  }
  return found;
}

/** Whether a list stands as the server sent it: where nothing was marked, on its first entry. */
function isAsSent(list: HTMLSelectElement): boolean {
  const marked = [...list.options].filter((option) => option.defaultSelected);
  const sent = marked.length || list.multiple ? marked : [...list.options].slice(0, 1);
  return [...list.options].every((option) => option.selected === sent.includes(option));
}

function isChanged(field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement): boolean {
  if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  if (field instanceof HTMLSelectElement) return !isAsSent(field);
  return field.value !== field.defaultValue;
}

/** Put values back into fields that are still as the server sent them; true if anything changed. */
export function putBack(form: HTMLFormElement, values: Record<string, string[]>): boolean {
  let changed = false;
  for (const field of form.elements) {
    if (!((field.getAttribute("name") ?? "") in values)) continue;
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) {
      const checked = (values[field.name] ?? []).includes(field.value);
      if (field.name && field.checked === field.defaultChecked && checked !== field.checked) {
        field.checked = checked;
        changed = true;
      }
    } else if (isText(field) && values[field.name]?.length && field.value !== values[field.name]![0]) {
      if (!untouched(field)) continue;
      field.value = values[field.name]![0]!;
      changed = true;
    }
  }
  return changed;
}

function isText(field: Element): field is HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement {
  if (field instanceof HTMLInputElement) return !["password", "file", "hidden", "submit", "button"].includes(field.type);
  return field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement;
}

function untouched(field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement): boolean {
  if (field instanceof HTMLSelectElement) return isAsSent(field) || !field.value;
  return field.value === field.defaultValue;
}

function read(key: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

function noteOf(form: HTMLFormElement): HTMLElement {
  const found = form.querySelector<HTMLElement>("[data-saved]");
  if (found) return found;
  const note = document.createElement("span");
  note.className = "zm-saved";
  note.dataset.saved = "";
  note.setAttribute("role", "status");
  const acts = form.querySelector(".zm-form-acts");
  if (acts) acts.append(note);
  else form.append(note);
  return note;
}

function sayRestored(form: HTMLFormElement, kept: Kept): void {
  const note = noteOf(form);
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "zm-link";
  discard.append(icon("trash"), word("discard"));
  discard.addEventListener("click", () => {
    localStorage.removeItem(keyOf(form));
    form.reset();
    note.textContent = "";
  });
  note.replaceChildren(`${word("restored")} ${clockTime(new Date(kept.at))}`, discard);
}

/** After a page came back: the form that was sent is taken, unless this page says what was wrong, or asks to sign in. */
function forgetTaken(): void {
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (sent && document.body.dataset.officer && !document.querySelector("[data-errors]")) localStorage.removeItem(sent);
}

/** What was sent was not done after all (the key was not touched): it stays. */
export function notSent(): void {
  sessionStorage.removeItem(SENT);
}

function forgetOld(): void {
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX)))
    if (!(Date.now() - Date.parse(read(key)?.at ?? "") < A_WEEK_MS)) localStorage.removeItem(key);
}

function keep(form: HTMLFormElement): void {
  const key = keyOf(form);
  const kept = read(key);
  if (kept && putBack(form, kept.values)) sayRestored(form, kept);
  let timer = 0;
  const save = (): void => {
    const at = new Date();
    const values = typedIn(form);
    if (!Object.keys(values).length) return localStorage.removeItem(key);
    localStorage.setItem(key, JSON.stringify({ at: at.toISOString(), values } satisfies Kept));
    if (form.querySelector("[data-saved], .zm-form-acts")) noteOf(form).replaceChildren(`${word("saved")} ${clockTime(at)}`);
  };
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, 400);
  });
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    save();
    sessionStorage.setItem(SENT, key);
  });
}

/** Keep and restore every draft form on the page. */
export function keepDrafts(): void {
  forgetTaken();
  forgetOld();
  const officer = document.body.dataset.officer;
  draftForms().filter((form) => officer || form.dataset.draft).forEach(keep); // a stranger's only where a page says so
  document.querySelector("form[data-forget-drafts]")?.addEventListener("submit", () => {
    const own = `${PREFIX}${document.body.dataset.officer ?? ""}:`;
    Object.keys(localStorage).filter((key) => key.startsWith(own)).forEach((key) => localStorage.removeItem(key));
    tellSignedOut();
  });
  onSignedOut(() => undefined);
  if (!document.body.dataset.officer && !document.getElementById("fieldkit")) forgetKey();
}
