/**
 * The log of own operations, in IndexedDB: what is in here is shown, and survives the tablet being killed.
 *
 * Operations of one case are numbered without gaps. Many appended at once go into one transaction, so that twenty
 * scans a second do not wait for twenty flushes.
 */

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { newId } from "./ids";
import type { CaseState, Operation, OperationResult } from "./types";

export interface StoredPhoto {
  id: string;
  case_id: string;
  blob: Blob;
  mime: string;
  sha256: string;
  quality: string[];
  sent: boolean;
  error?: string;
}

export interface Misread {
  barcode: string;
  at: string;
}

interface Kit extends DBSchema {
  operations: { key: [string, number]; value: Operation; indexes: { id: string } };
  cases: { key: string; value: { id: string; next: number; state: CaseState | null } };
  photos: { key: string; value: StoredPhoto; indexes: { case_id: string } };
  forms: { key: [string, string]; value: { case_id: string; form: string; value: unknown; at: string } };
  settings: { key: string; value: unknown };
}

interface Waiting {
  operation: Omit<Operation, "n">;
  done: (operation: Operation) => void;
  failed: (reason: unknown) => void;
}

export type NewOperation = Pick<Operation, "kind" | "payload"> & Partial<Pick<Operation, "id" | "at">>;

/** Everything that the tablet keeps by itself. */
export class Oplog {
  private queue: Waiting[] = [];
  private writing = false;

  private constructor(
    private readonly db: IDBPDatabase<Kit>,
    /** This tablet's own id, made on its first day. */
    readonly tablet: string,
  ) {}

  static async open(name = "zhuanmai-fieldkit"): Promise<Oplog> {
    const db = await openDB<Kit>(name, 1, {
      upgrade(database) {
        database.createObjectStore("operations", { keyPath: ["case_id", "n"] }).createIndex("id", "id", { unique: true });
        database.createObjectStore("cases", { keyPath: "id" });
        database.createObjectStore("photos", { keyPath: "id" }).createIndex("case_id", "case_id");
        database.createObjectStore("forms", { keyPath: ["case_id", "form"] });
        database.createObjectStore("settings");
      },
    });
    const change = db.transaction("settings", "readwrite");
    let tablet = (await change.store.get("tablet")) as string | undefined;
    if (!tablet) await change.store.put((tablet = newId()), "tablet");
    await change.done;
    return new Oplog(db, tablet);
  }

  close(): void {
    this.db.close();
  }

  /** Keep an operation; resolves when it is on the disk with its number. */
  append(caseId: string, { kind, payload, id = newId(), at = isoNow() }: NewOperation): Promise<Operation> {
    const operation = { case_id: caseId, id, kind, at, payload: plain(payload), status: "waiting" as const };
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
    const change = this.db.transaction(["operations", "cases"], "readwrite", { durability: "strict" });
    const cases = change.objectStore("cases");
    const kept: Operation[] = [];
    for (const entry of batch) {
      const known = (await cases.get(entry.case_id)) ?? { id: entry.case_id, next: 1, state: null };
      const operation: Operation = { ...entry, n: known.next };
      await cases.put({ ...known, next: known.next + 1 });
      await change.objectStore("operations").add(operation);
      kept.push(operation);
    }
    await change.done;
    return kept;
  }

  /** All own operations of a case, in the order in which they were made. */
  operations(caseId: string): Promise<Operation[]> {
    return this.db.getAll("operations", caseRange(caseId));
  }

  /** Write down what the server answered; returns the operations as they are now. */
  async acknowledge(caseId: string, results: OperationResult[], cursor: number): Promise<Operation[]> {
    const change = this.db.transaction("operations", "readwrite");
    const changed: Operation[] = [];
    for (const result of results) {
      const operation = await change.store.index("id").get(result.id);
      if (!operation || operation.case_id !== caseId) continue;
      // Another window of this tablet wrote the answer down before: its answer stands, and is told here too.
      if (operation.status !== "waiting") {
        changed.push(operation);
        continue;
      }
      operation.status = result.status === "duplicate" ? "applied" : result.status;
      operation.cursor = cursor;
      if (result.code) operation.code = result.code;
      if (result.detail) operation.detail = result.detail;
      if (result.field) operation.field = result.field;
      await change.store.put(operation);
      changed.push(operation);
    }
    await change.done;
    return changed;
  }

  /** Put a refusal away that the officer has read. */
  async markSeen(operation: Operation): Promise<Operation> {
    const seen = { ...operation, payload: plain(operation.payload), seen: true };
    await this.db.put("operations", seen);
    return seen;
  }

  /** The last state that the server told, for a start without network. */
  async state(caseId: string): Promise<CaseState | null> {
    return (await this.db.get("cases", caseId))?.state ?? null;
  }

  async keepState(caseId: string, state: CaseState): Promise<void> {
    const change = this.db.transaction("cases", "readwrite");
    const known = (await change.store.get(caseId)) ?? { id: caseId, next: 1, state: null };
    await change.store.put({ ...known, state });
    await change.done;
  }

  async keepForm(caseId: string, form: string, value: unknown): Promise<string> {
    const at = isoNow();
    await this.db.put("forms", { case_id: caseId, form, value: plain(value), at });
    return at;
  }

  async form<T>(caseId: string, form: string): Promise<T | undefined> {
    return (await this.db.get("forms", [caseId, form]))?.value as T | undefined;
  }

  async dropForm(caseId: string, form: string): Promise<void> {
    await this.db.delete("forms", [caseId, form]);
  }

  async keepPhoto(photo: StoredPhoto): Promise<void> {
    await this.db.put("photos", photo);
  }

  photo(id: string): Promise<StoredPhoto | undefined> {
    return this.db.get("photos", id);
  }

  async unsentPhotos(caseId: string): Promise<StoredPhoto[]> {
    return (await this.db.getAllFromIndex("photos", "case_id", caseId)).filter((photo) => !photo.sent);
  }

  async setting<T>(name: string): Promise<T | undefined> {
    return (await this.db.get("settings", name)) as T | undefined;
  }

  async keepSetting(name: string, value: unknown): Promise<void> {
    await this.db.put("settings", value, name);
  }
}

function caseRange(caseId: string): IDBKeyRange {
  return IDBKeyRange.bound([caseId, 0], [caseId, Number.MAX_SAFE_INTEGER]);
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
