/**
 * The log of own operations, in IndexedDB: what is in here is shown, and survives the tablet being killed.
 *
 * It knows no room: what an operation says is its room's. Operations of one subject and officer are numbered without gaps. Many appended at once go into one transaction, so that
 * twenty scans a second do not wait for twenty flushes. What says something of people or goods is sealed under the
 * officer's key; in the clear stand ids, the order, and what was sent, so that another officer sees that something waits.
 */

import { openDB, type IDBPDatabase, type IDBPTransaction } from "idb";
import { isoNow } from "./clock";
import { derivedId, newId } from "./ids";
import { upgrade, type Kept, type KeptOperation, type KeptPhoto } from "./kept";
import { Box, Boxes } from "./sealing";
import { NOT_OURS, type Operation, type OperationResult } from "./operations";

export interface StoredPhoto {
  id: string;
  subject_id: string;
  blob: Blob;
  mime: string;
  sha256: string;
  quality: string[];
  sent: boolean;
}

/** What another officer entered for a subject on this tablet and did not send. */
export interface Foreign {
  by: string;
  count: number;
}

type Made = Pick<Operation, "kind" | "at" | "payload">;
type Answer = Pick<Operation, "code" | "detail" | "field">;

interface Waiting {
  operation: Omit<Operation, "n">;
  done: (operation: Operation) => void;
  failed: (reason: unknown) => void;
}

export type NewOperation = Pick<Operation, "kind" | "payload"> & Partial<Pick<Operation, "id" | "at">>;

export interface Opening {
  kind: string;
  officer: string;
  keyOn: (device: string) => Promise<Uint8Array<ArrayBuffer>>;
  name?: string;
}


/** Everything that the tablet keeps for one officer by itself. */
export class Oplog {
  private queue: Waiting[] = [];
  private writing = false;

  private constructor(
    private readonly db: IDBPDatabase<Kept>,
    private readonly boxes: Boxes,
    /** The kind of its subjects. */
    private readonly kind: string,
    /** Who is signed in. */
    readonly officer: string,
    /** This tablet's own id, made on its first day. */
    readonly device: string,
  ) {}

