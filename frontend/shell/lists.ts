// Lists by keyboard: ↑ ↓ move along the rows that lead somewhere, Enter opens, in tables marked data-list.

/** Make every list on the page walkable. */
export function walkLists(): void {
  document.querySelectorAll<HTMLTableElement>("table[data-list]").forEach((table) => {
    const rows = () => [...table.querySelectorAll<HTMLTableRowElement>("tbody tr[data-href]")];
    const open = (row: HTMLTableRowElement) => window.location.assign(row.dataset.href ?? "#");
    rows().forEach((row) => {
      row.tabIndex = -1;
      row.addEventListener("click", (event) => {
        if (event.target instanceof Element && event.target.closest("a,button,input,label")) return;
        if (!window.getSelection()?.toString()) open(row);
      });
    });
    document.addEventListener("keydown", (event) => {
      if (event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      const all = rows();
      const at = all.findIndex((row) => row === document.activeElement);
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        const next = all[Math.min(all.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)))];
        if (next) {
          next.focus();
          event.preventDefault();
        }
      } else if (event.key === "Enter" && at >= 0) {
        open(all[at]!);
      }
    });
  });
}
