/** How long what is typed may be: every field knows before anything is sent, and nothing that was typed is cut off. */

import { t } from "../field/i18n";
import { TEXTS } from "./texts";

/** A text of an operation: the operation, and the text's path in what it carries. */
export type Fact = [kind: string, path: string];

/** Operations by the first part of a field's name; what follows it is the path, behind these prefixes. */
const KINDS: Record<string, Fact> = {
  case: ["case.open", ""], clue: ["case.open", "clue."], place: ["case.open", "place."], inspection: ["inspection.set", ""],
  party: ["party.set", ""], presence: ["presence.set", ""], person_in_charge: ["presence.set", "person_in_charge."],
  witness: ["presence.set", "witness."], questioning: ["questioning.set", ""], registration: ["registration.set", ""],
  oral_approval: ["oral_approval.record", ""], summary: ["summary.set", ""], correction: ["correction.set", ""],
  service: ["service.set", ""], hand_over: ["case.hand_over", ""], line: ["line.set", ""], unlisted: ["unlisted.register", ""],
  sample: ["sample.set", ""], code: ["code.add", ""], photo: ["photo.add", ""], evidence: ["evidence.set", ""], penalty: ["simple.set", ""],
};
/** Fields that are not named as the operation names their text. */
const OTHERS: Record<string, Fact> = {
  "counting.reopen_reason": ["counting.reopen", "reason"], "counting.override_reason": ["counting.close", "override_reason"],
  facts: ["simple.set", "facts"], defence: ["simple.set", "defence"],
};

/** What a field enters; nothing for a field whose value no operation carries as a text. */
export function factOf(field: string): Fact | undefined {
  const [first = "", ...rest] = field.split(".");
  const [kind, prefix] = KINDS[first] ?? ["", ""];
  const fact = OTHERS[field] ?? ([kind, prefix + rest.join(".")] satisfies Fact);
  return TEXTS[fact[0]]?.[fact[1]] === undefined ? undefined : fact;
}

/** The most characters that a field takes; null: as many as come. */
export function limitOf(field: string): number | null {
  const fact = factOf(field);
  return (fact && TEXTS[fact[0]]?.[fact[1]]) ?? null;
}

/** Characters as the server counts them: without blanks at the ends, one beyond the basic plane (𠮷) as one. */
export function lengthOf(text: string): number {
  return [...text.trim()].length;
}

/** What is wrong with a text's length, in words; empty if nothing is. */
export function overLong(text: unknown, most: number | null): string {
  const n = typeof text === "string" && most !== null ? lengthOf(text) : 0;
  return most !== null && n > most ? t("最多 {most} 个字，现在 {n} 个；请缩短", { most, n }) : "";
}

/** The texts of an operation that are too long for it, by path, each with its words. */
export function tooLong(kind: string, payload: Record<string, unknown> | null): Record<string, string> {
  const found = Object.entries(TEXTS[kind] ?? {}).map(([path, most]) => [path, at(payload, path.split(".")).map((text) => overLong(text, most)).find(Boolean)]);
  return Object.fromEntries(found.filter(([, words]) => words));
}

/** The values at a path, `*` being every one of a list. */
function at(value: unknown, [name, ...rest]: string[]): unknown[] {
  if (name === undefined) return [value];
  if (value === null || typeof value !== "object") return [];
  const next = name === "*" ? Object.values(value) : [(value as Record<string, unknown>)[name]];
  return next.flatMap((one) => at(one, rest));
}
