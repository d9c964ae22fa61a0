import { describe, expect, test } from "vitest";
import { penaltiesOf, rangeOf, rangeWords } from "../penalties";
import { fieldName } from "../navigation";
import type { FineRange, OfferedCause } from "../kit.types";

const ALL = ["warning", "fine", "warning_and_fine"].map((code) => ({ code, name: code }));
const cause = (ordered: string[], ...on_the_spot: string[]): OfferedCause =>
  ({ code: "", name: "", decided_by: "", decidable: true, on_the_spot, ordered, income_taken: false, fine: null });
const PURCHASES = cause([], "fine"), TRANSPORT = cause(["fine"], "fine"), SIGN = cause(["warning"], "warning", "warning_and_fine"), FAKES = cause([]);

describe("the penalties that causes allow together", () => {
  test.each([
    ["none chosen", [], ["warning", "fine", "warning_and_fine"]],
    ["a fine alone", [PURCHASES], ["fine"]],
    ["a warning that is not optional", [SIGN], ["warning", "warning_and_fine"]],
    ["a fine that is left open, a warning that is not", [PURCHASES, SIGN], ["warning", "warning_and_fine"]],
    ["a fine and a warning that are ordered", [TRANSPORT, SIGN], ["warning_and_fine"]],
    ["nothing on the spot", [FAKES], ["warning", "fine", "warning_and_fine"]],
    ["one of two on the spot", [FAKES, PURCHASES], ["fine"]],
  ])("%s", (_name, causes, codes) => {
    expect(penaltiesOf(ALL, causes).map((one) => one.code)).toEqual(codes);
  });
});

const share = (low: string, high: string, optional = true): FineRange => ({ base: "进货总额", low, high, optional, article: "" });

describe("the range of a fine", () => {
  test.each([
    ["0.05", "0.1", 1500, { low: 75, high: 150 }],
    ["0.05", "0.1", 8765.43, { low: 438.28, high: 876.54 }],
    ["0.2", "0.5", 0.01, { low: 0.01, high: 0 }],
    ["0.05", "0.1", 1.1, { low: 0.06, high: 0.11 }],
    ["0.1", "0.2", 100_000_000, { low: 10_000_000, high: 20_000_000 }],
    ["0.05", "0.1", null, null],
    ["0.05", "0.1", 0, null],
  ])("%s–%s of %s", (low, high, base, expected) => {
    expect(rangeOf(share(low, high), base)).toEqual(expected);
  });

  test("sums of the article need no base", () => {
    const fixed = { ...share("0", "50000"), base: "" };
    expect(rangeOf(fixed, null)).toEqual({ low: 0, high: 50000 });
  });

  test("in words, with and without a base, compulsory or not", () => {
    expect(rangeWords(share("0.05", "0.1"), null)).toBe("按它的 5%–10% 罚款");
    expect(rangeWords(share("0.05", "0.1"), 1500)).toBe("罚款 75.00–150.00 元，也可以不罚款");
    expect(rangeWords(share("0.2", "0.5", false), 1500)).toBe("罚款 300.00–750.00 元");
  });
});

test("what is missing of a penalty leads to its field", () => {
  expect(fieldName("simple.bases.R01")).toBe("penalty.base.R01");
  expect(fieldName("simple.income")).toBe("penalty.income");
  expect(fieldName("simple.amount")).toBe("penalty.amount");
  expect(fieldName("correction.what")).toBe("correction.what");
});
