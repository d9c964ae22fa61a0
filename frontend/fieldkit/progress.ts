/** How far a case is on the tablet: which steps are done, which acts may be done now, what became of a set of papers. */

import { t } from "../field/i18n";
import type { StepCode } from "./kinds";
import type { Shown } from "./reduce";
import type { CaseApproval, SetOutcome } from "./types";

/** The newest round of each matter, without what fell away when a round ended early. */
function standing(approvals: CaseApproval[]): CaseApproval[] {
  const newest = new Map<string, number>();
  for (const { purpose, round } of approvals) newest.set(purpose, Math.max(newest.get(purpose) ?? 0, round));
  return approvals.filter((one) => one.round === newest.get(one.purpose) && one.state !== "void");
}

/** Which steps carry their tick. */
export function stepsDone(shown: Shown): Record<StepCode, boolean> {
  const { inspection, counting, questionings, documents, parties } = shown;
  const approvals = standing(shown.approvals);
  const papers = documents.filter((one) => one.state !== "void");
  return {
    inspection: Boolean(inspection?.certificates_shown_at && parties.length),
    counting: Boolean(counting?.closed),
    questioning: questionings.some((one) => one.ended_at),
    approval: approvals.length > 0 && approvals.every((one) => one.state === "approved"),
    documents: papers.length > 0 && papers.every((one) => /^(sealed|signed|printed|served)/.test(one.state)),
    handover: papers.length > 0 && papers.every((one) => /^(printed|served)/.test(one.state)),
  };
}

const PURPOSES: Record<string, string> = { submit_registration: "registration", submit_filing: "filing" };

/** May the act be done now? As the server said last; what still waits here may open it, and goes first in any case. */
export function mayNow(shown: Shown, act: string): boolean {
  const purpose = PURPOSES[act];
  const asked = purpose ? askedWords(shown, purpose) : "";
  if (asked === "等待审批" || (asked === "已批准" && !shown.case.correcting)) return false;
  return shown.cursor === 0 || shown.unsent > 0 || shown.acts.some((one) => one.code === act);
}

/** How a matter stands that was submitted: it waits, or was agreed to; empty where it can be submitted (again). */
export function askedWords(shown: Shown, purpose: string): "" | "等待审批" | "已批准" {
  const asked = standing(shown.approvals).filter((one) => one.purpose === purpose);
  if (asked.some((one) => one.state === "waiting" || one.state === "upcoming")) return "等待审批";
  return asked.length && asked.every((one) => one.state === "approved") ? "已批准" : "";
}

/** What became of the papers of a set, each number with its word. */
export function setInWords(outcome: SetOutcome | null): { level: "success" | "warning"; words: string } {
  const { made = 0, unchanged = 0, incomplete = 0, failed = 0 } = outcome ?? {};
  const parts = [
    made && t("已生成 {n} 份", { n: made }), unchanged && t("{n} 份无变化", { n: unchanged }),
    incomplete && t("{n} 份缺事实，没有生成", { n: incomplete }), failed && t("{n} 份未能生成，点开看原因", { n: failed }),
  ].filter(Boolean);
  return { level: failed || !(made || unchanged) ? "warning" : "success", words: parts.join("，") || t("没有要生成的文书") };
}
