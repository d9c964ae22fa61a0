/**
 * Sends operations in their order, batch by batch. What the server refuses for good is never sent again: a batch that it
 * does not understand is split until the one is alone; where it refuses the officer or the subject, sending stops.
 */

import { Problem, type Api } from "./api";
import { t } from "./i18n";
import { NOT_OURS, type Operation, type OperationsAnswer } from "./operations";

export interface Delivery {
  api: Api;
  /** Where the server has the subject. */
  path: string;
  tablet: string;
  /** How many go at once at most. */
  batch: number;
  /** Somebody else's, taken over openly. */
  takenOver?: boolean;
  waiting: () => Operation[];
  /** The server's answer to some of them; afterwards these are no longer among those that wait. */
  took: (answer: OperationsAnswer) => Promise<void>;
}

/** The server refused who asks or what is asked about, not one operation: it stays here until somebody does something. */
export class Blocked extends Error {}

const NOT_UNDERSTOOD = [400, 413, 422];
const LATER = [401, 408, 409, 425, 429];

export async function deliver(delivery: Delivery): Promise<void> {
  const { batch: most, waiting, took } = delivery;
  let size = most;
  for (let batch = waiting().slice(0, size); batch.length; batch = waiting().slice(0, size)) {
    let answer: OperationsAnswer;
    try {
      answer = await post(delivery, batch);
    } catch (reason) {
      if (!(reason instanceof Problem) || !isForGood(reason)) throw reason;
      if (!NOT_UNDERSTOOD.includes(reason.status)) throw new Blocked(reason.message);
      if (batch.length > 1) {
        size = Math.ceil(batch.length / 2);
        continue;
      }
      answer = refusal(batch[0]!, reason);
    }
    const known = new Set(batch.map((operation) => operation.id));
    const results = answer.results.filter((result) => known.has(result.id));
    if (!results.length) throw new Error(t("服务器没有回答这批操作"));
    await took({ ...answer, results });
    const foreign = results.find((result) => NOT_OURS.includes(result.code ?? ""));
    if (foreign) throw new Blocked(foreign.detail || t("这几步由别人录入，没有上传"));
    size = Math.min(most, size * 2);
  }
}

/** Would the same again be answered otherwise? Not where the server understood and said no. */
export function isForGood(reason: Problem): boolean {
  const stale = reason.status === 403 && ["", "bad_request"].includes(reason.code);
  return reason.status >= 400 && reason.status < 500 && !LATER.includes(reason.status) && !stale;
}

function post({ api, path, tablet, takenOver, waiting }: Delivery, batch: Operation[]): Promise<OperationsAnswer> {
  const over = (by: string): { taken_over_from?: string } => (takenOver ? { taken_over_from: by } : {});
  return api.post(`${path}/operations`, {
    tablet,
    unsent: Math.max(0, waiting().length - batch.length),
    operations: batch.map(({ id, n, by, kind, at, payload }) => ({ id, n, by, ...over(by), kind, at, payload })),
  });
}

function refusal(operation: Operation, problem: Problem): OperationsAnswer {
  const result = { id: operation.id, status: "refused" as const, code: problem.code, detail: problem.message, field: problem.field };
  return { results: [result], cursor: operation.cursor ?? 0 };
}
