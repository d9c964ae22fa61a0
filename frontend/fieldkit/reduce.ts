/**
 * What the officer sees: the server's state, and on it the own operations that this state does not yet contain.
 *
 * Pure. The same rules as the server's where both must agree (counts are additions); where only the server can say
 * (prices of another day, thresholds in words, readings of carton codes) its last word stands until it answers.
 */

import { cartonsPer, number, tidy, unitCode, valueOf } from "./amounts";
import { derivedId } from "../field/ids";
import type { Operation } from "../field/operations";
import type { Catalogue, Product } from "./catalogue";
import type { Kind } from "./kinds";
import type { CaseState, Evidence, Line, PendingOperation, Totals } from "./types";

export interface ShownLine extends Line {
  /** Changed here and not yet confirmed by the server. */
  waiting?: boolean;
}

export interface Shown extends CaseState {
  lines: ShownLine[];
  /** Own operations that the server has not answered. */
  unsent: number;
}

/** A case of which the server has not said anything yet. */
export function emptyState(caseId: string): CaseState {
  return {
    masked: false,
    case: {
      id: caseId, state: "clue", state_zh: "待检查", clue_no: "", number: null, filed_on: null, unit: { id: "", name: "", squad: "" }, reason: "",
      correcting: null, opened_at: null, began_at: null,
    },
    inspection: { began_at: null, ended_at: null, certificates_shown_at: null, remarks: "", narrative: "", narrative_facts: [] },
    place: { address: "", longitude: null, latitude: null, shop_name: "", district_code: "" },
    clue: { source: "", received_at: null, text: "" },
    presence: { party_present: null, person_in_charge: null, witness: null, refuses_to_sign: false, refusal_reason: "" },
    report: null, recorder: null, registration: null, oral_approval: null, service: null, correction: null, simple: null, valuer: null, next_act: null,
    counting: { closed: false, closed_at: null, fact_version: 0 },
    parties: [], officers: [], lines: [], unknown: [], pending: [], thresholds: [], codes: [], photos: [], photo_list: [],
    questionings: [], samples: [], evidence: [], causes: [], deadlines: [], approvals: [], documents: [], making: null, set_outcome: null, tablets: [], acts: [],
    totals: { lines: 0, cartons: "0", sticks: 0, value: "0", by_kind: {}, unpriced: 0, without_sticks: 0, other_units: [] },
    summary: "",
    cursor: 0,
  };
}

/** Is this operation not yet in a state with that cursor? */
export function isMissingFrom(cursor: number, operation: Operation): boolean {
  if (operation.status === "waiting") return true;
  return operation.status === "applied" && (operation.cursor ?? 0) > cursor;
}

/** The id under which every tablet and the server keep one product (by its carton barcode) of one party. */
export function lineId(caseId: string, partyId: string | null | undefined, barcode: string, product?: Product): string {
  return derivedId(caseId, partyId || "", product ? product.carton_barcode || product.id : barcode);
}

/** The server's state with the own operations that it lacks. */
export function reduce(caseId: string, server: CaseState | null, operations: Operation[], catalogue: Catalogue): Shown {
  const base = server ?? emptyState(caseId);
  const missing = operations.filter((operation) => isMissingFrom(base.cursor, operation));
  const unsent = operations.filter((operation) => operation.status === "waiting").length;
  if (!missing.length) return { ...base, unsent };
  const before = new Map(base.lines.map((line) => [line.id, line]));
  const work = new Work(caseId, base, catalogue);
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const undone = new Set(
    missing.filter((operation) => operation.kind === "undo").map((operation) => String(operation.payload.operation_id)),
  );
  for (const operation of missing) {
    if (operation.kind === "undo") work.undo(byId.get(String(operation.payload.operation_id)), base.cursor);
    else if (!(undone.has(operation.id) && UNDOABLE.has(operation.kind))) work.apply(operation);
  }
  const lines = work.lines.filter((line) => before.has(line.id) || number(line.quantity) !== 0);
  return { ...work.state, lines, totals: totalsWith(base.totals, before, lines), unsent };
}

/** Kinds of operation that Ctrl+Z takes back. */
export const UNDOABLE = new Set(["scan", "quantity.difference"]);

/** The newest own operation that can be taken back and was not. */
export function lastUndoable(operations: Operation[]): Operation | undefined {
  const undone = new Set(
    operations
      .filter((operation) => operation.kind === "undo" && operation.status !== "refused")
      .map((operation) => String(operation.payload.operation_id)),
  );
  for (let i = operations.length - 1; i >= 0; i--) {
    const operation = operations[i]!;
    if (UNDOABLE.has(operation.kind) && operation.status !== "refused" && !undone.has(operation.id)) return operation;
  }
  return undefined;
}

