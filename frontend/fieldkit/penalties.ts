/** What a penalty on the spot may be, as the kit brings it: kinds that the articles share, the range of each fine. */

import { money } from "./amounts";
import { t } from "../field/i18n";
import type { Coded, FineRange, OfferedCause } from "./kit.types";

/** Kinds by code: a penalty of several is their codes joined. */
const kindsOf = (penalty: string): string[] => penalty.split("_and_");

/** The penalties that the causes allow together: each kind known to one of them, and what any of them orders is given. */
export function penaltiesOf(all: Coded[], causes: OfferedCause[]): Coded[] {
  const here = causes.filter((one) => one.on_the_spot.length);
  if (!here.length) return all;
  const known = new Set(here.flatMap((one) => one.on_the_spot.flatMap(kindsOf)));
  const ordered = here.flatMap((one) => one.ordered);
  return all.filter(({ code }) => kindsOf(code).every((kind) => known.has(kind)) && ordered.every((kind) => kindsOf(code).includes(kind)));
}

/** Shares are kept in ten-thousandths and money in fen, so that no binary fraction moves a border. */
const PARTS = 10_000;

/** The least and the most (yuan) of one act: the lower end rounded up, the upper end down; nothing without the base that it needs. */
export function rangeOf(fine: FineRange, base: number | null): { low: number; high: number } | null {
  if (!fine.base) return { low: Number(fine.low), high: Number(fine.high) };
  if (base === null || base <= 0) return null;
  const fen = Math.round(base * 100);
  const of = (share: string): number => fen * Math.round(Number(share) * PARTS);
  return { low: Math.ceil(of(fine.low) / PARTS) / 100, high: Math.floor(of(fine.high) / PARTS) / 100 };
}

/** A cause's range in words, under the field of its base. */
export function rangeWords(fine: FineRange, base: number | null): string {
  const range = rangeOf(fine, base);
  const shares = { low: percent(fine.low), high: percent(fine.high) };
  if (!range) return t("按它的 {low}%–{high}% 罚款", shares);
  const said = t("罚款 {low}–{high} 元", { low: money(range.low), high: money(range.high) });
  return fine.optional ? t("{range}，也可以不罚款", { range: said }) : said;
}

function percent(share: string): string {
  return String(Math.round(Number(share) * PARTS) / 100);
}
