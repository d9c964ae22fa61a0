/** The outline of questions, standard paragraphs and scene facts for the causes of a case, as the kit keeps them. */

import { money, quantity } from "./amounts";
import { clockTime, dayOf } from "../field/clock";
import { newId } from "../field/ids";
import type { Kit, Outline } from "./kit.types";
import type { Question } from "./types";
import type { Shown } from "./reduce";

/** The outline of the first cause that has one; else the general one. */
export function outlineFor(kit: Kit | null, causes: string[]): Outline | null {
  const list = kit?.outlines ?? [];
  const fits = (code: string) => (one: Outline) => one.code === code || one.causes.includes(code);
  for (const code of causes) {
    const found = list.find(fits(code));
    if (found) return found;
  }
  return list.find(fits("general")) ?? list[0] ?? null;
}

/** The outline's questions as a fresh record: unanswered, to be answered, moved or left out. */
export function freshQuestions(outline: Outline | null, shown: Shown): Question[] {
  return (outline?.questions ?? []).map((question) => ({ id: question.id ?? newId(), text: fill(question.text, shown), answer: "" }));
}

/** The causes' names, joined as documents join them. */
export function causesInWords(kit: Kit | null, shown: Shown): string {
  const names = new Map(kit?.causes.map((one) => [one.code, one.name]));
  return shown.causes.map((one) => names.get(one.code) ?? one.name).join("、");
}

/** The goods in one sentence: 七匹狼（红）12 条、… 共 43 种 500 条. */
export function goodsInWords(shown: Shown): string {
  const each = shown.lines.map((line) => `${line.name}${quantity(line.quantity)}条`).join("、");
  return shown.lines.length ? `${each}，共${shown.lines.length}个品种${quantity(shown.totals.cartons)}条` : "";
}

/** 2025-10-30 → 2025年10月30日 */
export function chineseDay(day: string): string {
  return day.replace(/^(\d+)-0?(\d+)-0?(\d+)$/, "$1年$2月$3日");
}

/** Who the person is, as a record begins. */
export function personInWords(shown: Shown, partyId?: string | null): string {
  const party = shown.parties.find((one) => (one.party_id ?? one.id) === partyId) ?? shown.parties[0];
  if (!party) return "";
  const parts = [
    party.name && `我叫${party.name}`, party.sex, party.ethnicity, party.born_on && `${chineseDay(party.born_on)}出生`,
    party.id_no && `身份证号${party.id_no}`, party.address && `住${party.address}`, party.phone && `电话${party.phone}`,
    party.licence_no && `烟草专卖零售许可证号${party.licence_no}`,
  ];
  return `${parts.filter(Boolean).join("，")}。`;
}

/** Put what the case knows into a sentence with {placeholders}; unknown ones stay to be filled by hand. */
export function fill(sentence: string, shown: Shown): string {
  const party = shown.parties[0];
  const began = shown.inspection?.began_at ?? shown.case.began_at;
  const { unit } = shown.case;
  const values: Record<string, string | null | undefined> = {
    party: party?.name, name: party?.name, shop: shown.place?.shop_name, shop_name: shown.place?.shop_name, address: shown.place?.address,
    licence_no: party?.licence_no, goods: goodsInWords(shown), items: goodsInWords(shown), kinds: String(shown.lines.length),
    cartons: quantity(shown.totals.cartons), value: money(shown.totals.value), began_at: clockTime(began).replace(/^0?(\d+):(\d+)$/, "$1时$2分"), date: chineseDay(dayOf(began)),
    bureau: unit.name, person: personInWords(shown), shopkeeper: party?.name,
    officers: shown.officers.map((one) => one.name).join("、"), certificates: shown.officers.map((one) => one.certificate_no).join("、"),
  };
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] || whole);
}