class Work {
  state: CaseState;
  lines: ShownLine[];
  private readonly index = new Map<string, ShownLine>();

  constructor(
    private readonly caseId: string,
    base: CaseState,
    private readonly catalogue: Catalogue,
  ) {
    this.state = { ...base, unknown: base.unknown.map((entry) => ({ ...entry })), pending: [...base.pending] };
    this.lines = base.lines.map((line) => ({ ...line }));
    this.lines.forEach((line) => this.index.set(line.id, line));
  }

  apply(operation: Operation): void {
    const { payload } = operation;
    const handler = HANDLERS[operation.kind];
    if (handler) handler(this, payload as Payload, operation);
  }

  /** Take back an operation that the server's state contains already; the others were never applied. */
  undo(target: Operation | undefined, cursor: number): void {
    if (!target || isMissingFrom(cursor, target)) return;
    const payload = target.payload as Payload;
    if (target.kind === "scan") this.scan({ ...payload, n: -(number(payload.n) ?? 1) }, target);
    if (target.kind === "quantity.difference")
      this.difference({ ...payload, difference: -(number(payload.difference) ?? 0) });
  }

  find(id: unknown): ShownLine | undefined {
    return this.index.get(String(id));
  }

  scan(payload: Payload, operation: Operation): void {
    if (this.state.counting?.closed) {
      this.state.pending.push({ id: operation.id, kind: "scan", at: operation.at, payload } as PendingOperation);
      return;
    }
    const barcode = String(payload.barcode ?? "");
    const found = this.catalogue.identify(barcode);
    const product = this.catalogue.product(payload.product_id as string) ?? found.candidates[0]?.product;
    const unit = String(payload.unit ?? found.candidates.find((one) => one.product === product)?.unit ?? "carton");
    const n = number(payload.n) ?? 1;
    const id = lineId(this.caseId, payload.party_id as string, barcode, product);
    const line = this.find(id) ?? this.same(product?.id, barcode, payload.party_id as string);
    if (!line && !product) return this.count(barcode, n);
    this.add(line ?? this.create(id, barcode, product?.id ?? null, payload), n, unit);
  }

  private same(productId: string | undefined, barcode: string, partyId: string | undefined): ShownLine | undefined {
    return this.lines.find(
      (line) =>
        (line.party_id ?? "") === (partyId ?? line.party_id ?? "") &&
        (productId ? line.product_id === productId : line.barcode === barcode && !line.product_id),
    );
  }

  private count(barcode: string, n: number): void {
    const entry = this.state.unknown.find((one) => one.barcode === barcode);
    if (entry) entry.n = String((number(entry.n) ?? 0) + n);
    else this.state.unknown.push({ barcode, n: String(n), status: "waiting", line_id: lineId(this.caseId, null, barcode) });
    this.state.unknown = this.state.unknown.filter((one) => (number(one.n) ?? 0) > 0);
  }

  private create(id: string, barcode: string, productId: string | null, payload: Payload): ShownLine {
    const product = this.catalogue.product(productId);
    const usual = this.catalogue.identify(product?.carton_barcode ?? "").candidates.find((one) => one.product === product);
    const cigar = product?.type === "cigar";
    const line: ShownLine = {
      id, party_id: (payload.party_id as string) ?? null, product_id: productId,
      barcode: product?.carton_barcode ?? barcode, tail: (product?.carton_barcode ?? barcode).slice(-6),
      goods: cigar ? "cigar" : "cigarette",
      name: product?.name ?? String(payload.name ?? barcode), kind: (payload.kind as Kind) ?? null,
      quantity: "0", unit: usual?.unit ?? "carton", cartons: "0", sticks: 0,
      price: text(number(product?.price)), per: product?.per ?? "carton",
      price_mark: product ? product.price_mark ?? "" : "未核价", price_reason: "", price_basis: "", value: null, note: "", description: "",
      listed: Boolean(product), packs_per_carton: product?.packs ?? (product ? 10 : null),
      sticks_per_carton: product?.sticks ?? (product && !cigar ? 200 : null), version: 0, bag_no: "", strip_no: "", outcome: null, last_at: null,
      codes: [], samples: [], changed_by: null, history: [],
    };
    this.lines.push(line);
    this.index.set(id, line);
    return line;
  }

