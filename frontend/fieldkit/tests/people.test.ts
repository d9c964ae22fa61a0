// Lists of people to choose from: only who may be chosen, and who is chosen already.
import { describe, expect, it } from "vitest";
import type { Colleague } from "../kit.types";
import { asChoices, toValue, toWork } from "../people";

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
