// Forms marked data-draft="key" are kept on the device while they are filled in: a lost session loses no word.
// A draft belongs to the officer who typed it. It goes when the server has taken the form, when the officer throws it
// away, and when they sign out.
import { forgetKey, onSignedOut, tellSignedOut } from "../field/keyring";
import { clockTime, icon, word } from "./words";

const PREFIX = "draft:";
const SENT = "draft-sent";
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "operation_id"]);

type Kept = { at: string; values: Record<string, string[]> };

function keyOf(form: HTMLFormElement): string {
  return `${PREFIX}${document.body.dataset.officer ?? ""}:${form.dataset.draft ?? ""}`;
}

/** What is in the form now; never a password, a file or a token. */
export function valuesOf(form: HTMLFormElement): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [name, value] of new FormData(form)) {
    const field = form.elements.namedItem(name);
    const secret = field instanceof HTMLInputElement && ["password", "hidden"].includes(field.type);
    if (typeof value === "string" && !secret && !NOT_KEPT.has(name)) (found[name] ??= []).push(value);
  }
  return found;
}

/** Put values back into fields that are still as the server sent them; true if anything changed. */
export function putBack(form: HTMLFormElement, values: Record<string, string[]>): boolean {
  let changed = false;
  for (const field of form.elements) {
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
  if (field instanceof HTMLSelectElement) return [...field.options].every((option) => option.selected === option.defaultSelected || !field.value);
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

/** After a page came back: the form that was sent is taken, unless it is here again with something to correct. */
function forgetTaken(): void {
  const sent = sessionStorage.getItem(SENT);
  if (!sent || !document.body.dataset.officer) return;
  sessionStorage.removeItem(SENT);
  const here = [...document.querySelectorAll<HTMLFormElement>("form[data-draft]")].find((form) => keyOf(form) === sent);
  if (!(here && document.querySelector("[data-errors]"))) localStorage.removeItem(sent);
}

function keep(form: HTMLFormElement): void {
  const key = keyOf(form);
  const kept = read(key);
  if (kept && putBack(form, kept.values)) sayRestored(form, kept);
  let timer = 0;
  const save = (): void => {
    const at = new Date();
    localStorage.setItem(key, JSON.stringify({ at: at.toISOString(), values: valuesOf(form) } satisfies Kept));
    noteOf(form).replaceChildren(`${word("saved")} ${clockTime(at)}`);
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
  document.querySelectorAll<HTMLFormElement>("form[data-draft]").forEach(keep);
  document.querySelector("form[data-forget-drafts]")?.addEventListener("submit", () => {
    const own = `${PREFIX}${document.body.dataset.officer ?? ""}:`;
    Object.keys(localStorage).filter((key) => key.startsWith(own)).forEach((key) => localStorage.removeItem(key));
    tellSignedOut();
  });
  onSignedOut(() => undefined);
  if (!document.body.dataset.officer && !document.getElementById("fieldkit")) forgetKey();
}
