/** Words of a tablet's pages: written in the officers' Chinese, with a complete English dictionary for everybody else. */

import { FIELD_ENGLISH } from "./words.en";

const english: Record<string, string> = { ...FIELD_ENGLISH };
let forced: boolean | null = null;

/** A page brings the English of its own sentences. */
export function learn(words: Record<string, string>): void {
  Object.assign(english, words);
}

/** Tests choose the language; a page says it in <html lang>. */
export function speakEnglish(on: boolean): void {
  forced = on;
}

function isEnglish(): boolean {
  return forced ?? (typeof document !== "undefined" && document.documentElement.lang.toLowerCase().startsWith("en"));
}

/** A sentence in the page's language; `{name}` stands for a value. */
export function t(chinese: string, values: Record<string, unknown> = {}): string {
  const sentence = isEnglish() ? english[chinese] ?? chinese : chinese;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
