/** One subject on one tablet: what is known of it, what can be done, and what goes to the server behind it. */

import { reactive, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { Problem, sentence, type Api } from "./api";
import { now, nowIso, restoreClock } from "./clock";
import { t } from "./i18n";
import { newId } from "./ids";
import { forgetKey } from "./keyring";
import type { Operation, SubjectKind, SubjectState } from "./operations";
import type { Foreign, Oplog } from "./oplog";
import { PhotoQueue } from "./photos";
import { Sync, type Line } from "./sync";

export interface Notice {
  id: number;
  level: "danger" | "warning" | "success" | "info";
  words: string;
}

/** What every room needs of a subject in the field; a room adds what it shows and keeps besides. */
export abstract class FieldSession<State extends SubjectState> {
  readonly server: ShallowRef<State | null> = shallowRef(null);
  readonly operations: ShallowRef<Operation[]> = shallowRef([]);
  readonly line: Ref<Line> = ref("starting");
  readonly lineDetail: Ref<string> = ref("");
  readonly notices: Notice[] = reactive([]);
  readonly tick: Ref<Date> = ref(now());
  readonly path: string;
  readonly photos: PhotoQueue;
  readonly sync: Sync<State>;
  /** Forms that hold back what was typed until it is whole; each can be told to send it now. */
  readonly drafts = new Set<() => Promise<void>>();
  /** The subject went to others: nothing of it is left here but what was not sent. */
  readonly left: Ref<boolean> = ref(false);
  /** What others entered for this subject on this tablet and did not send. */
  readonly foreign: ShallowRef<Foreign[]> = shallowRef([]);
  /** Asked for and not yet on the disk, in the order of asking. */
  protected readonly keeping = new Set<Operation>();
  private notes = 0;

  constructor(
    readonly kind: SubjectKind,
    readonly subjectId: string,
    readonly api: Api,
    readonly log: Oplog,
  ) {
    this.path = kind.path(subjectId);
    this.photos = new PhotoQueue(this, () => this.place());
    this.sync = new Sync(subjectId, this.path, api, log, () => this.ready(), {
      operations: (changed) => this.replace(changed),
      state: (state) => this.heard(state),
      gone: () => void (this.server.value && this.leave()),
      line: (line, detail = "") => {
        this.line.value = line;
        this.lineDetail.value = detail;
        if (line === "signed_out") forgetKey();
        if (line === "online") void this.photos.send();
      },
    });
  }

  /** What can be sent: nothing of a subject that the server refused to open; it goes with the next opening. */
  private ready(): Operation[] {
    const openings = this.operations.value.filter((one) => one.kind === this.kind.opens);
    if (openings.length && !this.opened) return [];
    return this.operations.value.filter((one) => one.status === "waiting");
  }

  /** Where one is, in words. */
  protected abstract place(): string;

  /** What the room kept on the tablet beside the log. */
  protected async restore(): Promise<void> {}

  /** What the room asks the server for beside the state. */
  protected async refresh(): Promise<void> {}

  /** A refusal that the room puts to the officer in its own way. */
  protected isShownElsewhere(_operation: Operation): boolean {
    return false;
  }

  /** Has the subject been opened, here or on another tablet? */
  get opened(): boolean {
    return this.server.value !== null || this.operations.value.some((one) => one.kind === this.kind.opens && one.status !== "refused");
  }

  /** Read what the tablet kept, then ask the server. */
  async start(): Promise<void> {
    const [operations, state, clock] = await Promise.all([
      this.log.operations(this.subjectId), this.log.state<State>(this.subjectId), this.log.setting<number>("clock"), this.restore(),
    ]);
    restoreClock(clock);
    this.operations.value = operations;
    this.server.value = state;
    await this.photos.restore();
    await this.lookForForeign();
    setInterval(() => (this.tick.value = now()), 1000);
    addEventListener("online", () => this.sync.kick());
    addEventListener("offline", () => (this.line.value = "offline"));
    document.addEventListener("visibilitychange", () => document.hidden || this.sync.kick());
    void this.refresh().then(() => this.sweep());
    if (this.opened || location.pathname.includes(this.subjectId)) this.sync.start();
  }

  async lookForForeign(): Promise<void> {
    this.foreign.value = await this.log.foreign(this.subjectId);
  }

  private heard(state: State): void {
    if (this.server.value && this.isOn(this.server.value) && !this.isOn(state)) void this.leave();
    else this.server.value = state;
  }

  /** Is the officer one of those of the subject? */
  private isOn(state: State): boolean {
    return state.officers.some((one) => one.id === this.log.officer);
  }

  private async leave(): Promise<void> {
    this.left.value = true;
    this.sync.stop();
    this.server.value = null;
    this.operations.value = this.operations.value.filter((one) => one.status === "waiting");
    this.photos.forget();
    await this.log.forget(this.subjectId);
  }

  /** Other subjects of which something is kept here: those that went to others go from here too. */
  private async sweep(): Promise<void> {
    for (const id of await this.log.subjects()) {
      const kept = id === this.subjectId ? null : await this.log.state<State>(id);
      if (!kept) continue;
      try {
        const path = `${this.kind.path(id)}/state?after=${kept.cursor}`;
        const state = await this.api.get<State | null>(path, { unchanged: null, background: true });
        if (state && this.isOn(kept) && !this.isOn(state)) await this.log.forget(id);
      } catch (reason) {
        if (reason instanceof Problem && reason.status === 404) await this.log.forget(id);
      }
    }
  }

  /** Do something: it is kept, shown, and sent when there is a way. */
  async act(kind: string, payload: Record<string, unknown>, id: string = newId()): Promise<Operation> {
    const at = nowIso();
    const asked: Operation = { by: this.log.officer, subject_id: this.subjectId, n: 0, id, kind, at, payload, status: "waiting" };
    this.keeping.add(asked);
    try {
      const operation = await this.log.append(this.subjectId, { kind, payload, id, at });
      this.keeping.delete(asked);
      this.operations.value = [...this.operations.value, operation];
      if (this.opened) this.sync.nudge();
      return operation;
    } catch (reason) {
      this.notify("danger", t("本机没有存下这一步，请勿关闭页面：{reason}", { reason: sentence(reason) }));
      throw reason;
    } finally {
      this.keeping.delete(asked);
    }
  }

  /** Send what every open form holds back, then everything that waits; resolves when the server has all of it. */
  async settle(): Promise<void> {
    await Promise.all([...this.drafts].map((send) => send()));
    await this.sync.settled();
    await this.photos.send();
    if (this.photos.waiting.size) await this.photos.send();
  }

  notify(level: Notice["level"], words: string): void {
    const id = ++this.notes;
    this.notices.push({ id, level, words });
    setTimeout(() => this.dismiss(id), level === "danger" ? 15_000 : level === "warning" ? 7000 : 3000);
  }

  dismiss(id: number): void {
    const at = this.notices.findIndex((notice) => notice.id === id);
    if (at >= 0) this.notices.splice(at, 1);
  }

  /** Refusals that nobody has read yet. */
  get refusals(): Operation[] {
    return this.operations.value.filter((one) => one.status === "refused" && !one.seen);
  }

  async putAway(operation: Operation): Promise<void> {
    this.replace([await this.log.markSeen(operation)]);
  }

  private replace(changed: Operation[]): void {
    const byId = new Map(changed.map((operation) => [operation.id, operation]));
    this.operations.value = this.operations.value.map((operation) => byId.get(operation.id) ?? operation);
    for (const operation of changed)
      if (operation.status === "refused" && !operation.seen && !this.isShownElsewhere(operation))
        this.notify("danger", operation.detail || t("这一步没有被接受，内容仍保留在待处理"));
  }
}
