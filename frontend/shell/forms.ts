// Forms: Enter moves on, nothing is sent twice, what is wrong is looked at first, filters stand in the address.

function fieldsOf(form: HTMLFormElement): HTMLElement[] {
  return [...form.elements].filter(
    (field): field is HTMLElement =>
      field instanceof HTMLElement && field.matches("input:not([type=hidden]), select, textarea, button") && !(field as HTMLInputElement).disabled && field.offsetParent !== null,
  );
}

/** In a form with several fields, Enter goes to the next one; on the last it sends. */
export function moveOnEnter(event: KeyboardEvent): void {
  const field = event.target;
  if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
  if (!(field instanceof HTMLInputElement) || ["submit", "button", "file", "search", "image", "reset"].includes(field.type)) return;
  const form = field.form;
  if (!form || form.method !== "post" || form.matches("[data-enter-sends]")) return;
  const fields = fieldsOf(form).filter((one) => !one.matches("button[type=button]"));
  const next = fields[fields.indexOf(field) + 1];
  if (!next || next instanceof HTMLButtonElement) return;
  event.preventDefault();
  next.focus();
  if (next instanceof HTMLInputElement && next.type !== "checkbox") next.select();
}

function sendOnce(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
  window.setTimeout(() => forgetSent(form), 4000);
}

function forgetSent(form: HTMLFormElement): void {
  delete form.dataset.sent;
  form.querySelectorAll("button[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

/** An empty filter does not stand in the address. */
function tidyAddress(event: Event): void {
  (event.target as HTMLFormElement).querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select").forEach((field) => {
    if (!field.value) field.disabled = true;
  });
}

function filterOnChange(form: HTMLFormElement): void {
  form.addEventListener("change", () => form.requestSubmit());
  form.addEventListener("submit", tidyAddress);
}

/** Bind every form of the page. */
export function careForForms(): void {
  document.addEventListener("keydown", moveOnEnter);
  document.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", () => {
    document.querySelectorAll<HTMLFormElement>("form[data-sent]").forEach(forgetSent);
    document.querySelectorAll<HTMLInputElement>("form[data-filters] :disabled").forEach((field) => (field.disabled = false));
  });
  document.querySelectorAll<HTMLFormElement>("form[data-filters]").forEach(filterOnChange);
  document.querySelector<HTMLElement>("[data-errors]")?.focus();
}
