/** Time on the tablet: the server's clock where it was heard, so that a wrong tablet writes no wrong hour. */

let offset = 0;

/** The server said what time it is. */
export function setClock(serverNow: string | undefined): void {
  const told = serverNow ? Date.parse(serverNow) : NaN;
  if (!Number.isNaN(told)) offset = told - Date.now();
}

/** How far the tablet is behind the server, in milliseconds: kept, so that it stays right while there is no network. */
export function clockOffset(): number {
  return offset;
}

/** What was kept of an earlier hearing; the next one takes its place. */
export function restoreClock(kept: number | undefined | null): void {
  if (kept && !offset) offset = kept;
}

export function now(): Date {
  return new Date(Date.now() + offset);
}

/** `2025-10-30T09:12:00.000+08:00` */
export function nowIso(): string {
  return isoNow(now());
}

/** The day of a moment as an input field wants it. */
export function dayOf(value: string | null | undefined): string {
  return local(value).slice(0, 10);
}

/** A moment as a field for date and time wants it, to the minute. */
export function minuteOf(value: string | null | undefined): string {
  return local(value).slice(0, 16);
}

function local(value: string | null | undefined): string {
  if (!value) return "";
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return value;
  const moment = new Date(value);
  return Number.isNaN(moment.getTime()) ? "" : isoNow(moment);
}

/** A date, or a date and time, however the parts were set apart, as 2026-01-31 or 2026-01-31T09:12; null if it is none. */
export function momentOf(text: string, dayOnly: boolean): string | null {
  if (!text.trim()) return "";
  const parts = /^\s*(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?:日)?(?:[T\s,，]*(\d{1,2})[:：时]?(\d{2})(?::\d{2})?分?)?\s*$/.exec(text);
  if (!parts || (!dayOnly && parts[4] === undefined)) return null;
  const two = (value: string): string => value.padStart(2, "0");
  const day = `${parts[1]}-${two(parts[2]!)}-${two(parts[3]!)}`;
  const real = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(real.getTime()) || real.toISOString().slice(0, 10) !== day) return null;
  if (dayOnly) return day;
  return Number(parts[4]) < 24 && Number(parts[5]) < 60 ? `${day}T${two(parts[4]!)}:${parts[5]}` : null;
}

/** What a field for date and time holds, as a moment. */
export function fromMinute(value: string): string | null {
  const moment = new Date(value);
  return value && !Number.isNaN(moment.getTime()) ? isoNow(moment) : null;
}

/** `09:12` */
export function clockTime(value: string | null | undefined): string {
  return local(value).slice(11, 16);
}

/** `00:12:41` since a moment. */
export function since(began: string | null | undefined, at: Date): string {
  const start = began ? Date.parse(began) : NaN;
  if (Number.isNaN(start)) return "";
  const seconds = Math.max(0, Math.floor((at.getTime() - start) / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** 刚刚, 3 分钟前, 09:12. */
export function ago(value: string | null | undefined, at: Date): { unit: "now" | "minutes" | "clock"; value: string } {
  const seconds = value ? (at.getTime() - Date.parse(value)) / 1000 : NaN;
  if (Number.isNaN(seconds)) return { unit: "clock", value: "" };
  if (seconds < 60) return { unit: "now", value: "" };
  if (seconds < 3600) return { unit: "minutes", value: String(Math.floor(seconds / 60)) };
  return { unit: "clock", value: clockTime(value) };
}

/** The moment with the tablet's offset, as people read it: 2025-10-30T09:12:00.000+08:00. */
export function isoNow(now: Date = new Date()): string {
  const offset = -now.getTimezoneOffset();
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}
