/**
 * Sends own operations in their order and hears of the others'. One thing at a time: a state is only asked for when no
 * operation is of unknown fate, so that nothing is ever counted twice on the screen.
 */

import { Problem, type Api } from "./api";
import { t } from "./i18n";
import type { Oplog } from "./oplog";
import type { CaseState, Operation, OperationsAnswer } from "./types";

export type Line = "online" | "offline" | "signed_out" | "starting";

export interface SyncEvents {
  operations(changed: Operation[]): void;
  state(state: CaseState): void;
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

/** The way between one tablet and the server for one case. */
export class Sync {
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
    private readonly caseId: string,
    private readonly api: Api,
    private readonly log: Oplog,
    private readonly waiting: () => Operation[],
    private readonly events: SyncEvents,
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
    let pause = this.options.pollMs;
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
    if (!this.stopped) this.schedule(pause);
  }

  private schedule(pause: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.kick(), pause);
  }

  private pauseAfter(reason: unknown): number {
    const signedOut = reason instanceof Problem && (reason.status === 401 || reason.status === 403);
    if (signedOut) this.events.line("signed_out", reason.message);
    else this.events.line("offline", reason instanceof Error ? reason.message : String(reason));
    const { firstRetryMs, lastRetryMs } = this.options;
    const step = Math.min(lastRetryMs, firstRetryMs * 2 ** this.failures++);
    return step * (0.75 + Math.random() / 2);
  }

  private async send(): Promise<void> {
    let size = this.options.batch;
    for (let batch = this.waiting().slice(0, size); batch.length; batch = this.waiting().slice(0, size)) {
      let answer: OperationsAnswer;
      try {
        answer = await this.post(batch);
      } catch (reason) {
        if (!isRefusedAsAWhole(reason)) throw reason;
        if (batch.length > 1) {
          // One of them is not understood: find it alone, so that the others go through.
          size = 1;
          continue;
        }
        answer = refusal(batch[0]!, reason);
      }
      const known = new Set(batch.map((operation) => operation.id));
      const results = answer.results.filter((result) => known.has(result.id));
      if (!results.length) throw new Error(t("服务器没有回答这批操作"));
      const changed = await this.log.acknowledge(this.caseId, results, answer.cursor);
      if (answer.state) await this.take(answer.state, changed);
      else this.events.operations(changed);
    }
  }

  private post(batch: Operation[]): Promise<OperationsAnswer> {
    return this.api.post(`/enforcement/cases/${this.caseId}/operations`, {
      tablet: this.log.tablet,
      unsent: Math.max(0, this.waiting().length - batch.length),
      operations: batch.map(({ id, n, kind, at, payload }) => ({ id, n, kind, at, payload })),
    });
  }

  private async hear(): Promise<void> {
    const after = this.cursor === null ? "" : `?after=${this.cursor}`;
    const state = await this.api.get<CaseState | null>(`/enforcement/cases/${this.caseId}/state${after}`, { missing: null, background: true });
    if (state) await this.take(state, []);
  }

  private async take(state: CaseState, changed: Operation[]): Promise<void> {
    if (this.cursor === null || state.cursor >= this.cursor) {
      this.cursor = state.cursor;
      await this.log.keepState(this.caseId, state);
      this.events.state(state);
    }
    if (changed.length) this.events.operations(changed);
  }
}

function isRefusedAsAWhole(reason: unknown): reason is Problem {
  return reason instanceof Problem && [400, 413, 422].includes(reason.status);
}

function refusal(operation: Operation, problem: Problem): OperationsAnswer {
  const result = { id: operation.id, status: "refused" as const, code: problem.code, detail: problem.message, field: problem.field };
  return { results: [result], cursor: operation.cursor ?? 0, state: null };
}
