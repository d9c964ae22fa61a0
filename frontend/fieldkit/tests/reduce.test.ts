// The screen = the server's state + exactly those own operations that it does not contain.
import { describe, expect, it } from "vitest";
import { Catalogue } from "../catalogue";
import { emptyState, lastUndoable, lineId, reduce } from "../reduce";
import type { Operation } from "../../field/operations";
import type { CaseState, Line } from "../types";

const CASE = "018f0000-0000-7000-8000-000000000001";
const RED = "6901028137492";
const catalogue = new Catalogue({
  version: 1,
  products: [
    { id: "a", carton_barcode: RED, pack_barcode: "6901028137485", name: "七匹狼（红）", packs: 10, sticks: 200, price: "150", per: "carton" },
    { id: "b", carton_barcode: "6901028340618", name: "云烟（小熊猫家园）", packs: 10, sticks: 160, price: "200", per: "carton" },
    { id: "c", carton_barcode: "6901028028516", name: "工字（红）", type: "cigar", packs: null, sticks: null, price: "12.5", per: "stick" },
  ],
});

let n = 0;
function op(kind: string, payload: Record<string, unknown>, more: Partial<Operation> = {}): Operation {
  n += 1;
  return { by: "jia", subject_id: CASE, n, id: `op-${n}`, kind, at: "2025-10-30T09:12:00+08:00", payload, status: "waiting", ...more };
}
const scan = (barcode = RED, more: Partial<Operation> = {}, by = 1): Operation => op("scan", { barcode, n: by, via: "gun" }, more);

function serverWith(line: Partial<Line>, cursor = 10): CaseState {
  const full = {
    id: lineId(CASE, null, RED), product_id: "a", barcode: RED, name: "七匹狼（红）", kind: "diverted", quantity: "5", unit: "条",
    cartons: "5", sticks: 1000, price: "150.00", per: "carton", price_mark: null, value: "750.00", listed: true,
    packs_per_carton: 10, sticks_per_carton: 200, ...line,
  } as Line;
  const totals = { cartons: "5", sticks: 1000, value: "750.00", by_kind: { diverted: "5" }, unpriced: 0, lines: 1, without_sticks: 0, other_units: [] };
  return { ...emptyState(CASE), lines: [full], totals, cursor };
}
const shown = (server: CaseState | null, operations: Operation[]) => reduce(CASE, server, operations, catalogue);

describe("scans", () => {
  it("count up on one line, with sticks and value of the product's own packing", () => {
    const { lines, totals, unsent } = shown(null, [scan(), scan(), scan("6901028340618")]);
    expect(lines.map((line) => [line.name, line.quantity, line.sticks, line.value])).toEqual([
      ["七匹狼（红）", "2", 400, "300"], ["云烟（小熊猫家园）", "1", 160, "200"],
    ]);
    expect(totals).toMatchObject({ cartons: "3", sticks: 560, value: "500" });
    expect(unsent).toBe(3);
  });

  it("of packs are tenths of cartons, cigars are sticks outside the cartons' price", () => {
    const { lines } = shown(null, [scan("6901028137485"), scan("6901028137485"), scan(), scan("6901028028516", {}, 12)]);
    expect(lines.map((line) => [line.quantity, line.unit, line.value])).toEqual([["1.2", "carton", "180"], ["12", "stick", "150"]]);
  });

  it("join the server's line and move its totals by just that", () => {
    const { lines, totals } = shown(serverWith({}), [scan()]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ quantity: "6", value: "900", waiting: true });
    expect(totals).toMatchObject({ cartons: "6", sticks: 1200, value: "900", by_kind: { diverted: "6" } });
  });

  it("are counted once while the state that contains them is on its way", () => {
    const answered = scan(RED, { status: "applied", cursor: 11 });
    expect(shown(serverWith({}, 10), [answered]).lines[0]!.quantity).toBe("6");
    expect(shown(serverWith({ quantity: "6", cartons: "6" }, 11), [answered]).lines[0]!.quantity).toBe("6");
  });

  it("of an unlisted code queue, and become a line when they get a name", () => {
    const foreign = "4890003714297";
    expect(shown(null, [scan(foreign), scan(foreign)]).unknown).toEqual([{ barcode: foreign, n: "2", status: "waiting", line_id: lineId(CASE, null, foreign) }]);
    const named = shown(null, [scan(foreign), op("unlisted.register", { barcode: foreign, name: "ESSE", kind: "smuggled", sticks_per_carton: null }), scan(foreign)]);
    expect(named.unknown).toEqual([]);
    expect(named.lines[0]).toMatchObject({ name: "ESSE", kind: "smuggled", quantity: "2", sticks: null, value: null, price_mark: "未核价" });
    expect(named.totals).toMatchObject({ cartons: "2", unpriced: 1, by_kind: { smuggled: "2" } });
  });

  it("after the counting was closed are kept apart", () => {
    const closed = { ...serverWith({}), counting: { closed: true, closed_at: null, fact_version: 1 } };
    const { lines, pending } = shown(closed, [scan()]);
    expect(lines[0]!.quantity).toBe("5");
    expect(pending).toHaveLength(1);
  });

  it("that were refused are not shown", () => {
    expect(shown(serverWith({}), [scan(RED, { status: "refused" })]).lines[0]!.quantity).toBe("5");
  });
});

describe("undo", () => {
  it("takes back an operation that was not sent", () => {
    const first = scan();
    expect(shown(null, [first, op("undo", { operation_id: first.id })]).lines).toEqual([]);
  });
  it("takes back an operation that the server has", () => {
    const old = scan(RED, { status: "applied", cursor: 9 });
    expect(shown(serverWith({}), [old, op("undo", { operation_id: old.id })]).lines[0]!.quantity).toBe("4");
  });
  it("goes backwards through what was not taken back yet", () => {
    const [a, b] = [scan(), scan()];
    const back = op("undo", { operation_id: b.id });
    expect(lastUndoable([a, b])!.id).toBe(b.id);
    expect(lastUndoable([a, b, back])!.id).toBe(a.id);
    expect(lastUndoable([a, b, back, op("undo", { operation_id: a.id })])).toBeUndefined();
    expect(lastUndoable([a, b, { ...back, status: "refused" }])!.id).toBe(b.id);
  });
});

describe("what is set on a line", () => {
  const id = lineId(CASE, null, RED);
  it("a keyed quantity is the difference from what was seen", () => {
    expect(shown(serverWith({}), [op("quantity.difference", { line_id: id, unit: "carton", difference: 7, seen: 5 })]).lines[0]!.quantity).toBe("12");
  });
  it("a kind moves the totals by kind", () => {
    expect(shown(serverWith({}), [op("line.set", { line_id: id, kind: "to_test" })]).totals.by_kind).toEqual({ diverted: "0", to_test: "5" });
  });
  it("a price by hand is marked", () => {
    const { lines, totals } = shown(serverWith({}), [op("line.set", { line_id: id, price: "100", price_reason: "实际售价" })]);
    expect(lines[0]).toMatchObject({ price_mark: "手工价", value: "500" });
    expect(totals.value).toBe("500");
  });
  it("a split keeps the sum", () => {
    const { lines, totals } = shown(serverWith({}), [op("line.split", { line_id: id, new_line_id: "new", cartons: 2, kind: "counterfeit" })]);
    expect(lines.map((line) => [line.kind, line.quantity])).toEqual([["diverted", "3"], ["counterfeit", "2"]]);
    expect(totals).toMatchObject({ cartons: "5", value: "750", by_kind: { diverted: "3", counterfeit: "2" } });
  });
});
