/** Numbers as people key them: full-width signs and separators are read, and each fault is a sentence. */

import { cartonsPer, quantity, unitWord } from "./amounts";
import { t } from "../field/i18n";

/** What a number may be: the most, how many places after the point, whether 0 is one. */
export interface Limits {
  most: number;
  places: number;
  zero?: boolean;
}

export const QUANTITY: Limits = { most: 99_999, places: 4 };
export const PRICE: Limits = { most: 1_000_000, places: 2 };
export const STICKS: Limits = { most: 9_999, places: 0 };

export interface Read {
  value: number | null;
  fault: string;
}

/** What a field holds: the number, or the sentence that says what is wrong with it; nothing of an empty field. */
export function readNumber(text: unknown, limits: Limits): Read {
  const plain = String(text ?? "").normalize("NFKC").replace(/[\s,¥]/g, "").replace(/−/g, "-");
  if (!plain) return { value: null, fault: "" };
  const no = (fault: string): Read => ({ value: null, fault });
  if (!/^-?(\d+\.?\d*|\.\d+)$/.test(plain)) return no(t("“{text}”不是数字；请只填数字，如 350", { text: [...String(text)].slice(0, 12).join("") }));
  const value = Number(plain);
  if (value < 0) return no(t("不能小于 0；请改正"));
  if (value === 0 && !limits.zero) return no(t("应大于 0；请改正"));
  if (value > limits.most) return no(t("最多 {most}；请核对是否多按了数字，或扫进了条码", { most: quantity(limits.most) }));
  if ((plain.split(".")[1] ?? "").replace(/0+$/, "").length > limits.places) return no(limits.places ? t("最多 {n} 位小数；请改正", { n: limits.places }) : t("应为整数；请改正"));
  return { value, fault: "" };
}

/** Rounding to the places that quantities are kept with moves a stick by less than this; the server asks the same. */
const NEAR = 0.05;

/** What is wrong with a quantity that leaves a part of a stick or of a piece; empty where it is whole, or nobody can tell. */
export function notWhole(n: number, unit: string, packs: number | null | undefined, sticks: number | null | undefined): string {
  if (unit === "stick") return Number.isInteger(n) ? "" : t("{n} 支不是整支；请改正", { n });
  if (unit === "piece") return Number.isInteger(n) ? "" : t("{n} 个不是整数；请改正", { n });
  const cartons = cartonsPer(unit, packs, sticks);
  if (!sticks || cartons === null) return "";
  const all = n * cartons * sticks;
  return Math.abs(all - Math.round(all)) <= NEAR ? "" : t("{n} {unit}合 {sticks} 支，不是整支；请核对，零头请按包或支录入", { n, unit: unitWord(unit), sticks: Math.round(all * 100) / 100 });
}

/** A quantity of goods: a number in whole sticks; `missing` is said of an empty field. */
export function readQuantity(text: unknown, missing: string, unit: string, packs?: number | null, sticks?: number | null): Read {
  const read = readNumber(text, QUANTITY);
  const fault = read.fault || (read.value === null ? missing : notWhole(read.value, unit, packs, sticks));
  return fault ? { value: null, fault } : read;
}
