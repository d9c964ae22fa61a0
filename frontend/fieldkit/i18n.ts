/** Words of the field kit: written in the officers' Chinese, with a complete English dictionary for everybody else. */

import { ENGLISH } from "./words.en";

let english = typeof document !== "undefined" && document.documentElement.lang.toLowerCase().startsWith("en");

/** Which language the page is in; tests switch it. */
export function speakEnglish(on: boolean): void {
  english = on;
}

export function isEnglish(): boolean {
  return english;
}

/** A sentence in the page's language; `{name}` stands for a value. */
export function t(chinese: string, values: Record<string, unknown> = {}): string {
  const sentence = english ? ENGLISH[chinese] ?? chinese : chinese;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
