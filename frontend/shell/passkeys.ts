// Sign-in, enrolment and signing with a personal key (WebAuthn), for forms and buttons marked data-passkey.
import { startAuthentication, startRegistration } from "@simplewebauthn/browser";
import { notSent } from "./drafts";

type Json = Record<string, unknown>;

function token(): string {
  return document.querySelector<HTMLElement>("[data-csrf]")?.dataset.csrf ?? "";
}

/** POST JSON and read the answer; a problem's sentence becomes the error's message. */
export async function post(url: string, body: Json): Promise<Json> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(body),
  });
  const content = (await answer.json()) as Json;
  if (!answer.ok) throw new Error(String(content.detail ?? answer.status));
  return content;
}

async function run(element: HTMLElement, submitter: HTMLElement | null): Promise<void> {
  const { passkey, begin = "", finish = "", next } = element.dataset;
  const extra = Object.fromEntries(element instanceof HTMLFormElement ? new FormData(element) : []) as Json;
  if (submitter instanceof HTMLButtonElement && submitter.name) extra[submitter.name] = submitter.value;
  const begun = await post(begin, extra);
  const options = begun.options as never;
  const credential =
    passkey === "enrol" ? await startRegistration({ optionsJSON: options }) : await startAuthentication({ optionsJSON: options });
  const done = await post(finish, { ...extra, ...begun, options: undefined, credential });
  window.location.assign(String(next ?? done.next ?? window.location.href));
}

/** A form that gives power: ask for the touch that belongs to its very fields, and post it with the key's answer. */
async function power(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const fields = Object.fromEntries([...new FormData(form, submitter)].filter(([name]) => name !== "csrfmiddlewaretoken"));
  const begun = await post("/api/accounts/own-key/begin", { path: new URL(form.action).pathname, fields });
  const answer: Json = begun.needed ? { signing_id: begun.signing_id, credential: JSON.stringify(await startAuthentication({ optionsJSON: begun.options as never })) } : {};
  for (const [name, value] of Object.entries({ ...fields, ...answer })) {
    const field = form.querySelector<HTMLInputElement>(`[name="${name}"]`);
    if (field && name in fields && !(field instanceof HTMLButtonElement)) continue;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value: String(value) }));
  }
  form.submit();
}

/** Bind every passkey form or button on the page. */
export function passkeys(): void {
  document.querySelectorAll<HTMLElement>("[data-passkey]").forEach((element) => {
    const act = (event: Event) => {
      event.preventDefault();
      if (element.getAttribute("aria-busy")) return; // a second tap is no second sign-in
      const note = document.querySelector<HTMLElement>(element.dataset.note ?? "[data-passkey-note]");
      element.setAttribute("aria-busy", "true");
      const submitter = event instanceof SubmitEvent ? event.submitter : null;
      const doing = element instanceof HTMLFormElement && element.dataset.passkey === "power" ? power(element, submitter) : run(element, submitter);
      doing
        .catch((error: Error) => {
          notSent();
          const cancelled = error.name === "NotAllowedError" || error.name === "AbortError";
          if (note) {
            note.hidden = false;
            note.textContent = cancelled ? (note.dataset.cancelled ?? error.message) : error.message;
          }
        })
        .finally(() => element.removeAttribute("aria-busy"));
    };
    element.addEventListener(element instanceof HTMLFormElement ? "submit" : "click", act);
  });
}
