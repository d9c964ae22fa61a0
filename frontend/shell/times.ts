// Relative times stay true while a page is open: <time data-relative datetime="…" title="2026-11-23 09:12">.
import { word } from "./words";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/** 3 分钟前, 2 天后; under a minute: 刚刚. */
export function relative(seconds: number, language: string): string {
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) {
      return new Intl.RelativeTimeFormat(language, { numeric: "always" }).format(Math.trunc(seconds / size), unit);
    }
  }
  return word("justNow");
}

/** How far the server's clock is from this device's: a demonstration may run on another day. */
function shift(): number {
  const server = Date.parse(document.body.dataset.now ?? "");
  return Number.isNaN(server) ? 0 : server - Date.now();
}

/** Keep every relative time on the page fresh. */
export function freshenTimes(): void {
  const ahead = shift();
  const language = document.documentElement.lang === "en" ? "en" : "zh-CN";
  window.setInterval(() => {
    document.querySelectorAll<HTMLTimeElement>("time[data-relative]").forEach((one) => {
      one.textContent = relative((Date.parse(one.dateTime) - Date.now() - ahead) / 1000, language);
    });
  }, 30_000);
}
