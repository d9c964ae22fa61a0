/** One case on one tablet: what is shown, what can be done, and what goes to the server behind it. */

import { computed, inject, reactive, ref, shallowRef, type ComputedRef, type InjectionKey, type Ref, type ShallowRef } from "vue";
import { Api, Problem, sentence } from "./api";
import { Catalogue } from "./catalogue";
import { clockOffset, now, nowIso, restoreClock, setClock } from "./clock";
import { t } from "./i18n";
import { newId } from "./ids";
import { isForGood } from "./delivery";
import { forgetKey } from "./keyring";
import type { Foreign, Misread, Oplog } from "./oplog";
import { PhotoQueue } from "./photos";
import { lastUndoable, reduce, type Shown } from "./reduce";
import { Scanning } from "./scanning";
import { Sync, type Line } from "./sync";
import type { CaseState, CatalogueData, Kit, Operation } from "./types";

/** Forms that belong to the officer, not to a case. */
const OWN = "own";

export interface Notice {
  id: number;
  level: "danger" | "warning" | "success" | "info";
  words: string;
}

export class Session {
  readonly server: ShallowRef<CaseState | null> = shallowRef(null);
  readonly operations: ShallowRef<Operation[]> = shallowRef([]);
  readonly catalogue: ShallowRef<Catalogue> = shallowRef(new Catalogue());
  readonly kit: ShallowRef<Kit | null> = shallowRef(null);
  readonly line: Ref<Line> = ref("starting");
  readonly lineDetail: Ref<string> = ref("");
  readonly notices: Notice[] = reactive([]);
  readonly tick: Ref<Date> = ref(now());
  readonly shown: ComputedRef<Shown>;
  readonly scanning: Scanning;
  readonly photos: PhotoQueue;
  /** Forms that hold back what was typed until it is whole; each can be told to send it now. */
  readonly drafts = new Set<() => Promise<void>>();
  readonly sync: Sync;
  /** The case went to others: nothing of it is left here but what was not sent. */
  readonly left: Ref<boolean> = ref(false);
  /** What others entered for this case on this tablet and did not send. */
  readonly foreign: ShallowRef<Foreign[]> = shallowRef([]);
  private notes = 0;
  /** Asked for and not yet on the disk, in the order of asking. */
  private readonly keeping = new Set<Operation>();

  constructor(
    readonly caseId: string,
    readonly api: Api,
    readonly log: Oplog,
  ) {
    this.shown = computed(() => reduce(caseId, this.server.value, this.operations.value, this.catalogue.value));
    this.scanning = new Scanning(this);
    this.photos = new PhotoQueue(this);
    this.sync = new Sync(caseId, api, log, () => this.operations.value.filter((one) => one.status === "waiting"), {
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

  /** Has the case been opened, here or on another tablet? */
  get opened(): boolean {
    return this.server.value !== null || this.operations.value.some((one) => one.kind === "case.open" && one.status !== "refused");
  }

  /** Read what the tablet kept, then ask the server. */
  async start(): Promise<void> {
    const [operations, state, kit, catalogue, clock] = await Promise.all([
      this.log.operations(this.caseId),
      this.log.state(this.caseId),
      this.log.form<Kit>(OWN, "kit"),
      this.log.setting<CatalogueData>("catalogue"),
      this.log.setting<number>("clock"),
    ]);
    restoreClock(clock);
    this.operations.value = operations;
    this.server.value = state;
    if (kit) this.kit.value = kit;
    if (catalogue) this.catalogue.value = new Catalogue(catalogue);
    await this.scanning.restore();
    await this.photos.restore();
    await this.lookForForeign();
    setInterval(() => (this.tick.value = now()), 1000);
    addEventListener("online", () => this.sync.kick());
    addEventListener("offline", () => (this.line.value = "offline"));
    document.addEventListener("visibilitychange", () => document.hidden || this.sync.kick());
    void this.refresh().then(() => this.sweep());
    if (this.opened || location.pathname.includes(this.caseId)) this.sync.start();
  }

  async lookForForeign(): Promise<void> {
    this.foreign.value = await this.log.foreign(this.caseId);
  }

  private heard(state: CaseState): void {
    if (this.server.value && this.isOn(this.server.value) && !this.isOn(state)) void this.leave();
    else this.server.value = state;
  }

  /** Is the officer one of those of the case? */
  private isOn(state: CaseState): boolean {
    return state.officers.some((one) => one.id === this.log.officer);
  }

  private async leave(): Promise<void> {
    this.left.value = true;
    this.sync.stop();
    this.server.value = null;
    this.operations.value = this.operations.value.filter((one) => one.status === "waiting");
    this.photos.forget();
    await this.log.forget(this.caseId);
  }

  /** Other cases of which something is kept here: those that went to others go from here too. */
  private async sweep(): Promise<void> {
    for (const id of await this.log.cases()) {
      const kept = id === this.caseId ? null : await this.log.state(id);
      if (!kept) continue;
      try {
        const path = `/enforcement/cases/${id}/state?after=${kept.cursor}`;
        const state = await this.api.get<CaseState | null>(path, { unchanged: null, background: true });
        if (state && this.isOn(kept) && !this.isOn(state)) await this.log.forget(id);
      } catch (reason) {
        if (reason instanceof Problem && reason.status === 404) await this.log.forget(id);
      }
    }
  }

  /** The lists that change rarely: officers, questions, causes; and the catalogue of the day. */
  async refresh(): Promise<void> {
    try {
      const kit = await this.api.get<Kit>("/enforcement/kit");
      setClock(kit.now);
      this.kit.value = kit;
      await this.log.keepForm(OWN, "kit", kit);
      await this.log.keepSetting("clock", clockOffset());
      const day = this.server.value?.case.began_at?.slice(0, 10) ?? nowIso().slice(0, 10);
      const data = await this.api.get<CatalogueData>(`/reference/catalogue?on=${day}`);
      if (String(data.version) !== this.catalogue.value.version) this.catalogue.value = new Catalogue(data);
      await this.log.keepSetting("catalogue", data);
    } catch (reason) {
      if (!this.kit.value) this.notify("warning", sentence(reason));
      if (!(reason instanceof Problem && isForGood(reason))) setTimeout(() => void this.refresh(), 15_000);
    }
  }

  /** Do something: it is kept, shown, and sent when there is a way. */
  async act(kind: string, payload: Record<string, unknown>, id: string = newId()): Promise<Operation> {
    const at = nowIso();
    const asked: Operation = { by: this.log.officer, case_id: this.caseId, n: 0, id, kind, at, payload, status: "waiting" };
    this.keeping.add(asked);
    try {
      const operation = await this.log.append(this.caseId, { kind, payload, id, at });
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

  /** Take the newest own count back: newest at this very moment, also one that is still being kept. */
  async undo(): Promise<Operation | undefined> {
    const operation = lastUndoable([...this.operations.value, ...this.keeping]);
    if (operation) await this.act("undo", { operation_id: operation.id });
    return operation;
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
      if (operation.status === "refused" && !operation.seen && !isChoice(operation))
        this.notify("danger", operation.detail || t("这一步没有被接受，内容仍保留在待处理"));
  }
}

/** A keyed quantity that met another tablet's: the officer is shown both values and chooses. */
export function isChoice(operation: Operation): boolean {
  return operation.kind === "quantity.difference" && operation.status === "refused" && operation.code === "below_zero";
}

export type { Misread };

export const SESSION: InjectionKey<Session> = Symbol("session");

export function useSession(): Session {
  const session = inject(SESSION);
  if (!session) throw new Error("no case is open");
  return session;
}
