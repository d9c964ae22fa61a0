// Whose data it is: unreadable for others and after sign-out, back when the author is; gone when the subject went to others.
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem, type Api } from "../api";
import { keepKey, keptKey, tellSignedOut } from "../keyring";
import { Oplog, type StoredPhoto } from "../oplog";
import { Boxes } from "../sealing";
import { FieldSession } from "../session";
import { takeOver } from "../takeover";
import { unsentOf } from "../unsent";
import type { Operation, SubjectKind, SubjectState } from "../operations";

/** A subject of a room that knows no case: a walk past shops, with what was seen. */
interface Walk extends SubjectState {
  seen: string;
}
const WALKS: SubjectKind = { kind: "walk", opens: "walk.begin", path: (id) => `/walks/${id}` };
class WalkSession extends FieldSession<Walk> {
  protected place(): string {
    return "枋湖南路";
  }
}
const empty = (): Walk => ({ cursor: 0, officers: [], seen: "" });

const WALK = "018f0000-0000-7000-8000-000000000001";
const NAME = "叶𬭎森";
const keys: Record<string, Uint8Array<ArrayBuffer>> = { jia: new Uint8Array(32).fill(1), yi: new Uint8Array(32).fill(2) };
const opened: Oplog[] = [];
let count = 0;
let name = "";
beforeEach(() => (name = `owners-${++count}`));
afterEach(() => opened.splice(0).forEach((log) => log.close()));

async function signIn(officer: string, key = keys[officer]!): Promise<Oplog> {
  const log = await Oplog.open({ kind: WALKS.kind, officer, keyOn: async () => key, name });
  opened.push(log);
  return log;
}

const photo = (id: string, sent = false): StoredPhoto => ({ id, subject_id: WALK, blob: new Blob([NAME], { type: "image/jpeg" }), mime: "image/jpeg", sha256: "ab", quality: [], sent });
const party = { kind: "party.set", payload: { name: NAME, id_no: "350206197908178556" } };

async function filled(log: Oplog): Promise<void> {
  await log.append(WALK, party);
  await log.append(WALK, { kind: "scan", payload: { barcode: "6901028137492" } });
  await log.keepState(WALK, { ...empty(), seen: NAME, cursor: 3 });
  await log.keepForm(WALK, "party", { name: NAME });
  await log.keepForm("own", "kit", { officers: [{ name: NAME }] });
  await log.keepPhoto(photo("p"));
}

