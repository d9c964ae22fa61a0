/** Acts of the procedure: they need the server, so everything that waits goes first; each carries an id of its own. */

import { ref, type Ref } from "vue";
import { Problem, sentence } from "../field/api";
import { t } from "../field/i18n";
import { newId } from "../field/ids";
import type { Session } from "./session";
import type { CaseState } from "./types";

export interface Reason {
  field: string;
  words: string;
}

export interface Act {
  busy: Ref<boolean>;
  problem: Ref<string>;
  /** What stands in the way, where the server lists it. */
  reasons: Ref<Reason[]>;
  run: (act: string, payload?: Record<string, unknown>) => Promise<boolean>;
}

/** A button's act with what became of it. Pressed again after a lost answer, it is the same act, not a second one. */
export function useAct(session: Session): Act {
  const busy = ref(false);
  const problem = ref("");
  const reasons = ref<Reason[]>([]);
  const ids = new Map<string, string>();
  const run = async (act: string, payload: Record<string, unknown> = {}): Promise<boolean> => {
    busy.value = true;
    problem.value = "";
    reasons.value = [];
    const key = act + JSON.stringify(payload);
    const id = ids.get(key) ?? newId();
    ids.set(key, id);
    try {
      await settleOrFail(session);
      const answer = await session.api.post<{ state?: CaseState } | null>(`/enforcement/cases/${session.caseId}/acts`, { operation_id: id, act, payload });
      ids.delete(key);
      if (answer?.state && typeof answer.state === "object" && "cursor" in answer.state) session.server.value = answer.state;
      else await settleOrFail(session);
      return true;
    } catch (reason) {
      if (reason instanceof Problem) ids.delete(key);
      problem.value = sentence(reason);
      reasons.value = listed(reason);
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy, problem, reasons, run };
}

/** The fields that a problem names; one that is already its sentence is not said twice. */
function listed(reason: unknown): Reason[] {
  if (!(reason instanceof Problem)) return [];
  const errors = Array.isArray(reason.body.errors) ? (reason.body.errors as { field: string; detail: string }[]) : [];
  const all = errors.length ? errors.map((one) => ({ field: one.field, words: one.detail })) : [];
  if (!all.length && reason.field) return [{ field: reason.field, words: t("去填写") }];
  return all.map((one) => (one.words === reason.message ? { ...one, words: t("去填写") } : one));
}

/** Everything sent, or a sentence why not, without waiting for ever. */
export async function settleOrFail(session: Session, withinMs = 15_000): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Problem(0, session.line.value === "blocked" ? session.lineDetail.value : session.line.value === "signed_out" ? t("登录已过期，请重新登录后再做这一步") : t("现在离线，这一步要联网；已填内容都在本机"))), withinMs);
  });
  try {
    await Promise.race([session.settle(), late]);
  } finally {
    clearTimeout(timer);
  }
}
