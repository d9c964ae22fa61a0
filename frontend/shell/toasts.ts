// What was just done, said once at the edge of the page, with 撤销 where it can be taken back.
import { icon, word } from "./words";

const STAY_MS = 8000;
const ICONS: Record<string, string> = { danger: "alert-circle", warning: "alert-triangle", info: "info-circle", success: "circle-check" };

type Options = { level?: string; undo?: string | (() => void) };

function box(): HTMLElement {
  const found = document.querySelector<HTMLElement>("[data-toasts]");
  if (found) return found;
  const made = document.createElement("div");
  made.className = "zm-toasts";
  made.dataset.toasts = "";
  made.setAttribute("role", "status");
  document.body.append(made);
  return made;
}

function undoButton(undo: string | (() => void), remove: () => void): HTMLElement {
  const button = document.createElement("button");
  button.className = "zm-toast-undo";
  button.append(icon("arrow-back-up"), word("undo"));
  if (typeof undo === "function") {
    button.type = "button";
    button.addEventListener("click", () => {
      undo();
      remove();
    });
    return button;
  }
  const form = document.createElement("form");
  form.method = "post";
  form.action = undo;
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = document.body.dataset.csrf ?? "";
  form.append(token, button);
  return form;
}

/** It goes by itself, unless it tells of a failure or someone is at it. */
function goes(element: HTMLElement): void {
  const close = (): void => element.remove();
  element.querySelector("[data-dismiss]")?.addEventListener("click", close);
  if (element.classList.contains("zm-toast-danger")) return;
  let timer = window.setTimeout(close, STAY_MS);
  const hold = (): void => window.clearTimeout(timer);
  const again = (): void => {
    hold();
    timer = window.setTimeout(close, STAY_MS);
  };
  element.addEventListener("mouseenter", hold);
  element.addEventListener("mouseleave", again);
  element.addEventListener("focusin", hold);
  element.addEventListener("focusout", again);
}

/** Say something; `undo` is an address to post to, or what to do. */
export function toast(words: string, { level = "success", undo }: Options = {}): void {
  const element = document.createElement("div");
  element.className = `zm-toast zm-toast-${level}`;
  element.dataset.toast = "";
  const text = document.createElement("span");
  text.className = "zm-toast-words";
  text.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "zm-icon-button";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", word("close"));
  close.append(icon("x"));
  element.append(icon(ICONS[level] ?? "circle-check"), text);
  if (undo) element.append(undoButton(undo, () => element.remove()));
  element.append(close);
  box().append(element);
  goes(element);
}

/** Look after the toasts that the server sent. */
export function showToasts(): void {
  document.querySelectorAll<HTMLElement>("[data-toast]").forEach(goes);
}
