// Before somebody signs out who has not sent everything: how much waits, and what becomes of it. They may stay.
import { unsentOf } from "../field/unsent";

const PATIENCE_MS = 2000; // a database that does not answer holds nobody back

/** Ask before the sign-out of an officer of whom something waits on this device. Comes before all that a sign-out clears. */
export function askBeforeLeaving(count: (officer: string) => Promise<number> = unsentOf): void {
  const form = document.querySelector<HTMLFormElement>("form[data-forget-drafts]");
  const sheet = document.querySelector<HTMLDialogElement>("dialog[data-leaving]");
  const officer = document.body.dataset.officer;
  if (!form || !sheet || !officer) return;
  let leaves = false;
  const leave = (): void => {
    leaves = true;
    form.requestSubmit();
  };
  form.addEventListener("submit", (event) => {
    if (leaves) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void inTime(count(officer)).then((unsent) => {
      if (!unsent) return leave();
      for (const place of sheet.querySelectorAll("[data-unsent]")) place.textContent = String(unsent);
      sheet.showModal();
    });
  });
  sheet.querySelector("[data-leave]")?.addEventListener("click", leave);
}

function inTime(asked: Promise<number>): Promise<number> {
  return Promise.race([asked.catch(() => 0), new Promise<number>((done) => window.setTimeout(() => done(0), PATIENCE_MS))]);
}
