// Forms marked data-draft="key" are kept on the device while they are filled in: a lost session loses no word.

const PREFIX = "draft:";

function values(form: HTMLFormElement): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== "operation_id") kept[name] = value;
  }
  return kept;
}

function restore(form: HTMLFormElement, kept: Record<string, string>): boolean {
  let changed = false;
  for (const [name, value] of Object.entries(kept)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && ["password", "file", "hidden"].includes(field.type)) continue;
    if (field && "value" in field && field.value === "" && value !== "") {
      field.value = value;
      changed = true;
    }
  }
  return changed;
}

/** Keep and restore every draft form on the page. */
export function keepDrafts(): void {
  document.querySelectorAll<HTMLFormElement>("form[data-draft]").forEach((form) => {
    const key = PREFIX + form.dataset.draft;
    const note = form.querySelector<HTMLElement>("[data-saved]");
    const kept = localStorage.getItem(key);
    if (kept && restore(form, JSON.parse(kept) as Record<string, string>) && note) note.textContent = note.dataset.restored ?? "";
    let timer = 0;
    form.addEventListener("input", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        localStorage.setItem(key, JSON.stringify(values(form)));
        const time = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
        if (note) note.textContent = `${note.dataset.saved ?? ""} ${time}`;
      }, 400);
    });
    form.addEventListener("submit", () => localStorage.removeItem(key));
  });
}
