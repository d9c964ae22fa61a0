// What was acknowledged by the log is there after a kill, numbered without gaps, and never sent as something else.
import "fake-indexeddb/auto";
import { afterEach, describe, expect, it } from "vitest";
import { isoNow } from "../clock";
import { Oplog } from "../oplog";

let count = 0;
const opened: Oplog[] = [];

const key = async () => new Uint8Array(32).fill(7);

async function open(name = `kit-${++count}`): Promise<Oplog> {
  const log = await Oplog.open({ kind: "case", officer: "jia", keyOn: key, name });
  opened.push(log);
  return log;
}

afterEach(() => opened.splice(0).forEach((log) => log.close()));

const scan = (n: number) => ({ kind: "scan", payload: { barcode: "6901028137492", n } });

describe("the operation log", () => {
  it("numbers a case's operations from one, without gaps, in the order of asking", async () => {
    const log = await open();
    const kept = await Promise.all(Array.from({ length: 60 }, (_, i) => log.append(i % 3 ? "one" : "two", scan(i))));
    expect(kept.filter((op) => op.subject_id === "one").map((op) => op.n)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect((await log.operations("two")).map((op) => op.payload.n)).toEqual(Array.from({ length: 20 }, (_, i) => i * 3));
  });

  it("is whole after the tablet was killed", async () => {
    const first = await open("killed");
    await first.append("case", scan(1));
    first.close();
    const second = await open("killed");
    expect(second.tablet).toBe(first.tablet);
    expect((await second.operations("case")).map((op) => op.status)).toEqual(["waiting"]);
    expect((await second.append("case", scan(2))).n).toBe(2);
  });

  it("stays in step when two windows of one tablet write", async () => {
    const [left, right] = [await open("windows"), await open("windows")];
    await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? left : right).append("case", scan(i))));
    expect((await left.operations("case")).map((op) => op.n)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it("keeps the server's answer once, a duplicate counting as applied", async () => {
    const log = await open();
    const [a, b, c] = await Promise.all([log.append("case", scan(1)), log.append("case", scan(2)), log.append("case", scan(3))]);
    await log.acknowledge("case", [
      { id: a!.id, status: "duplicate" },
      { id: b!.id, status: "refused", code: "version_signed", detail: "已签，改为更正" },
      { id: "not-mine", status: "applied" },
    ], 7);
    const again = await log.acknowledge("case", [{ id: b!.id, status: "applied" }], 9);
    expect(again.map((op) => [op.id, op.status, op.cursor])).toEqual([[b!.id, "refused", 7]]);
    const kept = await log.operations("case");
    expect(kept.map((op) => [op.status, op.cursor, op.detail])).toEqual([
      ["applied", 7, undefined], ["refused", 7, "已签，改为更正"], ["waiting", undefined, undefined],
    ]);
    expect(c!.id).toBe(kept[2]!.id);
  });

  it("keeps forms, the last state and photographs", async () => {
    const log = await open();
    await log.keepForm("case", "inspection", { reason: "complaint" });
    await log.keepState("case", { cursor: 3 } as never);
    await log.append("case", scan(1));
    expect(await log.form("case", "inspection")).toEqual({ reason: "complaint" });
    expect((await log.state<{ cursor: number }>("case"))?.cursor).toBe(3);
    const photo = { id: "p", subject_id: "case", blob: new Blob(["x"]), mime: "image/jpeg", sha256: "ab", quality: [], sent: false };
    await log.keepPhoto(photo);
    expect((await log.unsentPhotos("case")).map((one) => one.id)).toEqual(["p"]);
    await log.markSent("p");
    expect(await log.unsentPhotos("case")).toEqual([]);
  });
});

describe("the moment of an act", () => {
  it("is the same moment, written with its offset", () => {
    const now = new Date("2025-10-30T01:12:03.456Z");
    expect(isoNow(now)).toMatch(/[+-]\d\d:\d\d$/);
    expect(new Date(isoNow(now)).getTime()).toBe(now.getTime());
  });
});
