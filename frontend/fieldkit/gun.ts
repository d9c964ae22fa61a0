/**
 * The scan gun: a keyboard that types ≥ 8 digits, each within 40 ms of the last, and ends with Enter or Tab.
 *
 * `GunDecoder` is pure: it is told keys with their times and says what to do. `listenForGun` binds it to the page:
 * in the capture phase, by `KeyboardEvent.code` (an input method says key="Process"), whatever has the focus. Digits
 * are held back until it is decided (≤ 45 ms), so that nothing flickers in a field; those that were no scan are
 * handed to the element that has the focus.
 */

import { isSound } from "./catalogue";

export interface GunSettings {
  /** Longest gap between two keys of one scan, in milliseconds. */
  gapMs: number;
  /** How long a key may be held back before it is decided, in milliseconds. */
  decideMs: number;
  minDigits: number;
  /** What this gun types first, where it was set to a prefix; empty for none. */
  prefix: string;
}

export const GUN_DEFAULTS: GunSettings = { gapMs: 40, decideMs: 45, minDigits: 8, prefix: "" };

export interface HeldKey {
  char: string;
  code: string;
  at: number;
}

export type Verdict =
  /** The key is ours for now: nobody else may see it. */
  | { act: "hold" }
  /**
   * The end of a scan: nobody else may see this key; `released` digits reached the page before it was clear.
   * `stuttered`: the page or the gun paused within it, so that its first digits were taken for typing at first.
   */
  | { act: "scan"; barcode: string; released: number; stuttered: boolean }
  /** Not ours: hand these keys to the focused element first, then let this key go on. */
  | { act: "pass"; release: HeldKey[] };

/** A pause within one scan that a busy page or a tired gun may make. */
const STUTTER_MS = 2500;
/** Nobody types six of ten digits within 40 ms of the last. */
const FAST_SHARE = 0.6;

/** Decides which keys are a scan. Knows no page and no clock. */
export class GunDecoder {
  private held: HeldKey[] = [];
  private released: HeldKey[] = [];
  /** Digits since the last other key, with pauses up to STUTTER_MS. */
  private recent: HeldKey[] = [];

  constructor(public settings: GunSettings = GUN_DEFAULTS) {}

  /** Are there keys held back that the clock must decide on? */
  get waiting(): boolean {
    return this.held.length > 0;
  }

  /** Would a key at this time go on with what was typed last? */
  continues(at: number): boolean {
    return this.held.length + this.released.length > 0 && !this.isStale(at);
  }

  /** Or with digits before a pause? */
  resumes(at: number): boolean {
    const last = this.recent[this.recent.length - 1];
    return last !== undefined && at - last.at <= STUTTER_MS;
  }

  /** When the keys that are held back must have been decided, on the clock of the keys. */
  get decideAt(): number {
    return this.held.length ? this.held[this.held.length - 1]!.at + this.settings.decideMs : Infinity;
  }

  /** A key that types `char` went down at `at`; `char` is "" for keys that type nothing that a gun would send. */
  key(char: string, code: string, at: number): Verdict {
    if (!this.resumes(at)) this.recent = [];
    const stale = this.isStale(at) ? this.flush() : [];
    if (code === "Enter" || code === "NumpadEnter" || code === "Tab") return this.end(stale, at);
    if (this.belongs(char)) {
      this.held.push({ char, code, at });
      if (/^\d$/.test(char)) this.recent.push({ char, code, at });
      return stale.length ? { act: "pass", release: stale } : { act: "hold" };
    }
    const release = [...stale, ...this.release()];
    this.released = [];
    this.recent = [];
    return { act: "pass", release };
  }

  /** The time to decide is over: these keys were typed by hand. They still count if the rest of a scan follows in time. */
  expire(at: number): HeldKey[] {
    return at >= this.decideAt ? this.release() : [];
  }

  /** Give back whatever is held (the page loses the focus, a pointer goes down). */
  flush(): HeldKey[] {
    const release = this.release();
    this.released = [];
    return release;
  }

  private end(stale: HeldKey[], at: number): Verdict {
    const burst = [...this.released, ...this.held];
    const text = burst.map((key) => key.char).join("");
    const { prefix, minDigits } = this.settings;
    const digits = prefix && text.startsWith(prefix) ? text.slice(prefix.length) : text;
    const released = this.released.length;
    const whole = this.stutteredScan(burst.length, at);
    const handedOn = this.recent.length - this.held.length - stale.length;
    this.recent = [];
    if (whole) {
      this.held = [];
      this.released = [];
      return { act: "scan", barcode: whole, released: handedOn, stuttered: true };
    }
    if (!stale.length && digits.length >= minDigits && /^\d+$/.test(digits)) {
      this.held = [];
      this.released = [];
      return { act: "scan", barcode: digits, released, stuttered: false };
    }
    const release = [...stale, ...this.release()];
    this.released = [];
    return { act: "pass", release };
  }

  /** A sound EAN-13 most of whose digits came as fast as a gun types, though there was a pause in it. */
  private stutteredScan(burst: number, at: number): string | null {
    const last = this.recent[this.recent.length - 1];
    if (!last || at - last.at > this.settings.gapMs) return null;
    const text = this.recent.map((key) => key.char).join("");
    if (text.length !== 13 || burst === 13 || !isSound(text)) return null;
    const fast = this.recent.filter((key, i) => i > 0 && key.at - this.recent[i - 1]!.at <= this.settings.gapMs).length;
    return fast >= 12 * FAST_SHARE ? text : null;
  }

  private belongs(char: string): boolean {
    if (/^\d$/.test(char)) return true;
    const { prefix } = this.settings;
    const sofar = this.released.length + this.held.length;
    return char !== "" && sofar < prefix.length && prefix[sofar] === char;
  }

