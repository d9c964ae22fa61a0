/**
 * The log of own operations, in IndexedDB: what is in here is shown, and survives the tablet being killed.
 *
 * Operations of one case and officer are numbered without gaps. Many appended at once go into one transaction, so that
 * twenty scans a second do not wait for twenty flushes. What says something of people or goods is sealed under the
 * officer's key; in the clear stand ids, the order, and what was sent, so that another officer sees that something waits.
 */

import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from "idb";
import { derivedId, newId } from "./ids";
import { Box, Boxes, type Sealed } from "./sealing";
import type { CaseState, Operation, OperationResult, OperationStatus } from "./types";

export interface StoredPhoto {
  id: string;
  case_id: string;
  blob: Blob;
  mime: string;
  sha256: string;
  quality: string[];
  sent: boolean;
}

export interface Misread {
  barcode: string;
  at: string;
}

/** What another officer entered for a case on this tablet and did not send. */
export interface Foreign {
  by: string;
  count: number;
}

type Made = Pick<Operation, "kind" | "at" | "payload">;
type Answer = Pick<Operation, "code" | "detail" | "field">;

interface KeptOperation {
  by: string;
  case_id: string;
  n: number;
  id: string;
  status: OperationStatus;
  cursor?: number;
  seen?: boolean;
  made: Sealed;
  answer?: Sealed;
}

interface KeptPhoto {
  id: string;
  by: string;
  case_id: string;
  sent: boolean;
  facts: Sealed;
  picture: Sealed;
}

interface Kit extends DBSchema {
  operations: { key: [string, string, number]; value: KeptOperation; indexes: { id: string; case_id: string } };
  cases: { key: [string, string]; value: { by: string; id: string; next: number; state: Sealed | null } };
  photos: { key: string; value: KeptPhoto; indexes: { case_id: string } };
  forms: { key: [string, string, string]; value: { by: string; case_id: string; form: string; value: Sealed } };
  /** Nothing of people: the tablet's id, the catalogue of goods, how far the clock is off. */
  settings: { key: string; value: unknown };
}

interface Waiting {
  operation: Omit<Operation, "n">;
  done: (operation: Operation) => void;
  failed: (reason: unknown) => void;
}

export type NewOperation = Pick<Operation, "kind" | "payload"> & Partial<Pick<Operation, "id" | "at">>;

/** Not refused for good: another officer's to send. It stays as it is. */
const NOT_OURS = new Set(["not_author", "not_on_case"]);

/** Everything that the tablet keeps for one officer by itself. */
export class Oplog {
  private queue: Waiting[] = [];
  private writing = false;

  private constructor(
    private readonly db: IDBPDatabase<Kit>,
    private readonly boxes: Boxes,
    /** Who is signed in. */
    readonly officer: string,
    /** This tablet's own id, made on its first day. */
    readonly device: string,
  ) {}

  /** `keyOn`: the officer's key on a device. */
  static async open(officer: string, keyOn: (device: string) => Promise<Uint8Array<ArrayBuffer>>, name = "zhuanmai-fieldkit"): Promise<Oplog> {
    const db = await openDB<Kit>(name, 2, {
      upgrade(database) {
        for (const store of [...database.objectStoreNames]) database.deleteObjectStore(store);
        const operations = database.createObjectStore("operations", { keyPath: ["by", "case_id", "n"] });
        operations.createIndex("id", "id", { unique: true });
        operations.createIndex("case_id", "case_id");
        database.createObjectStore("cases", { keyPath: ["by", "id"] });
        database.createObjectStore("photos", { keyPath: "id" }).createIndex("case_id", "case_id");
        database.createObjectStore("forms", { keyPath: ["by", "case_id", "form"] });
        database.createObjectStore("settings");
      },
    });
    const change = db.transaction("settings", "readwrite");
    let device = (await change.store.get("device")) as string | undefined;
    if (!device) await change.store.put((device = newId()), "device");
    await change.done;
    try {
      return new Oplog(db, await Boxes.of(await keyOn(device)), officer, device);
    } catch (reason) {
      db.close();
      throw reason;
    }
  }

  /** Under which id the server knows an officer's order of operations on this device. */
  tabletOf(officer: string): string {
    return derivedId(this.device, officer);
  }

  get tablet(): string {
    return this.tabletOf(this.officer);
  }

  close(): void {
    this.db.close();
  }

  /** Keep an operation; resolves when it is on the disk with its number. */
  append(caseId: string, { kind, payload, id = newId(), at = isoNow() }: NewOperation): Promise<Operation> {
    const operation = { by: this.officer, case_id: caseId, id, kind, at, payload: plain(payload), status: "waiting" as const };
    return new Promise((done, failed) => {
      this.queue.push({ operation, done, failed });
      void this.write();
    });
  }