  add(line: ShownLine, n: number, unit: string): void {
    const given = cartonsPer(unitCode(unit), line.packs_per_carton, line.sticks_per_carton);
    const own = cartonsPer(unitCode(line.unit), line.packs_per_carton, line.sticks_per_carton);
    const same = unitCode(unit) === unitCode(line.unit);
    const step = same || given === null || own === null ? n : (n * given) / own;
    line.quantity = String(tidy((number(line.quantity) ?? 0) + step));
    this.refresh(line);
  }

  refresh(line: ShownLine): void {
    const own = cartonsPer(unitCode(line.unit), line.packs_per_carton, line.sticks_per_carton);
    const amount = number(line.quantity) ?? 0;
    const bySticks = line.goods === "cigar" && unitCode(line.unit) === "stick";
    const cartons = own === null || bySticks ? null : tidy(amount * own);
    line.cartons = text(cartons);
    line.sticks = cartons === null || !line.sticks_per_carton ? null : Math.round(cartons * line.sticks_per_carton);
    line.value = text(valueOf(line));
    line.waiting = true;
  }

  difference(payload: Payload): void {
    const line = this.find(payload.line_id);
    if (line) this.add(line, number(payload.difference) ?? 0, String(payload.unit ?? line.unit));
  }

  set(payload: Payload): void {
    const line = this.find(payload.line_id);
    if (!line) return;
    const { line_id: _, ...changes } = payload;
    Object.assign(line, changes);
    if ("price" in changes) line.price_mark = changes.price === null ? "未核价" : "手工价";
    this.refresh(line);
  }

  split(payload: Payload): void {
    const line = this.find(payload.line_id);
    if (!line) return;
    const part: ShownLine = { ...line, id: String(payload.new_line_id), kind: payload.kind as Kind, quantity: "0", codes: [], samples: [] };
    this.lines.splice(this.lines.indexOf(line) + 1, 0, part);
    this.index.set(part.id, part);
    const cartons = number(payload.cartons) ?? 0;
    this.add(line, -cartons, "carton");
    this.add(part, cartons, "carton");
  }

  register(payload: Payload): void {
    const barcode = String(payload.barcode ?? "");
    const entry = this.state.unknown.find((one) => one.barcode === barcode);
    this.state.unknown = this.state.unknown.filter((one) => one !== entry);
    const id = lineId(this.caseId, payload.party_id as string, barcode || String(payload.name));
    const line = this.find(id) ?? this.create(id, barcode, null, payload);
    line.name = String(payload.name);
    if (payload.kind) line.kind = payload.kind as Kind;
    if (payload.sticks_per_carton) line.sticks_per_carton = number(payload.sticks_per_carton);
    if (payload.goods) line.goods = String(payload.goods);
    if (payload.unit && !number(line.quantity)) line.unit = unitCode(String(payload.unit));
    this.add(line, number(entry?.n) ?? 0, "carton");
    this.add(line, number(payload.n) ?? 0, line.unit);
  }
}

type Payload = Record<string, unknown>;

/** An amount as the server writes it. */
function text(amount: number | null): string | null {
  return amount === null ? null : String(amount);
}
type Handler = (work: Work, payload: Payload, operation: Operation) => void;

function replaced<T>(list: T[], key: keyof T, entry: T): T[] {
  const at = list.findIndex((one) => one[key] === entry[key]);
  return at < 0 ? [...list, entry] : list.map((one, i) => (i === at ? { ...one, ...entry } : one));
}

/** Sets one part of the state to what was entered. */
function sets(part: "inspection" | "presence" | "registration" | "service" | "correction" | "simple" | "oral_approval"): Handler {
  return ({ state }, payload) => {
    state[part] = { ...(state[part] as object | null), ...payload } as never;
  };
}