/** Every byte that lies in the database, as text. */
async function bytes(): Promise<string> {
  const db = await new Promise<IDBDatabase>((done, failed) => {
    const asked = indexedDB.open(name);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  const all: unknown[] = [];
  for (const store of db.objectStoreNames)
    all.push(await new Promise((done) => (db.transaction(store).objectStore(store).getAll().onsuccess = (event) => done((event.target as IDBRequest).result))));
  db.close();
  const flat = (value: unknown): string => {
    if (value instanceof ArrayBuffer || Object.prototype.toString.call(value) === "[object ArrayBuffer]") return new TextDecoder().decode(value as ArrayBuffer);
    if (ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
    if (value && typeof value === "object") return Object.entries(value).map(([key, inner]) => `${key}:${flat(inner)}`).join(" ");
    return String(value);
  };
  return flat(all);
}

describe("an officer's data on a tablet", () => {
  it("lies there sealed: no name, number, barcode or picture", async () => {
    await filled(await signIn("jia"));
    const lying = await bytes();
    expect(lying).toContain(WALK);
    for (const word of [NAME, "350206197908178556", "6901028137492", "party.set"]) expect(lying).not.toContain(word);
  });

  it("is not read by the next officer, nor with another key", async () => {
    await filled(await signIn("jia"));
    const other = await signIn("yi");
    expect(await other.operations(WALK)).toEqual([]);
    expect(await other.state(WALK)).toBeNull();
    expect(await other.form(WALK, "party")).toBeUndefined();
    expect(await other.photo("p")).toBeUndefined();
    expect(await other.unsentPhotos(WALK)).toEqual([]);
    const thief = await signIn("jia", keys.yi);
    await expect(thief.operations(WALK)).rejects.toThrow();
    await expect(thief.state(WALK)).rejects.toThrow();
    await expect(thief.photo("p")).rejects.toThrow();
  });

  it("is counted without their key as long as it waits, for them alone; looking makes no database", async () => {
    expect(await unsentOf("jia", name)).toBe(0);
    expect((await indexedDB.databases()).map((one) => one.name)).not.toContain(name);
    const log = await signIn("jia");
    await filled(log);
    await log.keepPhoto(photo("q", true));
    expect([await unsentOf("jia", name), await unsentOf("yi", name)]).toEqual([3, 0]);
  });

  it("comes back when its author signs in again, with what was not sent", async () => {
    await filled(await signIn("jia"));
    const yi = await signIn("yi");
    expect(await yi.foreign(WALK)).toEqual([{ by: "jia", count: 2 }]);
    expect((await yi.append(WALK, party)).n).toBe(1);
    const again = await signIn("jia");
    expect((await again.operations(WALK)).map((one) => [one.kind, one.status, one.by])).toEqual([["party.set", "waiting", "jia"], ["scan", "waiting", "jia"]]);
    expect((await again.state<Walk>(WALK))?.seen).toBe(NAME);
    expect(await (await again.photo("p"))!.blob.text()).toBe(NAME);
    expect(again.tablet).not.toBe(yi.tablet);
    expect((await again.append(WALK, party)).n).toBe(3);
  });

  it("has no key left in the window after sign-out or when another signs in", async () => {
    keepKey({ officer: "jia", device: "d", key: "k" });
    expect(keptKey("jia", "d")).toBe("k");
    expect(keptKey("yi", "d")).toBeNull();
    expect(keptKey("jia", "d")).toBeNull();
    keepKey({ officer: "jia", device: "d", key: "k" });
    tellSignedOut();
    expect(keptKey("jia", "d")).toBeNull();
    expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain("k\"");
  });

  it("is opened by no part that was moved to another's place", async () => {
    const box = await (await Boxes.of(keys.jia!)).box(WALK);
    const sealed = await box.seal({ name: NAME }, "one");
    await expect(box.open(sealed, "two")).rejects.toThrow();
    await expect((await (await Boxes.of(keys.jia!)).box("other subject")).open(sealed, "one")).rejects.toThrow();
  });

  it("is sealed under the key that the server makes for the subject", async () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const made = await crypto.subtle.sign("HMAC", await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]), new TextEncoder().encode(`subject|${WALK}`));
    expect([...new Uint8Array(made)].map((byte) => byte.toString(16).padStart(2, "0")).join("")).toBe("715021c2e55f8f123fd43e1cedec0e235daeb2e85520d68480af09179e0dd7ed");
  });
});

/** A server with one subject; what is posted to it is kept. */
function server(officers: string[]): { api: Api; posts: { path: string; body: any }[]; puts: string[]; state: Walk; known: boolean } {
  const here = { posts: [] as { path: string; body: any }[], puts: [] as string[], known: true, state: { ...empty(), officers: officers.map((id) => ({ id })), cursor: 4 } };
  const api = {
    url: (path: string) => path,
    get: async (path: string) => {
      if (path.includes("/state")) {
        if (!here.known) throw new Problem(404, "没有", "none");
        return path.endsWith(`after=${here.state.cursor}`) ? null : structuredClone(here.state);
      }
      throw new Problem(404, "没有", "unknown");
    },
    post: async (path: string, body: any) => {
      here.posts.push({ path, body });
      if (path.endsWith("take-over")) {
        const key = await crypto.subtle.sign("HMAC", await crypto.subtle.importKey("raw", keys.jia!, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]), new TextEncoder().encode(`subject|${WALK}`));
        return { key: btoa(String.fromCharCode(...new Uint8Array(key))) };
      }
      return { results: body.operations.map((one: Operation) => ({ id: one.id, status: "applied" })), cursor: here.state.cursor, state: null };
    },
    put: async (path: string) => void here.puts.push(path),
  } as unknown as Api;
  return Object.assign(here, { api });
}

