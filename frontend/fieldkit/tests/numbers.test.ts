/** Each number that people key is read, or said in a sentence to be none. */

import { describe, expect, it } from "vitest";
import { notWhole, PRICE, QUANTITY, readNumber, readQuantity, STICKS } from "../numbers";

describe("what is keyed", () => {
  it.each([
    ["350", 350], ["３５０", 350], ["1,646.5", 1646.5], ["１，０００", 1000], [" 12 ", 12], ["12.", 12], [".5", 0.5], ["0.0001", 0.0001],
    ["99999", 99999], ["2.50000", 2.5], ["", null],
  ])("%s is a quantity", (text, value) => {
    expect(readNumber(text, QUANTITY)).toEqual({ value, fault: "" });
  });

  it.each([
    ["abc", "“abc”不是数字；请只填数字，如 350"], ["1e3", "“1e3”不是数字；请只填数字，如 350"], ["1.2.3", "“1.2.3”不是数字；请只填数字，如 350"],
    ["三条", "“三条”不是数字；请只填数字，如 350"], ["Infinity", "“Infinity”不是数字；请只填数字，如 350"], [".", "“.”不是数字；请只填数字，如 350"],
    ["-3", "不能小于 0；请改正"], ["−3", "不能小于 0；请改正"], ["－３", "不能小于 0；请改正"], ["0", "应大于 0；请改正"], ["0.00", "应大于 0；请改正"],
    ["99999.1", "最多 99,999；请核对是否多按了数字，或扫进了条码"], ["99999999", "最多 99,999；请核对是否多按了数字，或扫进了条码"],
    ["1.00001", "最多 4 位小数；请改正"],
  ])("%s is none", (text, fault) => {
    expect(readNumber(text, QUANTITY)).toEqual({ value: null, fault });
  });

  it("is bounded by what it is a number of", () => {
    expect(readNumber("350.25", PRICE).value).toBe(350.25);
    expect(readNumber("350.255", PRICE).fault).toBe("最多 2 位小数；请改正");
    expect(readNumber("200.5", STICKS).fault).toBe("应为整数；请改正");
    expect(readNumber("0", { ...QUANTITY, zero: true }).value).toBe(0);
  });
});

describe("a quantity in whole sticks", () => {
  it.each([
    [1, "carton", 10, 200], [0.1, "carton", 10, 200], [0.005, "carton", 10, 200], [0.0063, "carton", 10, 160], [2.5, "pack", 10, 200],
    [7, "stick", 10, 200], [0.5, "case", 10, 200], [1.234, "carton", 10, null], [1.5, "kg", null, null], [3, "piece", null, null],
  ])("%s %s is one", (n, unit, packs, sticks) => {
    expect(notWhole(n, unit, packs, sticks)).toBe("");
  });

  it.each([
    [1.234, "carton", 10, 200, "1.234 条合 246.8 支，不是整支；请核对，零头请按包或支录入"],
    [0.0044, "carton", 10, 200, "0.0044 条合 0.88 支，不是整支；请核对，零头请按包或支录入"],
    [1.01, "pack", 10, 200, "1.01 包合 20.2 支，不是整支；请核对，零头请按包或支录入"],
    [1.5, "stick", null, null, "1.5 支不是整支；请改正"],
    [1.5, "piece", null, null, "1.5 个不是整数；请改正"],
  ])("%s %s is none", (n, unit, packs, sticks, fault) => {
    expect(notWhole(n, unit, packs, sticks)).toBe(fault);
  });
});

describe("a quantity of goods", () => {
  it.each([["", "请填数量"], ["0", "应大于 0；请改正"], ["1.234", "1.234 条合 246.8 支，不是整支；请核对，零头请按包或支录入"]])("%j is none", (text, fault) => {
    expect(readQuantity(text, "请填数量", "carton", 10, 200)).toEqual({ value: null, fault });
  });

  it.each([["1.5", "carton", 200, 1.5], ["1.234", "carton", null, 1.234], ["1.234", "kg", null, 1.234]])("%s %s is one", (text, unit, sticks, value) => {
    expect(readQuantity(text, "请填数量", unit, null, sticks)).toEqual({ value, fault: "" });
  });
});