  private isStale(at: number): boolean {
    const last = this.held[this.held.length - 1] ?? this.released[this.released.length - 1];
    return last !== undefined && at - last.at > this.settings.gapMs;
  }

  private release(): HeldKey[] {
    const keys = this.held;
    this.released = [...this.released, ...keys];
    this.held = [];
    return keys;
  }
}

const SHIFTED: Record<string, string> = {
  Backquote: "`~", Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Semicolon: ";:",
  Quote: "'\"", Comma: ",<", Period: ".>", Slash: "/?", Space: "  ",
};
const SHIFTED_DIGITS = ")!@#$%^&*(";

/** What a key types on the layout that guns use, whatever input method is on; "" if nothing. */
export function charOfCode(code: string, shift: boolean): string {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code);
  if (digit) return shift && code.startsWith("Digit") ? SHIFTED_DIGITS[Number(digit[1])]! : digit[1]!;
  const letter = /^Key([A-Z])$/.exec(code);
  if (letter) return shift ? letter[1]! : letter[1]!.toLowerCase();
  const pair = SHIFTED[code];
  return pair ? pair[shift ? 1 : 0]! : "";
}

interface FieldSnapshot {
  element: Element | null;
  value: string | null;
  start: number | null;
  end: number | null;
}

const replayed = new WeakSet<Event>();

/** Was this key handed on after it turned out to be no scan? (A component may want to know; the gun ignores it.) */
export function isReplayed(event: Event): boolean {
  return replayed.has(event);
}

/** Listen for the gun on a whole window; returns the way to stop. */
export function listenForGun(
  target: Window,
  onScan: (barcode: string, event: KeyboardEvent) => void,
  settings: () => GunSettings = () => GUN_DEFAULTS,
): () => void {
  const decoder = new GunDecoder(settings());
  let before: FieldSnapshot = { element: null, value: null, start: null, end: null };
  let atFirst = before;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const arm = (): void => {
    clearTimeout(timer);
    if (decoder.waiting) timer = setTimeout(decide, decoder.settings.decideMs);
  };
  const decide = (): void => {
    // Keys that wait in the browser's queue behind a busy moment come first: their own times decide.
    const scheduling = (target.navigator as { scheduling?: { isInputPending?: () => boolean } }).scheduling;
    if (scheduling?.isInputPending?.()) timer = setTimeout(decide, 0);
    else hand(decoder.expire(Infinity));
  };
  const hand = (keys: HeldKey[]): void => {
    if (keys.length) replay(target.document, keys, before);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (replayed.has(event)) return;
    decoder.settings = settings();
    const alone = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.code.startsWith("Shift")) return;
    if (!decoder.continues(event.timeStamp)) before = snapshot(target.document);
    if (!decoder.resumes(event.timeStamp)) atFirst = before;
    const char = alone && !event.repeat ? charOfCode(event.code, event.shiftKey) : "";
    const verdict = decoder.key(char, alone ? event.code : "", event.timeStamp);
    if (verdict.act === "hold" || verdict.act === "scan") swallow(event);
    if (verdict.act === "scan") {
      restore(verdict.stuttered ? atFirst : before);
      onScan(verdict.barcode, event);
    } else if (verdict.act === "pass") {
      hand(verdict.release);
      if (decoder.waiting) {
        before = snapshot(target.document);
        swallow(event);
      }
    }
    arm();
  };
  const onPointer = (): void => {
    clearTimeout(timer);
    hand(decoder.flush());
  };
  target.addEventListener("keydown", onKey, true);
  target.addEventListener("pointerdown", onPointer, true);
  target.addEventListener("blur", onPointer);
  return () => {
    clearTimeout(timer);
    target.removeEventListener("keydown", onKey, true);
    target.removeEventListener("pointerdown", onPointer, true);
    target.removeEventListener("blur", onPointer);
  };
}

function swallow(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function textField(element: Element | null): HTMLInputElement | HTMLTextAreaElement | null {
  const text = element instanceof HTMLTextAreaElement || (element instanceof HTMLInputElement && isTextual(element));
  return text ? (element as HTMLInputElement | HTMLTextAreaElement) : null;
}

function isTextual(input: HTMLInputElement): boolean {
  return !["button", "checkbox", "radio", "submit", "reset", "range", "color", "file", "image"].includes(input.type);
}

function snapshot(document: Document): FieldSnapshot {
  const element = document.activeElement;
  const field = textField(element);
  if (!field) return { element, value: null, start: null, end: null };
  return { element, value: field.value, start: field.selectionStart, end: field.selectionEnd };
}

/** Put a field back as it was: an input method may have typed digits past us before it was clear that they were a scan. */
function restore(before: FieldSnapshot): void {
  const field = textField(before.element);
  if (!field || before.value === null || field.value === before.value) return;
  field.value = before.value;
  try {
    field.setSelectionRange(before.start, before.end);
  } catch {
    // Number and date fields have no selection to put back.
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function replay(document: Document, keys: HeldKey[], before: FieldSnapshot): void {
  const element = document.activeElement;
  const field = textField(element);
  const editable = element instanceof HTMLElement && element.isContentEditable;
  if (field && field === before.element && before.value !== null && field.value !== before.value) return;
  if ((field && !field.readOnly && !field.disabled) || editable) {
    document.execCommand("insertText", false, keys.map((key) => key.char).join(""));
    return;
  }
  for (const key of keys) {
    const event = new KeyboardEvent("keydown", { key: key.char, code: key.code, bubbles: true, cancelable: true });
    replayed.add(event);
    (element ?? document.body).dispatchEvent(event);
  }
}
