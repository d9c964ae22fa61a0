/** Numbers that officers type, checked while they type; the server checks them again. Each answer says what is wrong. */

import { t } from "../field/i18n";

export interface Checked {
  ok: boolean;
  /** What is wrong, in words; empty where nothing is. */
  message: string;
  /** A remark that stops nobody. */
  notice?: string;
  sex?: "男" | "女";
  bornOn?: string;
}

const GOOD: Checked = { ok: true, message: "" };
const bad = (message: string): Checked => ({ ok: false, message });

const CITIZEN_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** A citizen's number (GB 11643-1999): birth date and sex are read from it. */
export function citizenId(text: string, today = new Date()): Checked {
  const number = text.trim().toUpperCase();
  if (number.length !== 18) return bad(t("身份证号应为 18 位，现在 {n} 位", { n: number.length }));
  if (!/^\d{17}[\dX]$/.test(number)) return bad(t("身份证号前 17 位应为数字，末位为数字或 X"));
  const born = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  const date = new Date(`${born}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== born) return bad(t("第 7–14 位不是日期：{text}", { text: number.slice(6, 14) }));
  if (date > today) return bad(t("出生日期 {day} 在今天之后", { day: born }));
  const sum = CITIZEN_WEIGHTS.reduce((total, weight, i) => total + weight * Number(number[i]), 0);
  if ("10X98765432"[sum % 11] !== number[17]) return bad(t("校验位不符，请核对是否抄错或读错一位"));
  return { ok: true, message: "", bornOn: born, sex: Number(number[16]) % 2 ? "男" : "女" };
}

const USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** A unified social credit code (GB 32100-2015). */
export function creditCode(text: string): Checked {
  const code = text.trim().toUpperCase();
  if (code.length !== 18) return bad(t("统一社会信用代码应为 18 位，现在 {n} 位", { n: code.length }));
  const wrong = [...code].find((char) => !USCC_ALPHABET.includes(char));
  if (wrong) return bad(t("统一社会信用代码里不会有“{char}”", { char: wrong }));
  const sum = USCC_WEIGHTS.reduce((total, weight, i) => total + weight * USCC_ALPHABET.indexOf(code[i]!), 0);
  return USCC_ALPHABET[(31 - (sum % 31)) % 31] === code[17] ? GOOD : bad(t("校验位不符，请核对是否抄错一位"));
}

/** A retail licence number: 6 district, 1 kind of holder, 5 serial. */
export function retailLicence(text: string): Checked {
  const number = text.trim();
  if (!/^\d*$/.test(number)) return bad(t("零售许可证号应全为数字"));
  if (number.length !== 12) return bad(t("零售许可证号应为 12 位，现在 {n} 位", { n: number.length }));
  return /^\d{6}[12]/.test(number) ? GOOD : bad(t("第 7 位应为 1（个体）或 2（企业等）"));
}

/** A mobile or fixed telephone number of the mainland. */
export function phone(text: string): Checked {
  const number = text.trim();
  if (/^1[3-9]\d{9}$/.test(number) || /^0\d{2,3}-?\d{7,8}$/.test(number)) return GOOD;
  return bad(/^1/.test(number) ? t("手机号应为 11 位，现在 {n} 位", { n: number.length }) : t("电话应为 11 位手机号，或区号加 7–8 位座机号"));
}

export interface CartonCodeParts {
  ok: boolean;
  row1Message: string;
  row2Message: string;
  sortedOn: string | null;
  serial: string;
  order: string;
  company: string;
  licenceNo: string;
}

/** Split the 32 characters on a carton: date and serial in the first row, company and shop in the second. */
export function cartonCode(row1: string, row2: string, today = new Date()): CartonCodeParts {
  const first = row1.trim();
  const second = row2.trim().toUpperCase();
  const sortedOn = sortingDay(first, today);
  return {
    row1Message: rowOne(first, sortedOn), row2Message: rowTwo(second),
    ok: !rowOne(first, sortedOn) && !rowTwo(second), sortedOn,
    serial: first.slice(5, 14), order: first.slice(14, 16), company: second.slice(0, 4), licenceNo: second.slice(4, 16),
  };
}

function rowOne(row: string, sortedOn: string | null): string {
  const wrong = /[^0-9]/.exec(row);
  if (wrong) return t("第一行只有数字，第 {n} 位是“{char}”", { n: wrong.index + 1, char: wrong[0] });
  if (row.length !== 16) return t("第一行应为 16 位，现在 {n} 位", { n: row.length });
  return sortedOn ? "" : t("第 2–5 位不是月日：{text}", { text: row.slice(1, 5) });
}

function rowTwo(row: string): string {
  if (row.length !== 16) return t("第二行应为 16 位，现在 {n} 位", { n: row.length });
  if (!/^[A-Z]{4}/.test(row)) return t("第二行前 4 位应为公司字母");
  return /^[A-Z]{4}\d{12}$/.test(row) ? "" : t("第二行后 12 位应为许可证号（数字）");
}

/** The latest day not in the future that ends with this digit of the year. */
function sortingDay(row: string, today: Date): string | null {
  if (!/^\d{5}/.test(row)) return null;
  const now = new Date(today.getTime() - today.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  let year = Math.floor(today.getFullYear() / 10) * 10 + Number(row[0]);
  for (let tries = 0; tries < 2; tries++, year -= 10) {
    const day = `${year}-${row.slice(1, 3)}-${row.slice(3, 5)}`;
    const date = new Date(`${day}T00:00:00Z`);
    const real = !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === day;
    if (real && day <= now) return day;
    if (!real && !row.slice(1, 5).startsWith("0229")) return null;
  }
  return null;
}
