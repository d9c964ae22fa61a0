// The search box of the top bar: "/" or Ctrl+K goes to it, what it finds while typing stands under it, ↑ ↓ choose, Enter opens.
import { typing } from "./menus";

function box(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>("[data-search]");
}

function list(): HTMLElement | null {
  return document.getElementById(box()?.getAttribute("aria-controls") ?? "");
}

function options(): HTMLElement[] {
  return [...(list()?.querySelectorAll<HTMLElement>("[role=option]") ?? [])];
}

/** Open or close the list under the box. */
export function show(open: boolean): void {
  const found = list();
  const input = box();
  if (!found || !input) return;
  const opened = open && input.value.trim() !== "" && options().length > 0;
  found.hidden = !opened;
  input.setAttribute("aria-expanded", String(opened));
  if (!opened) choose(null);
}

/** Choose one of what was found (none: the words themselves). */
export function choose(one: HTMLElement | null): void {
  options().forEach((option) => option.setAttribute("aria-selected", String(option === one)));
  if (one) box()?.setAttribute("aria-activedescendant", one.id);
  else box()?.removeAttribute("aria-activedescendant");
  one?.scrollIntoView({ block: "nearest" });
}

/** A key in the box; true if it was for the list. Beyond its ends nothing is chosen, so that Enter sends the words. */
export function onKey(key: string): boolean {
  const all = options();
  const isOpen = list()?.hidden === false;
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (key === "ArrowDown" || key === "ArrowUp") {
    if (!isOpen) {
      show(true);
      return all.length > 0;
    }
    const next = key === "ArrowDown" ? at + 1 : at < 0 ? all.length - 1 : at - 1;
    choose(all[next] ?? null);
    return true;
  }
  if (key === "Enter" && isOpen && at >= 0) {
    window.location.assign(all[at]!.getAttribute("href") ?? "#");
    return true;
  }
  if (key === "Escape" && isOpen) {
    show(false);
    return true;
  }
  return false;
}

function goThere(event: KeyboardEvent): void {
  const slash = event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey;
  const command = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  const input = box();
  if (!input || !(slash || command)) return;
  event.preventDefault();
  input.focus();
  input.select();
}

/** Bind all of it. */
export function openSearch(): void {
  document.addEventListener("keydown", goThere);
  const input = box();
  const form = input?.closest("form");
  if (!input || !form) return;
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || !onKey(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("input", () => {
    if (!input.value.trim()) show(false);
  });
  input.addEventListener("focus", () => show(true));
  form.addEventListener("submit", (event) => {
    if (input.value.trim()) show(false);
    else event.preventDefault();
  });
  form.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node) || !form.contains(event.relatedTarget)) show(false);
  });
  // A press on what was found does not take the words' focus, or the list would be gone before the click.
  list()?.addEventListener("mousedown", (event) => event.preventDefault());
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === list()) show(document.activeElement === input);
  });
}
