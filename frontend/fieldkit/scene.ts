/** The scene in the words of the record, put together from what was tapped; it follows the count until somebody rewrites it. */

import { t } from "../field/i18n";
import { fill, outlineFor } from "./outline";
import type { Shown } from "./reduce";
import type { Session } from "./session";
import type { Outline } from "./kit.types";

export interface Sentence {
  code: string;
  label: string;
  text: string;
}

const PARAGRAPHS: Record<string, string> = { open: "开头", found: "查获数量", close: "结尾" };

/** Standard paragraphs of an outline. */
export function paragraphsOf(outline: Outline | null): Sentence[] {
  return (outline?.paragraphs ?? []).map((one, i) => {
    const { code = String(i), text } = typeof one === "string" ? { text: one } : one;
    return { code: `p:${code}`, label: t(PARAGRAPHS[code] ?? "标准段落"), text };
  });
}

/** All sentences in the order of the record: how it began, what was seen, how it ended. */
export function sentencesOf(outline: Outline | null): Sentence[] {
  const facts = (outline?.scene_facts ?? []).map((fact) =>
    typeof fact === "string" ? { code: fact, label: fact, text: fact } : { code: fact.code, label: fact.words ?? fact.text, text: fact.text },
  );
  const paragraphs = paragraphsOf(outline);
  return [...paragraphs.slice(0, 1), ...facts, ...paragraphs.slice(1)];
}

export function written(sentence: Sentence, shown: Shown): string {
  return fill(sentence.text, shown).replace(/。?$/, "。");
}

export function compose(sentences: Sentence[], codes: string[], shown: Shown): string {
  return sentences.filter((one) => codes.includes(one.code)).map((one) => written(one, shown)).join("");
}

const KEPT = "scene-composed";

/** Remember what was only composed, to know later that nobody rewrote it. */
export function rememberComposed(session: Session, text: string): Promise<unknown> {
  return session.log.keepForm(session.caseId, KEPT, text);
}

/** Goods were counted since the scene was composed: say so in its words too, unless they were rewritten or signed. */
export async function refreshScene(session: Session): Promise<void> {
  const shown = session.shown.value;
  const { narrative, narrative_facts: codes } = shown.inspection ?? {};
  const signed = shown.documents.some((one) => one.signed?.length);
  if (!narrative || !Array.isArray(codes) || signed) return;
  if ((await session.log.form<string>(session.caseId, KEPT)) !== narrative) return;
  const outline = outlineFor(session.kit.value, shown.causes.map((one) => one.code));
  const fresh = compose(sentencesOf(outline), codes as string[], shown);
  if (fresh === narrative || !fresh) return;
  await rememberComposed(session, fresh);
  await session.act("inspection.set", { narrative_facts: codes, narrative: fresh });
}
