// No form of the field kit can send more than its operation takes, and what is too long is said in words, never cut.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { factOf, lengthOf, limitOf, overLong, tooLong } from "../limits";
import { TEXTS } from "../texts";

const here = resolve(import.meta.dirname, "../components");
const sources = readdirSync(here).map((name) => readFileSync(join(here, name), "utf8"));
/** Fields that are typed into, by name: the others only choose. */
const typed = sources.flatMap((source) =>
  [...source.matchAll(/<FormField\b[^>]*?\sname="([^"]+)"[^>]*>/g)].filter((found) => !/\stype="(?!text|area)/.test(found[0])).map((found) => found[1]!),
);
/** Numbers, each checked as one; and what goes with a signature. */
const NO_TEXTS = ["place.longitude", "place.latitude", "line.sticks_per_carton", "line.split_cartons", "unlisted.sticks", "signature.refusal_reason"];

describe("the length of what is typed", () => {
  it("is known to every field", () => {
    expect(typed.length).toBeGreaterThan(40);
    expect(typed.filter((name) => !factOf(name) && !NO_TEXTS.includes(name))).toEqual([]);
    expect(NO_TEXTS.filter((name) => !typed.includes(name) || factOf(name))).toEqual([]);
  });

  it("is that of the operation", () => {
    expect(limitOf("place.shop_name")).toBe(120);
    expect(limitOf("party.name")).toBe(120);
    expect(limitOf("witness.address")).toBe(300);
    expect(limitOf("counting.reopen_reason")).toBe(TEXTS["counting.reopen"]!.reason);
    expect(limitOf("inspection.narrative")).toBeNull();
    expect(limitOf("signature.refusal_reason")).toBeNull();
  });

  it.each([["", ""], ["店".repeat(120), ""], [` ${"店".repeat(120)} `, ""], ["𠮷".repeat(120), ""], ["店".repeat(121), "最多 120 个字，现在 121 个；请缩短"]])("of %s is judged at its border", (text, words) => {
    expect(overLong(text, 120)).toBe(words);
    expect(overLong(text, null)).toBe("");
  });

  it("counts characters, not halves of them", () => expect([lengthOf("𠮷a "), lengthOf("𠮷".repeat(3))]).toEqual([2, 3]));

  it("is judged in all that an operation carries", () => {
    const place = { address: "厦门", shop_name: "店".repeat(135) };
    expect(tooLong("case.open", { place })).toEqual({ "place.shop_name": "最多 120 个字，现在 135 个；请缩短" });
    expect(tooLong("case.open", { place: { ...place, shop_name: "店".repeat(80) } })).toEqual({});
    expect(Object.keys(tooLong("questioning.set", { questions: [{ answer: "短" }, { answer: "长".repeat(8001) }] }))).toEqual(["questions.*.answer"]);
    expect([tooLong("case.open", null), tooLong("scan", { n: 1 }), tooLong("no.such", { a: "a" })]).toEqual([{}, {}, {}]);
  });
});
