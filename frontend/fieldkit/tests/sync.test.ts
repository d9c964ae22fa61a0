// Operations reach the server in their order and once, whatever the network does; what is shown is never counted twice.
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem, type Api } from "../../field/api";
import { Catalogue } from "../catalogue";
import { Oplog } from "../../field/oplog";
import { emptyState, reduce } from "../reduce";
import { Sync } from "../../field/sync";
import type { Operation, OperationsAnswer } from "../../field/operations";
import type { CaseState } from "../types";

const CASE = "018f0000-0000-7000-8000-000000000001";
const RED = "6901028137492";
const catalogue = new Catalogue({ version: 1, products: [{ id: "a", carton_barcode: RED, name: "七匹狼（红）", packs: 10, sticks: 200, price: "150" }] });

/** A server that applies each operation once and can lose a reply, refuse one, or be away. */
class Server {
  applied: string[] = [];
  posts: number[] = [];
  state: CaseState = emptyState(CASE);
  trouble: ("away" | "lose_reply" | "signed_out" | null)[] = [];
  poison = "";
  /** What every batch is answered with. */
  refusal: Problem | null = null;
  foreign = "";
  asked = 0;
  bodies: { tablet: string; operations: (Operation & { taken_over_from?: string })[] }[] = [];

  api(): Api {
    return {
      url: (path: string) => path,
      get: async (path: string) => (path.endsWith(`after=${this.state.cursor}`) ? null : structuredClone(this.state)),
      post: async (_: string, body: { tablet: string; operations: Operation[] }) => {
        this.asked++;
        this.bodies.push(structuredClone(body));
        return this.take(body.operations);
      },
    } as unknown as Api;
  }

  private take(operations: Operation[]): OperationsAnswer {
    const trouble = this.trouble.shift() ?? null;
    if (trouble === "away") throw new TypeError("offline");
    if (trouble === "signed_out") throw new Problem(401, "登录已过期");
    if (this.refusal) throw this.refusal;
    if (operations.some((one) => one.id === this.poison)) throw new Problem(422, "不认识的操作", "unknown", "kind");
    this.posts.push(operations.length);
    const results = operations.map((one) => {
      if (one.id === this.foreign) return { id: one.id, status: "refused" as const, code: "not_author", detail: "由乙录入" };
      const again = this.applied.includes(one.id);
      if (!again) {
        this.applied.push(one.id);
        const { unsent: _, ...next } = reduce(CASE, this.state, [{ ...one, subject_id: CASE, status: "waiting" }], catalogue);
        this.state = { ...next, cursor: this.state.cursor + 1 };
      }
      return { id: one.id, status: again ? ("duplicate" as const) : ("applied" as const) };
    });
    if (trouble === "lose_reply") throw new TypeError("connection reset");
    return { results, cursor: this.state.cursor };
  }
}

let count = 0;
async function tablet(server: Server, name = `sync-${++count}`) {
  const log = await Oplog.open({ kind: "case", officer: "jia", keyOn: async () => new Uint8Array(32).fill(7), name });
  let operations: Operation[] = await log.operations(CASE);
  let state: CaseState | null = null;
  const lines: string[] = [];
  const totals: number[] = [];
  const look = () => totals.push(Number(reduce(CASE, state, operations, catalogue).totals.cartons));
  const sync = new Sync<CaseState>(CASE, `/enforcement/cases/${CASE}`, server.api(), log, () => operations.filter((one) => one.status === "waiting"), {
    operations: (changed) => {
      const byId = new Map(changed.map((one) => [one.id, one]));
      operations = operations.map((one) => byId.get(one.id) ?? one);
    },
    state: (next) => (state = next),
    gone: () => lines.push("gone"),
    line: (line) => {
      lines.push(line);
      look();
    },
  }, { firstRetryMs: 1, lastRetryMs: 4, pollMs: 5, gatherMs: 10, batch: 10 });
  const scan = async () => {
    const kept = await log.append(CASE, { kind: "scan", payload: { barcode: RED, n: 1 } });
    operations = [...operations, kept];
    look();
  };
  return { log, sync, scan, lines, totals, all: () => operations, state: () => state };
}

