// Operations reach the server in their order and once, whatever the network does; what is shown is never counted twice.
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem, type Api } from "../api";
import { Catalogue } from "../catalogue";
import { Oplog } from "../oplog";
import { emptyState, reduce } from "../reduce";
import { Sync } from "../sync";
import type { CaseState, Operation, OperationsAnswer } from "../types";

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

  api(): Api {
    return {
      url: (path: string) => path,
      get: async (path: string) => (path.endsWith(`after=${this.state.cursor}`) ? null : structuredClone(this.state)),
      post: async (_: string, body: { operations: Operation[] }) => this.take(body.operations),
    } as unknown as Api;
  }

  private take(operations: Operation[]): OperationsAnswer {
    const trouble = this.trouble.shift() ?? null;
    if (trouble === "away") throw new TypeError("offline");
    if (trouble === "signed_out") throw new Problem(401, "登录已过期");
    if (operations.some((one) => one.id === this.poison)) throw new Problem(422, "不认识的操作", "unknown", "kind");
    this.posts.push(operations.length);
    const results = operations.map((one) => {
      const again = this.applied.includes(one.id);
      if (!again) {
        this.applied.push(one.id);
        const { unsent: _, ...next } = reduce(CASE, this.state, [{ ...one, case_id: CASE, status: "waiting" }], catalogue);
        this.state = { ...next, cursor: this.state.cursor + 1 };
      }
      return { id: one.id, status: again ? ("duplicate" as const) : ("applied" as const) };
    });
    if (trouble === "lose_reply") throw new TypeError("connection reset");
    return { results, cursor: this.state.cursor, state: structuredClone(this.state) };
  }
}

let count = 0;
async function tablet(server: Server, name = `sync-${++count}`) {
  const log = await Oplog.open(name);
  let operations: Operation[] = await log.operations(CASE);
  let state: CaseState | null = null;
  const lines: string[] = [];
  const totals: number[] = [];
  const look = () => totals.push(Number(reduce(CASE, state, operations, catalogue).totals.cartons));
  const sync = new Sync(CASE, server.api(), log, () => operations.filter((one) => one.status === "waiting"), {
    operations: (changed) => {
      const byId = new Map(changed.map((one) => [one.id, one]));
      operations = operations.map((one) => byId.get(one.id) ?? one);
    },
    state: (next) => (state = next),
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
    expect(kit.state()!.lines[0]!.quantity).toBe(7);
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
});