describe("what another entered", () => {
  it("is sent under the own name only when taken over, naming the author", async () => {
    const author = await signIn("jia");
    await filled(author);
    const there = server(["jia", "yi"]);
    const log = await signIn("yi");
    const session = new WalkSession(WALKS, WALK, there.api, log);
    await session.start();
    expect(session.foreign.value).toEqual([{ by: "jia", count: 2 }]);
    await session.act("scan", { barcode: "6901028137492" });
    await session.sync.settled();
    session.sync.stop();
    expect(there.posts.filter((one) => one.path.endsWith("operations")).flatMap((one) => one.body.operations.map((op: any) => op.by))).toEqual(["yi"]);
    there.posts.length = 0;
    expect(await takeOver(session, "jia")).toEqual([]);
    session.sync.stop();
    await session.lookForForeign();
    const sent = there.posts.find((one) => one.path.endsWith("operations"))!.body;
    expect(there.posts[0]!.body).toEqual({ author: "jia", device: log.device });
    expect(sent.tablet).toBe(author.tablet);
    expect(sent.operations.map((one: any) => [one.n, one.by, one.taken_over_from, one.kind])).toEqual([[1, "jia", "jia", "party.set"], [2, "jia", "jia", "scan"]]);
    expect(there.puts).toEqual([`/walks/${WALK}/photos/p`]);
    expect(session.foreign.value).toEqual([]);
    expect((await (await signIn("jia")).operations(WALK)).map((one) => one.status)).toEqual(["applied", "applied"]);
  });
});

describe("a subject that went to others", () => {
  async function handedOver(change: (there: ReturnType<typeof server>) => void): Promise<Oplog> {
    const log = await signIn("jia");
    await filled(log);
    await log.keepPhoto(photo("sent", true));
    const there = server(["jia", "yi"]);
    await log.keepState(WALK, there.state);
    const session = new WalkSession(WALKS, WALK, there.api, log);
    await session.start();
    await session.sync.settled();
    change(there);
    await session.sync.settled();
    await vi.waitFor(() => expect(session.left.value).toBe(true));
    await vi.waitFor(async () => expect(await log.state(WALK)).toBeNull());
    expect(session.server.value).toBeNull();
    return log;
  }

  it.each([
    ["when others are its officers", (there: ReturnType<typeof server>) => (there.state = { ...there.state, cursor: 5, officers: [{ id: "bing" }] })],
    ["when it is no longer to be seen", (there: ReturnType<typeof server>) => (there.known = false)],
  ] as [string, (there: ReturnType<typeof server>) => void][])("is gone from the tablet %s", async (_, change) => {
    const log = await handedOver(change);
    expect(await log.operations(WALK)).toEqual([]);
    expect(await log.form(WALK, "party")).toBeUndefined();
    expect(await log.photo("sent")).toBeUndefined();
    expect(await log.subjects()).toEqual([]);
  });

  it("goes too when another subject is open", async () => {
    const log = await signIn("jia");
    await filled(log);
    const there = server(["bing"]);
    await log.keepState(WALK, { ...there.state, officers: [{ id: "jia" }], cursor: 1 });
    const session = new WalkSession(WALKS, "018f0000-0000-7000-8000-000000000002", there.api, log);
    await session.start();
    await vi.waitFor(async () => expect(await log.subjects()).toEqual([]));
    session.sync.stop();
    expect((await log.operations(WALK)).map((one) => one.status)).toEqual(["waiting", "waiting"]);
  });
});
