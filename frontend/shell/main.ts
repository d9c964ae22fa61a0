// The shell of server-rendered pages: search by "/", lists by keyboard, theme, drafts of forms, confirmations.
import "@tabler/core/dist/css/tabler.min.css";
import "./tokens.css";
import "./layout.css";
import "./parts.css";
import "./reference.css";
import { keepDrafts } from "./drafts";
import { walkLists } from "./lists";
import { passkeys } from "./passkeys";

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

function focusSearchOnSlash(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || typing(event.target) || event.ctrlKey || event.metaKey) return;
    const box = document.querySelector<HTMLInputElement>("[data-search]");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}

function switchTheme(): void {
  document.querySelectorAll<HTMLButtonElement>("[data-theme-switch]").forEach((button) => {
    button.addEventListener("click", () => {
      const dark = document.documentElement.dataset.bsTheme !== "dark";
      document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
      document.cookie = `theme=${dark ? "dark" : "light"};path=/;max-age=31536000;samesite=lax`;
    });
  });
}

function foldRail(): void {
  document.querySelectorAll<HTMLButtonElement>("[data-rail-toggle]").forEach((button) => {
    button.addEventListener("click", () => {
      const open = document.body.classList.toggle("is-rail-open");
      button.setAttribute("aria-expanded", String(open));
    });
  });
}

function submitFiltersOnChange(): void {
  document.querySelectorAll<HTMLFormElement>("form[data-filters]").forEach((form) => {
    form.addEventListener("change", () => form.requestSubmit());
    form.addEventListener("submit", () => {
      // An empty filter does not stand in the address.
      form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input,select").forEach((field) => {
        if (!field.value) field.disabled = true;
      });
    });
  });
}

function openSheets(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const opener = target?.closest<HTMLElement>("[data-sheet]");
    if (opener) document.querySelector<HTMLDialogElement>(`dialog#${opener.dataset.sheet}`)?.showModal();
    if (target?.closest("[data-close]")) target.closest("dialog")?.close();
    if (target instanceof HTMLDialogElement) target.close();
  });
}

function preventDoubleSubmit(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    window.setTimeout(() => delete form.dataset.sent, 4000);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll<HTMLFormElement>("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });
}

focusSearchOnSlash();
switchTheme();
foldRail();
submitFiltersOnChange();
openSheets();
preventDoubleSubmit();
keepDrafts();
walkLists();
passkeys();