const HANDLERS: Record<string, Handler> = {
  "case.open": ({ state }, payload) => {
    state.case = { ...state.case, reason: payload.reason as string, state: "inspection", state_zh: state.case.state_zh ?? "检查中" };
    if (payload.place) state.place = payload.place as CaseState["place"];
    if (payload.clue) state.clue = payload.clue as CaseState["clue"];
  },
  "inspection.set": ({ state }, { place, clue, ...payload }) => {
    state.inspection = { ...state.inspection, ...payload };
    if (place) state.place = { ...state.place, ...(place as CaseState["place"]) };
    if (clue) state.clue = { ...state.clue, ...(clue as CaseState["clue"]) };
  },
  "presence.set": sets("presence"),
  "registration.set": sets("registration"),
  "service.set": sets("service"),
  "correction.set": sets("correction"),
  "simple.set": sets("simple"),
  "oral_approval.record": sets("oral_approval"),
  "summary.set": ({ state }, payload) => { state.summary = String(payload.text ?? ""); },
  "party.set": ({ state }, payload) => {
    const entry = { ...payload, id: payload.party_id } as unknown as CaseState["parties"][number];
    const known = state.parties.find((one) => (one.party_id ?? one.id) === payload.party_id);
    state.parties = known ? state.parties.map((one) => (one === known ? { ...one, ...entry } : one)) : [...state.parties, entry];
  },
  "party.remove": ({ state }, payload) => {
    state.parties = state.parties.filter((one) => (one.party_id ?? one.id) !== payload.party_id);
  },
  scan: (work, payload, operation) => work.scan(payload, operation),
  "quantity.difference": (work, payload) => work.difference(payload),
  "line.set": (work, payload) => work.set(payload),
  "line.split": (work, payload) => work.split(payload),
  "unlisted.register": (work, payload) => work.register(payload),
  "code.add": ({ state }, payload, operation) => {
    state.codes = [...state.codes, { ...payload, id: (payload.code_id as string) ?? operation.id, waiting: true } as never];
  },
  "code.remove": ({ state }, payload) => { state.codes = state.codes.filter((one) => one.id !== payload.code_id); },
  "photo.add": ({ state }, payload) => {
    state.photos = replaced(state.photos, "id", { ...payload, id: String(payload.photo_id) } as CaseState["photos"][number]);
    const listed = (entry: CaseState["photo_list"][number]): boolean => (entry.code ?? entry.what) === payload.what;
    state.photo_list = state.photo_list.map((entry) => (listed(entry) ? { ...entry, have: Number(entry.have) + 1 } : entry));
  },
  "photo.remove": ({ state }, payload) => { state.photos = state.photos.filter((one) => one.id !== payload.photo_id); },
  "causes.set": ({ state }, payload) => {
    const known = new Map(state.causes.map((cause) => [cause.code, cause.name]));
    state.causes = (payload.codes as string[]).map((code) => ({ code, name: known.get(code) ?? code }));
  },
  "counting.close": ({ state }) => { state.counting = { ...state.counting, closed: true }; },
  "counting.reopen": ({ state }) => { state.counting = { ...state.counting, closed: false }; },
  "sample.set": ({ state }, payload) => {
    state.samples = replaced(state.samples, "line_id", payload as unknown as CaseState["samples"][number]);
  },
  "sample.remove": ({ state }, payload) => { state.samples = state.samples.filter((one) => one.line_id !== payload.line_id); },
  "questioning.set": ({ state }, payload) => {
    state.questionings = replaced(state.questionings, "questioning_id", payload as unknown as CaseState["questionings"][number]);
  },
  "evidence.set": ({ state }, payload) => {
    if (payload.removed) return void (state.evidence = state.evidence.filter((one) => one.evidence_id !== payload.evidence_id));
    state.evidence = replaced(state.evidence, "evidence_id", payload as unknown as Evidence);
  },
};

const KINDS: Kind[] = ["counterfeit", "smuggled", "diverted", "unlicensed", "to_test"];

/** The server's totals moved by what changed on the lines. */
function totalsWith(totals: Totals, before: Map<string, Line>, lines: Line[]): Totals {
  const sum = {
    cartons: number(totals.cartons) ?? 0, sticks: number(totals.sticks) ?? 0, value: number(totals.value) ?? 0,
    unpriced: totals.unpriced, by_kind: { ...totals.by_kind },
  };
  const count = (line: Line, sign: 1 | -1): void => {
    const cartons = number(line.cartons) ?? 0;
    sum.cartons = tidy(sum.cartons + sign * cartons);
    if (line.cartons !== null) sum.sticks += sign * (number(line.sticks) ?? 0);
    sum.value = tidy(sum.value + sign * (number(line.value) ?? 0), 2);
    if (number(line.value) === null && number(line.quantity) !== 0) sum.unpriced += sign;
    const kind = KINDS.find((one) => one === line.kind);
    if (kind) sum.by_kind[kind] = String(tidy((number(sum.by_kind[kind]) ?? 0) + sign * cartons));
  };
  for (const line of lines) {
    const old = before.get(line.id);
    if (!(line as ShownLine).waiting) continue;
    if (old) count(old, -1);
    count(line, 1);
  }
  return { ...totals, ...sum, cartons: String(sum.cartons), value: String(sum.value) };
}
