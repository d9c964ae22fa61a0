/**
 * The officer's key on this device while they are signed in: in this window's session storage, so that the page can be
 * read again without the network. It goes at sign-out, when the session is over, and when somebody else signs in.
 */

const SLOT = "fieldkit-key";
const CHANNEL = "signed-out";

interface Kept {
  officer: string;
  device: string;
  key: string;
}

export function keepKey(kept: Kept): void {
  sessionStorage.setItem(SLOT, JSON.stringify(kept));
}

/** The key of this officer on this device, if it is still here; another's is forgotten. */
export function keptKey(officer: string, device: string): string | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(SLOT) ?? "null") as Kept | null;
    if (kept?.officer === officer && kept.device === device) return kept.key;
  } catch {
    // What cannot be read is no key.
  }
  forgetKey();
  return null;
}

export function forgetKey(): void {
  sessionStorage.removeItem(SLOT);
}

/** Every window of this browser forgets: somebody signed out. */
export function tellSignedOut(): void {
  forgetKey();
  if (typeof BroadcastChannel !== "undefined") new BroadcastChannel(CHANNEL).postMessage("");
}

export function onSignedOut(then: () => void): void {
  if (typeof BroadcastChannel === "undefined") return;
  new BroadcastChannel(CHANNEL).addEventListener("message", () => {
    forgetKey();
    then();
  });
}
