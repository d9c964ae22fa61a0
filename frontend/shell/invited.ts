// Where a one-time link leads. Its secret stands behind the # of the address: it is posted, and taken out of the address.
import { post } from "./passkeys";

export async function welcomeInvited(): Promise<void> {
  const page = document.querySelector<HTMLElement>("[data-invited]");
  if (!page) return;
  const secret = window.location.hash.slice(1);
  window.history.replaceState(null, "", window.location.pathname);
  const note = page.querySelector<HTMLElement>("[data-invited-note]");
  try {
    if (!secret) throw new Error(note?.dataset.none);
    const person = await post(page.dataset.invited ?? "", { secret });
    page.querySelectorAll<HTMLElement>("[data-of]").forEach((place) => {
      place.textContent = String(person[place.dataset.of ?? ""] || "—");
    });
    page.querySelector<HTMLInputElement>("input[name=secret]")!.value = secret;
    page.querySelector<HTMLElement>("[data-invited-person]")!.hidden = false;
  } catch (error) {
    if (!note) return;
    note.hidden = false;
    note.textContent = (error as Error).message;
  }
}