describe("the way to the server", () => {
  let server: Server;
  beforeEach(() => (server = new Server()));
  afterEach(() => vi.restoreAllMocks());

  it("keeps the order, in batches", async () => {
    const kit = await tablet(server);
    for (let i = 0; i < 25; i++) await kit.scan();
    await kit.sync.settled();
    kit.sync.stop();
    expect(server.applied).toEqual(kit.all().map((one) => one.id));
    expect(server.posts).toEqual([10, 10, 5]);
    expect(kit.all().every((one) => one.status === "applied")).toBe(true);
  });

  it("gathers what comes quickly", async () => {
    const kit = await tablet(server);
    for (let i = 0; i < 40; i++) {
      await kit.scan();
      kit.sync.nudge();
    }
    await kit.sync.settled();
    kit.sync.stop();
    expect(server.applied).toEqual(kit.all().map((one) => one.id));
    expect(server.posts.length).toBeLessThan(40);
  });

  it("comes to rest when another window of the tablet has sent the same", async () => {
    const left = await tablet(server, "two-windows");
    for (let i = 0; i < 3; i++) await left.scan();
    const right = await tablet(server, "two-windows");
    await left.sync.settled();
    await right.sync.settled();
    [left, right].forEach((kit) => kit.sync.stop());
    expect(server.applied).toHaveLength(3);
    expect(right.all().map((one) => one.status)).toEqual(["applied", "applied", "applied"]);
  });

  it("tries again after an outage and a lost reply, counting nothing twice", async () => {
    server.trouble = ["away", "lose_reply", "away", null];
    const kit = await tablet(server);
    for (let i = 0; i < 7; i++) await kit.scan();
    await kit.sync.settled();
    kit.sync.stop();
    expect(server.applied).toHaveLength(7);
    expect(kit.lines.slice(0, 3)).toEqual(["offline", "offline", "offline"]);
    expect(Math.max(...kit.totals)).toBe(7);
    expect(kit.state()!.lines[0]!.quantity).toBe("7");
  });

  it("lets the others through when one operation is not understood", async () => {
    const kit = await tablet(server);
    for (let i = 0; i < 5; i++) await kit.scan();
    server.poison = kit.all()[2]!.id;
    await kit.sync.settled();
    kit.sync.stop();
    expect(kit.all().map((one) => one.status)).toEqual(["applied", "applied", "refused", "applied", "applied"]);
    expect(kit.all()[2]!.detail).toBe("不认识的操作");
    expect((await kit.log.operations(CASE))[2]!.status).toBe("refused");
  });

  it("waits for a new sign-in and refuses nothing meanwhile", async () => {
    server.trouble = ["signed_out", null];
    const kit = await tablet(server);
    await kit.scan();
    await kit.sync.settled();
    kit.sync.stop();
    expect(kit.lines[0]).toBe("signed_out");
    expect(kit.all()[0]!.status).toBe("applied");
  });

  it("stops where the server refuses the officer or the case, and keeps what waits", async () => {
    server.refusal = new Problem(403, "您不是本案承办人", "not_worker");
    const kit = await tablet(server);
    for (let i = 0; i < 3; i++) await kit.scan();
    kit.sync.kick();
    await vi.waitFor(() => expect(kit.lines).toEqual(["blocked"]));
    await new Promise((done) => setTimeout(done, 40));
    expect(server.asked).toBe(1);
    expect(kit.all().every((one) => one.status === "waiting")).toBe(true);
    server.refusal = null;
    await kit.sync.settled();
    kit.sync.stop();
    expect(kit.all().every((one) => one.status === "applied")).toBe(true);
  });

  it.each([404, 410, 415])("asks once where the answer is %i, for good", async (status) => {
    server.refusal = new Problem(status, "没有", "no_case");
    const kit = await tablet(server);
    await kit.scan();
    kit.sync.kick();
    await vi.waitFor(() => expect(kit.lines).toEqual(["blocked"]));
    await new Promise((done) => setTimeout(done, 40));
    kit.sync.stop();
    expect(server.asked).toBe(1);
  });

  it.each([408, 409, 429, 500, 503])("tries again where the answer is %i", async (status) => {
    server.refusal = new Problem(status, "稍后");
    const kit = await tablet(server);
    await kit.scan();
    kit.sync.kick();
    await vi.waitFor(() => expect(server.asked).toBeGreaterThan(2));
    kit.sync.stop();
    expect(kit.all()[0]!.status).toBe("waiting");
  });

  it("sends each operation with its author, and leaves one that is another's", async () => {
    const kit = await tablet(server);
    for (let i = 0; i < 2; i++) await kit.scan();
    server.foreign = kit.all()[0]!.id;
    kit.sync.kick();
    await vi.waitFor(() => expect(kit.lines).toEqual(["blocked"]));
    kit.sync.stop();
    expect(server.bodies[0]!.operations.map((one) => [one.by, one.taken_over_from])).toEqual([["jia", undefined], ["jia", undefined]]);
    expect(kit.all().map((one) => one.status)).toEqual(["waiting", "applied"]);
    expect((await kit.log.operations(CASE)).map((one) => one.status)).toEqual(["waiting", "applied"]);
  });
});
