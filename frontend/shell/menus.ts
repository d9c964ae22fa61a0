// What opens and closes: menus, sheets, the rail on small screens, light and dark.

/** Whether keys go into a field just now. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const box = target instanceof HTMLInputElement && ["checkbox", "radio", "button", "submit"].includes(target.type);
  return target.isContentEditable || (!box && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function closeMenus(but: Element | null): void {
  document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]").forEach((menu) => {
    if (!but || !menu.contains(but)) menu.open = false;
  });
}

/** Within this time a tap beside a sheet is the second half of the double tap that opened it. */
const SETTLED_MS = 600;
let openedAt = -SETTLED_MS;

function openSheet(target: Element, at: number): void {
  const opener = target.closest<HTMLElement>("[data-sheet]");
  const sheet = opener && document.querySelector<HTMLDialogElement>(`dialog#${CSS.escape(opener.dataset.sheet ?? "")}`);
  if (sheet && !sheet.open) {
    sheet.showModal();
    openedAt = at;
  }
  if (target.closest("[data-close]")) target.closest("dialog")?.close();
  if (target instanceof HTMLDialogElement && at - openedAt > SETTLED_MS) target.close();
  if (target.closest("[data-back]")) window.history.back();
}

function toggleRail(open: boolean): void {
  document.body.classList.toggle("is-rail-open", open);
  document.querySelectorAll("[aria-controls=rail]").forEach((one) => one.setAttribute("aria-expanded", String(open)));
  document.querySelectorAll<HTMLElement>(".zm-rail-shade").forEach((shade) => (shade.hidden = !open));
  if (open) document.querySelector<HTMLElement>("#rail a[aria-current], #rail a")?.focus();
}

function onEscape(event: KeyboardEvent): void {
  if (event.key !== "Escape") return;
  const menu = document.querySelector<HTMLDetailsElement>("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  } else if (document.body.classList.contains("is-rail-open")) {
    toggleRail(false);
    document.querySelector<HTMLElement>("[aria-controls=rail]")?.focus();
  } else if (document.activeElement?.matches("[data-search], tr")) {
    (document.activeElement as HTMLElement).blur();
  }
}

/** The theme at once and for a year, without a new page. */
function switchTheme(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-theme-form]")) return;
  event.preventDefault();
  const theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
  document.documentElement.dataset.bsTheme = theme;
  document.documentElement.dataset.themeChosen = "";
  document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
  closeMenus(null);
}

/** Bind all of it. */
export function openMenus(): void {
  document.addEventListener("keydown", onEscape);
  document.addEventListener("submit", switchTheme, true);
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    closeMenus(target);
    if (!target) return;
    if (target.closest("[data-rail-toggle]")) toggleRail(!document.body.classList.contains("is-rail-open"));
    else openSheet(target, event.timeStamp);
  });
  window.matchMedia("(min-width: 1101px)").addEventListener("change", () => toggleRail(false));
}
