/** Counting and money on the tablet, without the errors of binary fractions: cartons in ten-thousandths, money in fen. */

import { t } from "../field/i18n";
import type { Line } from "./types";

/** A number that came as text or number; nothing for what is not there. */
export function number(value: unknown): number | null {
  if (value === null || value === undefined || value === "") return null;
  const found = Number(value);
  return Number.isFinite(found) ? found : null;
}

/** Round to the digits that cartons are kept in. */
export function tidy(value: number, digits = 4): number {
  const scale = 10 ** digits;
  return Math.round((value + Math.sign(value) * 1e-9) * scale) / scale;
}

export const DEFAULT_PACKS = 10;
export const DEFAULT_STICKS = 200;
export const CARTONS_PER_CASE = 50;

/** How many cartons one of this unit is, by the product's own packs and sticks; nothing where it cannot be said in cartons. */
export function cartonsPer(unit: string, packs: number | null | undefined, sticks: number | null | undefined): number | null {
  switch (unit) {
    case "carton": case "条":
      return 1;
    case "case": case "件":
      return CARTONS_PER_CASE;
    case "pack": case "包": case "盒":
      return 1 / (packs || DEFAULT_PACKS);
    case "stick": case "支":
      return 1 / (sticks || DEFAULT_STICKS);
    default:
      return null;
  }
}

const UNIT_WORDS: Record<string, string> = {
  carton: "条", pack: "包", stick: "支", case: "件", kg: "公斤", piece: "个", ml: "毫升", "10k_sticks": "万支",
};
const UNIT_CODES: Record<string, string> = {
  条: "carton", 包: "pack", 盒: "pack", 支: "stick", 件: "case", 公斤: "kg", 个: "piece", 毫升: "ml", 万支: "10k_sticks",
};

/** The word for a unit, whichever way it was written. */
export function unitWord(unit: string | null | undefined): string {
  return t(unit ? UNIT_WORDS[unit] ?? unit : "条");
}

/** The code of a unit, whichever way it was written. */
export function unitCode(unit: string | null | undefined): string {
  return unit ? UNIT_CODES[unit] ?? unit : "carton";
}

/** What a line is worth at its price: per carton, or per the unit that it is priced by. Nothing without a price. */
export function valueOf(line: Line): number | null {
  const price = number(line.price);
  if (price === null) return null;
  const per = unitCode(line.per);
  const quantity = number(line.quantity) ?? 0;
  if (per === unitCode(line.unit)) return tidy(price * quantity, 2);
  const cartons = number(line.cartons);
  if (per === "carton") return cartons === null ? null : tidy(price * cartons, 2);
  const each = cartonsPer(per, line.packs_per_carton, line.sticks_per_carton);
  return cartons === null || each === null ? null : tidy((price * cartons) / each, 2);
}

/** `1,646.5`: thousands apart, no needless zeros. */
export function quantity(value: unknown): string {
  const found = number(value);
  return found === null ? "—" : found.toLocaleString("en-US", { maximumFractionDigits: 4 });
}

/** `203,250.00`: money always with two digits. */
export function money(value: unknown): string {
  const found = number(value);
  return found === null ? "—" : found.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
