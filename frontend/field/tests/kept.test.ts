// A tablet whose data lie there under the names of an earlier version loses nothing of them, above all not what was not sent.
import "fake-indexeddb/auto";
import { openDB } from "idb";
import { describe, expect, it } from "vitest";
import { Oplog } from "../oplog";
import { Boxes } from "../sealing";

const KEY = new Uint8Array(32).fill(7);

/** A database of version 2, as a tablet has it on which somebody worked off the network. */
async function earlier(name: string): Promise<void> {
  const box = await (await Boxes.of(KEY)).box("one");
  const db = await openDB(name, 2, {
    upgrade(database) {
      const operations = database.createObjectStore("operations", { keyPath: ["by", "case_id", "n"] });
      operations.createIndex("id", "id", { unique: true });
      operations.createIndex("case_id", "case_id");
      database.createObjectStore("cases", { keyPath: ["by", "id"] });
      database.createObjectStore("photos", { keyPath: "id" }).createIndex("case_id", "case_id");
      database.createObjectStore("forms", { keyPath: ["by", "case_id", "form"] });
      database.createObjectStore("settings");
    },
  });
  await db.put("operations", { by: "jia", case_id: "one", n: 1, id: "op", status: "waiting", made: await box.seal({ kind: "scan", at: "2025-10-30T09:12:00+08:00", payload: { n: 2 } }, "op") });
  await db.put("cases", { by: "jia", id: "one", next: 2, state: await box.seal({ cursor: 3 }, "state") });
  const facts = { id: "p", case_id: "one", mime: "image/jpeg", sha256: "ab", quality: [], sent: false };
  await db.put("photos", { id: "p", by: "jia", case_id: "one", sent: false, facts: await box.seal(facts, "p|facts"), picture: await box.sealBytes(new Uint8Array([1]), "p") });
  await db.put("forms", { by: "jia", case_id: "one", form: "party", value: await box.seal({ name: "叶" }, "party") });
  await db.put("settings", "the tablet", "device");
  db.close();
}

describe("a tablet of the version before", () => {
  it("keeps all of it under the new names", async () => {
    await earlier("earlier");
    const log = await Oplog.open({ kind: "case", officer: "jia", keyOn: async () => KEY, name: "earlier" });
    expect(log.device).toBe("the tablet");
    expect(await log.operations("one")).toEqual([{ by: "jia", subject_id: "one", n: 1, id: "op", status: "waiting", kind: "scan", at: "2025-10-30T09:12:00+08:00", payload: { n: 2 } }]);
    expect((await log.append("one", { kind: "scan", payload: {} })).n).toBe(2);
    expect([await log.subjects(), await log.state("one")]).toEqual([["one"], { cursor: 3 }]);
    expect((await log.unsentPhotos("one")).map((photo) => [photo.id, photo.subject_id])).toEqual([["p", "one"]]);
    expect(await log.form("one", "party")).toEqual({ name: "叶" });
    log.close();
  });

  it("shows a kind of subject only its own", async () => {
    const walks = await Oplog.open({ kind: "walk", officer: "jia", keyOn: async () => KEY, name: "earlier" });
    expect(await walks.subjects()).toEqual([]);
    walks.close();
  });
});
