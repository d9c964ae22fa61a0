// Verification of a paper: the digest is computed on this device and compared at once; the file stays here until "Check".

const hex = (bytes: ArrayBuffer): string => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** SHA-256 of a file as 64 hex digits; empty where the browser gives no cryptography (an address without https). */
export async function digestOf(file: Blob): Promise<string> {
  return globalThis.crypto?.subtle ? hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())) : "";
}

/** Whether the bureau knows a digest; `unsure` where it was not asked, or gave no answer to that. */
export async function judged(address: string): Promise<"known" | "other" | "unsure"> {
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? "known" : answer?.status === 404 ? "other" : "unsure";
}

async function compare(form: HTMLFormElement, note: HTMLElement, file: File): Promise<void> {
  note.hidden = false;
  note.textContent = note.dataset.computing ?? "";
  const digest = await digestOf(file);
  if (!digest) {
    note.hidden = true;
    return;
  }
  let words = note.dataset.same;
  if (digest !== form.dataset.digest) {
    words = note.dataset[await judged(`${form.dataset.verify}${digest}`)];
  }
  note.textContent = `${words} · SHA-256 ${digest}`;
}

/** Bind the form of the verification page: a chosen or dropped file is compared before anything is sent. */
export function verifyFiles(): void {
  document.querySelectorAll<HTMLFormElement>("form[data-verify]").forEach((form) => {
    const field = form.querySelector<HTMLInputElement>("input[type=file]");
    const note = form.querySelector<HTMLElement>("[data-verify-note]");
    if (!field || !note) return;
    field.addEventListener("change", () => field.files?.[0] && void compare(form, note, field.files[0]));
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer?.files.length) return;
      field.files = event.dataTransfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
}