  private async write(): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    while (this.queue.length) {
      const batch = this.queue;
      this.queue = [];
      try {
        const kept = await this.keep(batch.map((entry) => entry.operation));
        batch.forEach((entry, i) => entry.done(kept[i]!));
      } catch (reason) {
        batch.forEach((entry) => entry.failed(reason));
      }
    }
    this.writing = false;
  }

  private async keep(batch: Omit<Operation, "n">[]): Promise<Operation[]> {
    const made = await Promise.all(batch.map(async ({ case_id, id, kind, at, payload }) => (await this.boxes.box(case_id)).seal({ kind, at, payload }, id)));
    const change = this.db.transaction(["operations", "cases"], "readwrite", { durability: "strict" });
    const cases = change.objectStore("cases");
    const kept: Operation[] = [];
    for (const [i, entry] of batch.entries()) {
      const { by, case_id, id, status } = entry;
      const known = (await cases.get([by, case_id])) ?? { by, id: case_id, next: 1, state: null };
      await cases.put({ ...known, next: known.next + 1 });
      await change.objectStore("operations").add({ by, case_id, n: known.next, id, status, made: made[i]! });
      kept.push({ ...entry, n: known.next });
    }
    await change.done;
    return kept;
  }

  /** All own operations of a case, in the order in which they were made. */
  async operations(caseId: string): Promise<Operation[]> {
    const rows = await this.db.getAll("operations", rangeOf(this.officer, caseId));
    return this.opened(rows, await this.boxes.box(caseId));
  }

  private opened(rows: KeptOperation[], box: Box): Promise<Operation[]> {
    return Promise.all(
      rows.map(async ({ made, answer, ...clear }) => ({
        ...clear,
        ...(await box.open<Made>(made, clear.id)),
        ...(answer ? await box.open<Answer>(answer, `${clear.id}|answer`) : {}),
      })),
    );
  }

  /** What others entered for a case on this tablet and did not send: whose, and how many. */
  async foreign(caseId: string): Promise<Foreign[]> {
    const counts = new Map<string, number>();
    for (const { by, status } of await this.db.getAllFromIndex("operations", "case_id", caseId))
      if (by !== this.officer && status === "waiting") counts.set(by, (counts.get(by) ?? 0) + 1);
    return [...counts].map(([by, count]) => ({ by, count }));
  }

  /** Another officer's unsent operations, with the key that the server gave to who takes them over. */
  async foreignOperations(caseId: string, by: string, box: Box): Promise<Operation[]> {
    const rows = await this.db.getAll("operations", rangeOf(by, caseId));
    return this.opened(rows.filter((row) => row.status === "waiting"), box);
  }

  /** Write down what the server answered; returns the operations as they are now. */
  async acknowledge(caseId: string, results: OperationResult[], cursor: number, box?: Box): Promise<Operation[]> {
    const with_ = box ?? (await this.boxes.box(caseId));
    const answered = results.filter((result) => !NOT_OURS.has(result.code ?? ""));
    const answers = await Promise.all(answered.map(({ id, code, detail, field }) => with_.seal(given({ code, detail, field }), `${id}|answer`)));
    const change = this.db.transaction("operations", "readwrite");
    const changed: KeptOperation[] = [];
    for (const [i, result] of answered.entries()) {
      const operation = await change.store.index("id").get(result.id);
      if (!operation || operation.case_id !== caseId) continue;
      // Another window of this tablet wrote the answer down before: its answer stands, and is told here too.
      if (operation.status === "waiting") {
        operation.status = result.status === "duplicate" ? "applied" : result.status;
        operation.cursor = cursor;
        operation.answer = answers[i]!;
        await change.store.put(operation);
      }
      changed.push(operation);
    }
    await change.done;
    return this.opened(changed, with_);
  }

  /** Put a refusal away that the officer has read. */
  async markSeen(operation: Operation): Promise<Operation> {
    const change = this.db.transaction("operations", "readwrite");
    const kept = await change.store.index("id").get(operation.id);
    if (kept) await change.store.put({ ...kept, seen: true });
    await change.done;
    return { ...operation, payload: plain(operation.payload), seen: true };
  }

  /** The last state that the server told, for a start without network. */
  async state(caseId: string): Promise<CaseState | null> {
    const kept = (await this.db.get("cases", [this.officer, caseId]))?.state;
    return kept ? (await this.boxes.box(caseId)).open<CaseState>(kept, "state") : null;
  }

  async keepState(caseId: string, state: CaseState): Promise<void> {
    const sealed = await (await this.boxes.box(caseId)).seal(state, "state");
    const change = this.db.transaction("cases", "readwrite");
    const known = (await change.store.get([this.officer, caseId])) ?? { by: this.officer, id: caseId, next: 1, state: null };
    await change.store.put({ ...known, state: sealed });
    await change.done;
  }

  /** The cases of which the officer has something here. */
  async cases(): Promise<string[]> {
    return (await this.db.getAll("cases", ownRange(this.officer))).filter((one) => one.state).map((one) => one.id);
  }

  /** The case went to others: all of it goes from this tablet, but what was not sent, which is its author's. */
  async forget(caseId: string): Promise<void> {
    const change = this.db.transaction(["operations", "cases", "photos", "forms"], "readwrite");
    const own = rangeOf(this.officer, caseId);
    for (let at = await change.objectStore("operations").openCursor(own); at; at = await at.continue()) if (at.value.status !== "waiting") await at.delete();
    const known = await change.objectStore("cases").get([this.officer, caseId]);
    if (known) await change.objectStore("cases").put({ ...known, state: null });
    await this.forgetForms(change, caseId);
    const photos = change.objectStore("photos").index("case_id");
    for (let at = await photos.openCursor(caseId); at; at = await at.continue()) if (at.value.by === this.officer && at.value.sent) await at.delete();
    await change.done;
  }

  private async forgetForms(change: IDBPTransaction<Kit, ("operations" | "cases" | "photos" | "forms")[], "readwrite">, caseId: string): Promise<void> {
    const forms = IDBKeyRange.bound([this.officer, caseId, ""], [this.officer, caseId, "\uffff"]);
    await change.objectStore("forms").delete(forms);
  }

  async keepForm(caseId: string, form: string, value: unknown): Promise<string> {
    const at = isoNow();
    const sealed = await (await this.boxes.box(caseId)).seal(plain(value), form);
    await this.db.put("forms", { by: this.officer, case_id: caseId, form, value: sealed });
    return at;
  }

  async form<T>(caseId: string, form: string): Promise<T | undefined> {
    const kept = await this.db.get("forms", [this.officer, caseId, form]);
    return kept && (await (await this.boxes.box(caseId)).open<T>(kept.value, form));
  }

  async dropForm(caseId: string, form: string): Promise<void> {
    await this.db.delete("forms", [this.officer, caseId, form]);
  }

  async keepPhoto({ blob, ...facts }: StoredPhoto): Promise<void> {
    const box = await this.boxes.box(facts.case_id);
    const { id, case_id, sent } = facts;
    const [kept, picture] = await Promise.all([box.seal(facts, `${id}|facts`), box.sealBytes(new Uint8Array(await blob.arrayBuffer()), id)]);
    await this.db.put("photos", { id, by: this.officer, case_id, sent, facts: kept, picture });
  }

  /** The server has the picture. */
  async markSent(id: string): Promise<void> {
    const change = this.db.transaction("photos", "readwrite");
    const kept = await change.store.get(id);
    if (kept) await change.store.put({ ...kept, sent: true });
    await change.done;
  }

  async photo(id: string): Promise<StoredPhoto | undefined> {
    const kept = await this.db.get("photos", id);
    return kept?.by === this.officer ? this.developed(kept, await this.boxes.box(kept.case_id)) : undefined;
  }

  /** The pictures of a case that the server does not have: the officer's, or with their key those of another. */
  async unsentPhotos(caseId: string, by = this.officer, box?: Box): Promise<StoredPhoto[]> {
    const with_ = box ?? (await this.boxes.box(caseId));
    const kept = await this.db.getAllFromIndex("photos", "case_id", caseId);
    return Promise.all(kept.filter((photo) => photo.by === by && !photo.sent).map((photo) => this.developed(photo, with_)));
  }

  private async developed({ id, sent, facts, picture }: KeptPhoto, box: Box): Promise<StoredPhoto> {
    const [known, bytes] = await Promise.all([box.open<Omit<StoredPhoto, "blob">>(facts, `${id}|facts`), box.openBytes(picture, id)]);
    return { ...known, sent, blob: new Blob([bytes], { type: known.mime }) };
  }

  async setting<T>(name: string): Promise<T | undefined> {
    return (await this.db.get("settings", name)) as T | undefined;
  }

  /** What says nothing of people; everything else is a form. */
  async keepSetting(name: "catalogue" | "clock", value: unknown): Promise<void> {
    await this.db.put("settings", value, name);
  }
}

function ownRange(officer: string): IDBKeyRange {
  return IDBKeyRange.bound([officer, ""], [officer, "\uffff"]);
}

function rangeOf(officer: string, caseId: string): IDBKeyRange {
  return IDBKeyRange.bound([officer, caseId, 0], [officer, caseId, Number.MAX_SAFE_INTEGER]);
}

function given(answer: { [name in keyof Answer]: string | null | undefined }): Answer {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value)) as Answer;
}

/** Without the watchers that the page has put around it, which IndexedDB cannot store. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** The moment with the tablet's offset, as people read it: 2025-10-30T09:12:00.000+08:00. */
export function isoNow(now: Date = new Date()): string {
  const offset = -now.getTimezoneOffset();
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}
