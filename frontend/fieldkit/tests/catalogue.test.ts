// A barcode is known, shared, unlisted, foreign or misread; goods are also found by last digits, name and initials.
import { describe, expect, it } from "vitest";
import { Catalogue, checkDigit, isSound, type Product } from "../catalogue";

const product = (id: string, carton: string, name: string, more: Partial<Product> = {}): Product => ({
  id, carton_barcode: carton, name, packs: 10, sticks: 200, price: "150.00", per: "carton", ...more,
});

const catalogue = new Catalogue({
  version: 1,
  products: [
    product("a", "6901028137492", "七匹狼（红）", { initials: "qplh", pack_barcode: "6901028137485" }),
    product("b", "6901028075015", "中华（硬）", { initials: "zhy" }),
    product("c", "6901028075022", "中华（软）", { initials: "zhr" }),
    product("d", "6901028193504", "芙蓉王（硬）", { initials: "frwy" }),
    product("e", "6901028193504", "芙蓉王（硬，旧版）", { initials: "frwyjb" }),
  ],
});

describe("a check digit", () => {
  it.each([["690102813749", 2], ["489000371429", 7], ["7351353", 7]])("of %s is %i", (body, digit) => {
    expect(checkDigit(body as string)).toBe(digit);
  });
  it("is asked of codes of 8, 13 and 14 digits only", () => {
    expect([isSound("6901028137492"), isSound("73513537"), isSound("690102813749"), isSound("69010281374921")]).toEqual([true, true, false, false]);
  });
});

describe("identification", () => {
  it("knows cartons and packs by their own codes", () => {
    expect(catalogue.identify("6901028137492")).toMatchObject({ status: "known", candidates: [{ unit: "carton", product: { id: "a" } }] });
    expect(catalogue.identify("6901028137485")).toMatchObject({ status: "known", candidates: [{ unit: "pack", product: { id: "a" } }] });
  });
  it("takes a UPC-A of twelve digits as an EAN-13 with a leading zero", () => {
    expect(catalogue.identify("036000291452").status).toBe("foreign_unknown");
  });
  it("offers every product of a shared code", () => {
    const found = catalogue.identify("6901028193504");
    expect(found.status).toBe("ambiguous");
    expect(found.candidates.map((one) => one.product.id)).toEqual(["d", "e"]);
  });
  it.each([
    ["6901028917894", "misread"], ["6901022496854", "unknown"], ["4890003714297", "foreign_unknown"], ["690102813", "not_a_barcode"],
  ])("says of %s: %s", (barcode, status) => {
    expect(catalogue.identify(barcode).status).toBe(status);
  });
});

describe("looking up", () => {
  const names = (text: string): string[] => catalogue.search(text).map((one) => one.product.name);
  it("takes the last six digits", () => expect(names("137492")).toEqual(["七匹狼（红）"]));
  it("takes part of a name, also with western brackets", () => expect(names("中华(硬")).toEqual(["中华（硬）"]));
  it("takes pinyin initials", () => expect(names("zh").sort()).toEqual(["中华（软）", "中华（硬）"].sort()));
  it("finds nothing for nothing", () => expect(names("  ")).toEqual([]));
});
