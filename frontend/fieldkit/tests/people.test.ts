// Lists of people to choose from: only who may be chosen, and who is chosen already.
import { describe, expect, it } from "vitest";
import type { Colleague } from "../kit.types";
import { asChoices, isTyped, toValue, toWork } from "../people";

function person(id: string, works: boolean, values: boolean): Colleague {
  return { id, name: id, unit: "", certificate_no: null, certificate_valid_to: null, works, values };
}
const HEAD = person("head", false, false);
const VALUER = person("valuer", false, true);
const [ONE, TWO, THREE] = ["one", "two", "three"].map((id) => person(id, true, true)) as [Colleague, Colleague, Colleague];
const ALL = [HEAD, VALUER, ONE, TWO, THREE];
const ids = (people: Colleague[]): string[] => people.map((one) => one.id);

describe("people to choose from", () => {
  it("work on a case only with a post, and do not value its goods", () => {
    expect(ids(toWork(ALL))).toEqual(["one", "two", "three"]);
    expect(ids(toWork(ALL, THREE))).toEqual(["one", "two"]);
  });
  it("hold who is chosen already, whatever became of their post", () => {
    expect(ids(toWork(ALL, null, [HEAD]))).toEqual(["head", "one", "two", "three"]);
    expect(ids(toValue(ALL, [ONE, TWO], HEAD))).toEqual(["head", "valuer", "three"]);
  });
  it("value goods only with a post, and do not work on the case", () => {
    expect(ids(toValue(ALL, [ONE, TWO]))).toEqual(["valuer", "three"]);
  });
  it("are shown by name", () => {
    expect(asChoices([ONE])).toEqual([{ code: "one", name: "one" }]);
  });
});

describe("what was typed is of the one who was found", () => {
  const found = { name: "甲", id_no: "350206197908178556", licence_no: "350206150798" };
  it.each([
    ["nothing typed", { name: "", id_no: "", licence_no: "" }, true],
    ["his name", { name: " 甲 ", id_no: "", licence_no: "" }, true],
    ["another name", { name: "乙", id_no: "", licence_no: "" }, false],
    ["his number, another spelling", { name: "乙", id_no: found.id_no, licence_no: "" }, true],
    ["his licence", { name: "", id_no: "", licence_no: found.licence_no }, true],
    ["another's number", { name: "甲", id_no: "350206199003071235", licence_no: "" }, false],
    ["another's licence", { name: "甲", id_no: "", licence_no: "350206150799" }, false],
    ["his number, a licence that is new", { name: "甲", id_no: found.id_no, licence_no: "350206150799" }, true],
  ])("%s", (_name, typed, expected) => {
    expect(isTyped(typed, found)).toBe(expected);
  });
  it("nobody is known by nothing", () => {
    expect(isTyped({ name: "", id_no: "", licence_no: "350206150798" }, { name: "", id_no: "", licence_no: "" })).toBe(false);
  });
});
