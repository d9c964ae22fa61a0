/**
 * Sends own operations in their order and hears of the others'. One thing at a time: a state is only asked for when no
 * operation is of unknown fate, so that nothing is ever counted twice on the screen.
 */

import { Problem, type Api } from "./api";
import { Blocked, deliver, isForGood } from "./delivery";
import type { Oplog } from "./oplog";
import type { Operation, OperationsAnswer, SubjectState } from "./operations";

/** `blocked`: the server refused for good; nothing is sent until somebody does something. */
export type Line = "online" | "offline" | "signed_out" | "blocked" | "starting";

export interface SyncEvents<State> {
  operations(changed: Operation[]): void;
  state(state: State): void;
  /** The server has no such subject, or not for this officer. */
  gone(): void;
  line(line: Line, detail?: string): void;
}

export interface SyncOptions {
  batch: number;
  pollMs: number;
  /** How long operations are gathered before they are sent. */
  gatherMs: number;
  firstRetryMs: number;
  lastRetryMs: number;
}

const DEFAULTS: SyncOptions = { batch: 100, pollMs: 2000, gatherMs: 200, firstRetryMs: 500, lastRetryMs: 30_000 };

/** The way between one tablet and the server for one subject: its id, and its path there. */
export class Sync<State extends SubjectState> {
  private readonly options: SyncOptions;
  private cursor: number | null = null;
  private failures = 0;
  private running = false;
  private again = false;
  private gathering = false;
  private stopped = false;
  private wanted: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly subjectId: string,
    private readonly path: string,
    private readonly api: Api,
    private readonly log: Oplog,
    private readonly waiting: () => Operation[],
    private readonly events: SyncEvents<State>,
    options: Partial<SyncOptions> = {},
  ) {
    this.options = { ...DEFAULTS, ...options };
  }

  start(): void {
    this.stopped = false;
    this.kick();
  }

  /** Something was added: send it soon, together with what comes meanwhile, so that scanning keeps the processor. */
  nudge(): void {
    this.stopped = false;
    if (this.running) this.again = true;
    else if (this.failures === 0 && !this.gathering) {
      this.gathering = true;
      this.schedule(this.options.gatherMs);
    }
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** There is something to send, or the network is back: do not wait. */
  kick(): void {
    if (this.stopped) return;
    if (this.running) {
      this.again = true;
      return;
    }
    clearTimeout(this.timer);
    void this.run();
  }

  /** Resolves after the next round that sent all there was and heard the server's state. */
  settled(): Promise<void> {
    return new Promise((done) => {
      this.wanted.push(done);
      this.kick();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    this.gathering = false;
    let pause: number | null = this.options.pollMs;
    try {
      do {
        this.again = false;
        await this.send();
        await this.hear();
      } while (this.again && this.wanted.length && !this.stopped);
      if (this.again) {
        this.gathering = true;
        pause = this.options.gatherMs;
      }
      this.failures = 0;
      this.events.line("online");
      this.wanted.splice(0).forEach((done) => done());
    } catch (reason) {
      pause = this.pauseAfter(reason);
    }
    this.running = false;
    if (!this.stopped && pause !== null) this.schedule(pause);
  }

  private schedule(pause: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.kick(), pause);
  }

  /** How long to wait before the next try, in milliseconds; null where trying again changes nothing. */
  private pauseAfter(reason: unknown): number | null {
    if (reason instanceof Blocked || (reason instanceof Problem && isForGood(reason))) {
      this.events.line("blocked", reason.message);
      return null;
    }
    const signedOut = reason instanceof Problem && (reason.status === 401 || reason.status === 403);
    if (signedOut) this.events.line("signed_out", reason.message);
    else this.events.line("offline", reason instanceof Error ? reason.message : String(reason));
    const { firstRetryMs, lastRetryMs } = this.options;
    const step = Math.min(lastRetryMs, firstRetryMs * 2 ** this.failures++);
    return step * (0.75 + Math.random() / 2);
  }

  private send(): Promise<void> {
    const { path, api, log, waiting } = this;
    return deliver({ api, path, tablet: log.tablet, batch: this.options.batch, waiting, took: (answer) => this.took(answer) });
  }

  private async took(answer: OperationsAnswer): Promise<void> {
    const changed = await this.log.acknowledge(this.subjectId, answer.results, answer.cursor);
    this.events.operations(changed);
  }

  private async hear(): Promise<void> {
    const after = this.cursor === null ? "" : `?after=${this.cursor}`;
    try {
      const state = await this.api.get<State | null>(`${this.path}/state${after}`, { unchanged: null, background: true });
      if (state) await this.take(state);
    } catch (reason) {
      if (!(reason instanceof Problem && reason.status === 404)) throw reason;
      this.events.gone();
    }
  }

  private async take(state: State): Promise<void> {
    if (this.cursor !== null && state.cursor < this.cursor) return;
    this.cursor = state.cursor;
    await this.log.keepState(this.subjectId, state);
    this.events.state(state);
  }
}