  /** `keyOn`: the officer's key on a device. */
  static async open({ kind, officer, keyOn, name = "zhuanmai-fieldkit" }: Opening): Promise<Oplog> {
    const db = await openDB<Kept>(name, 3, { upgrade });
    const change = db.transaction("settings", "readwrite");
    let device = (await change.store.get("device")) as string | undefined;
    if (!device) await change.store.put((device = newId()), "device");
    await change.done;
    try {
      return new Oplog(db, await Boxes.of(await keyOn(device)), kind, officer, device);
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
  append(subjectId: string, { kind, payload, id = newId(), at = isoNow() }: NewOperation): Promise<Operation> {
    const operation = { by: this.officer, subject_id: subjectId, id, kind, at, payload: plain(payload), status: "waiting" as const };
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
    const made = await Promise.all(batch.map(async ({ subject_id, id, kind, at, payload }) => (await this.boxes.box(subject_id)).seal({ kind, at, payload }, id)));
    const change = this.db.transaction(["operations", "subjects"], "readwrite", { durability: "strict" });
    const subjects = change.objectStore("subjects");
    const kept: Operation[] = [];
    for (const [i, entry] of batch.entries()) {
      const { by, subject_id, id, status } = entry;
      const known = (await subjects.get([by, subject_id])) ?? { by, kind: this.kind, id: subject_id, next: 1, state: null };
      await subjects.put({ ...known, next: known.next + 1 });
      await change.objectStore("operations").add({ by, subject_id, n: known.next, id, status, made: made[i]! });
      kept.push({ ...entry, n: known.next });
    }
    await change.done;
    return kept;
  }

  /** All own operations of a subject, in the order in which they were made. */
  async operations(subjectId: string): Promise<Operation[]> {
    const rows = await this.db.getAll("operations", rangeOf(this.officer, subjectId));
    return this.opened(rows, await this.boxes.box(subjectId));
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

  /** What others entered for a subject on this tablet and did not send: whose, and how many. */
  async foreign(subjectId: string): Promise<Foreign[]> {
    const counts = new Map<string, number>();
    for (const { by, status } of await this.db.getAllFromIndex("operations", "subject_id", subjectId))
      if (by !== this.officer && status === "waiting") counts.set(by, (counts.get(by) ?? 0) + 1);
    return [...counts].map(([by, count]) => ({ by, count }));
  }

  /** Another officer's unsent operations, with the key that the server gave to who takes them over. */
  async foreignOperations(subjectId: string, by: string, box: Box): Promise<Operation[]> {
    const rows = await this.db.getAll("operations", rangeOf(by, subjectId));
    return this.opened(rows.filter((row) => row.status === "waiting"), box);
  }

  /** Write down what the server answered; returns the operations as they are now. */
  async acknowledge(subjectId: string, results: OperationResult[], cursor: number, box?: Box): Promise<Operation[]> {
    const with_ = box ?? (await this.boxes.box(subjectId));
    const answered = results.filter((result) => !NOT_OURS.includes(result.code ?? ""));
    const answers = await Promise.all(answered.map(({ id, code, detail, field }) => with_.seal(given({ code, detail, field }), `${id}|answer`)));
    const change = this.db.transaction("operations", "readwrite");
    const changed: KeptOperation[] = [];
    for (const [i, result] of answered.entries()) {
      const operation = await change.store.index("id").get(result.id);
      if (!operation || operation.subject_id !== subjectId) continue;
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
  async state<State>(subjectId: string): Promise<State | null> {
    const kept = (await this.db.get("subjects", [this.officer, subjectId]))?.state;
    return kept ? (await this.boxes.box(subjectId)).open<State>(kept, "state") : null;
  }

  async keepState(subjectId: string, state: unknown): Promise<void> {
    const sealed = await (await this.boxes.box(subjectId)).seal(state, "state");
    const change = this.db.transaction("subjects", "readwrite");
    const known = (await change.store.get([this.officer, subjectId])) ?? { by: this.officer, kind: this.kind, id: subjectId, next: 1, state: null };
    await change.store.put({ ...known, state: sealed });
    await change.done;
  }

  /** The subjects of which the officer has something here. */
  async subjects(): Promise<string[]> {
    const own = await this.db.getAll("subjects", ownRange(this.officer));
    return own.filter((one) => one.state && one.kind === this.kind).map((one) => one.id);
  }

  /** The subject went to others: all of it goes from this tablet, but what was not sent, which is its author's. */
  async forget(subjectId: string): Promise<void> {
    const change = this.db.transaction(["operations", "subjects", "photos", "forms"], "readwrite");
    const own = rangeOf(this.officer, subjectId);
    for (let at = await change.objectStore("operations").openCursor(own); at; at = await at.continue()) if (at.value.status !== "waiting") await at.delete();
    const known = await change.objectStore("subjects").get([this.officer, subjectId]);
    if (known) await change.objectStore("subjects").put({ ...known, state: null });
    await this.forgetForms(change, subjectId);
    const photos = change.objectStore("photos").index("subject_id");
    for (let at = await photos.openCursor(subjectId); at; at = await at.continue()) if (at.value.by === this.officer && at.value.sent) await at.delete();
    await change.done;
  }

  private async forgetForms(change: IDBPTransaction<Kept, ("operations" | "subjects" | "photos" | "forms")[], "readwrite">, subjectId: string): Promise<void> {
    const forms = IDBKeyRange.bound([this.officer, subjectId, ""], [this.officer, subjectId, "\uffff"]);
    await change.objectStore("forms").delete(forms);
  }

  async keepForm(subjectId: string, form: string, value: unknown): Promise<string> {
    const at = isoNow();
    const sealed = await (await this.boxes.box(subjectId)).seal(plain(value), form);
    await this.db.put("forms", { by: this.officer, subject_id: subjectId, form, value: sealed });
    return at;
  }

  async form<T>(subjectId: string, form: string): Promise<T | undefined> {
    const kept = await this.db.get("forms", [this.officer, subjectId, form]);
    return kept && (await (await this.boxes.box(subjectId)).open<T>(kept.value, form));
  }

  async dropForm(subjectId: string, form: string): Promise<void> {
    await this.db.delete("forms", [this.officer, subjectId, form]);
  }

  async keepPhoto({ blob, ...facts }: StoredPhoto): Promise<void> {
    const box = await this.boxes.box(facts.subject_id);
    const { id, subject_id, sent } = facts;
    const [kept, picture] = await Promise.all([box.seal(facts, `${id}|facts`), box.sealBytes(new Uint8Array(await blob.arrayBuffer()), id)]);
    await this.db.put("photos", { id, by: this.officer, subject_id, sent, facts: kept, picture });
  }

  /** The server has the picture. */
  async markSent(id: string): Promise<void> {
    const change = this.db.transaction("photos", "readwrite");
    const kept = await change.store.get(id);
    if (kept) await change.store.put({ ...kept, sent: true });
    await change.done;
  }

  /** A picture of one's own that is not wanted any more. */
  async dropPhoto(id: string): Promise<void> {
    const change = this.db.transaction("photos", "readwrite");
    if ((await change.store.get(id))?.by === this.officer) await change.store.delete(id);
    await change.done;
  }

  async photo(id: string): Promise<StoredPhoto | undefined> {
    const kept = await this.db.get("photos", id);
    return kept?.by === this.officer ? this.developed(kept, await this.boxes.box(kept.subject_id)) : undefined;
  }

  /** The pictures of a subject that the server does not have: the officer's, or with their key those of another. */
  async unsentPhotos(subjectId: string, by = this.officer, box?: Box): Promise<StoredPhoto[]> {
    const with_ = box ?? (await this.boxes.box(subjectId));
    const kept = await this.db.getAllFromIndex("photos", "subject_id", subjectId);
    return Promise.all(kept.filter((photo) => photo.by === by && !photo.sent).map((photo) => this.developed(photo, with_)));
  }

  private async developed({ id, subject_id, sent, facts, picture }: KeptPhoto, box: Box): Promise<StoredPhoto> {
    const [known, bytes] = await Promise.all([box.open<Omit<StoredPhoto, "blob" | "subject_id">>(facts, `${id}|facts`), box.openBytes(picture, id)]);
    return { ...known, subject_id, sent, blob: new Blob([bytes], { type: known.mime }) };
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

function rangeOf(officer: string, subjectId: string): IDBKeyRange {
  return IDBKeyRange.bound([officer, subjectId, 0], [officer, subjectId, Number.MAX_SAFE_INTEGER]);
}

function given(answer: { [name in keyof Answer]: string | null | undefined }): Answer {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value)) as Answer;
}

/** Without the watchers that the page has put around it, which IndexedDB cannot store. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
