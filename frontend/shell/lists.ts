// Lists by keyboard, in tables marked data-list: ↑ ↓ (j k) move along the rows, Enter opens, Space selects for bulk acts.
import { typing } from "./menus";
import { word } from "./words";

/** Each cell is told its column's heading: on a phone, where rows are cards, it stands before the value. */
function labelCells(table: HTMLTableElement): void {
  const headings = [...table.querySelectorAll("thead tr:last-child > th")].map((one) => ((one as HTMLTableCellElement).colSpan === 1 ? one.textContent!.trim() : ""));
  if (headings.length < 2) return;
  for (const row of table.querySelectorAll("tbody > tr"))
    if (row.children.length === headings.length)
      [...row.children].forEach((cell, i) => cell.hasAttribute("data-label") || cell.setAttribute("data-label", headings[i]!));
}

function rowsOf(table: HTMLTableElement): HTMLTableRowElement[] {
  return [...table.querySelectorAll<HTMLTableRowElement>("tbody tr[data-href]")];
}

function open(row: HTMLTableRowElement): void {
  window.location.assign(row.dataset.href ?? "#");
}

function openOnClick(row: HTMLTableRowElement): void {
  row.tabIndex = -1;
  row.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a, button, input, label, summary")) return;
    if (window.getSelection()?.toString()) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else open(row);
  });
}

/** Move along the rows of a table; true if the key was for it. */
export function walk(table: HTMLTableElement, key: string): boolean {
  const rows = rowsOf(table);
  const at = rows.findIndex((row) => row === document.activeElement);
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[key];
  if (step) {
    const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
  }
  const row = rows[at];
  if (!row) return false;
  if (key === "Enter") {
    open(row);
    return true;
  }
  const box = key === " " ? row.querySelector<HTMLInputElement>("input[type=checkbox]") : null;
  box?.click();
  return Boolean(box);
}

function bindBulk(form: HTMLFormElement): void {
  const bar = form.querySelector<HTMLElement>("[data-bulk-bar]");
  const boxes = (): HTMLInputElement[] => [...form.querySelectorAll<HTMLInputElement>("tbody input[type=checkbox]")];
  const all = form.querySelector<HTMLInputElement>("thead input[type=checkbox]");
  const show = (): void => {
    const chosen = boxes().filter((box) => box.checked);
    boxes().forEach((box) => box.closest("tr")?.classList.toggle("is-selected", box.checked));
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === boxes().length;
      all.indeterminate = chosen.length > 0 && !all.checked;
    }
    if (!bar) return;
    bar.hidden = chosen.length === 0;
    bar.querySelector("[data-bulk-count]")!.textContent = `${chosen.length} ${word("selected")}`;
  };
  const set = (checked: boolean): void => {
    boxes().forEach((box) => (box.checked = checked));
    show();
  };
  form.addEventListener("change", (event) => (event.target === all ? set(all!.checked) : show()));
  form.querySelector("[data-bulk-clear]")?.addEventListener("click", () => set(false));
  window.addEventListener("pageshow", show);
}

/** Make every list on the page walkable, and its rows selectable where it has bulk acts. */
export function walkLists(): void {
  const tables = [...document.querySelectorAll<HTMLTableElement>("table[data-list]")];
  document.querySelectorAll<HTMLTableElement>("table.zm-table:not(.zm-grid-table)").forEach(labelCells);
  tables.flatMap(rowsOf).forEach(openOnClick);
  document.querySelectorAll<HTMLFormElement>("form[data-bulk]").forEach(bindBulk);
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const within = event.target instanceof Element ? event.target.closest("table[data-list]") : null;
    const table = (within as HTMLTableElement | null) ?? tables[0];
    const elsewhere = event.target instanceof Element && event.target.closest("a, button, summary, input");
    if (!table || (elsewhere && ["Enter", " "].includes(event.key))) return;
    if (walk(table, event.key)) event.preventDefault();
  });
}
