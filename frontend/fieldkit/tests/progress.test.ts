// Ticks, buttons and messages follow what the server says of the case.
import { describe, expect, it } from "vitest";
import { askedWords, mayNow, setInWords, stepsDone } from "../progress";
import { emptyState, type Shown } from "../reduce";
import type { CaseApproval } from "../types";

const blank: Shown = { ...emptyState("c"), unsent: 0, cursor: 9 };
const asked = (state: string, round = 1, purpose = "filing"): CaseApproval => ({ purpose, round, state, step: "bureau_head" }) as CaseApproval;
const withApprovals = (...approvals: CaseApproval[]): Shown => ({ ...blank, approvals });

describe("the tick of step 4", () => {
  it.each([
    ["nothing was submitted", [], false], ["it waits", [asked("approved"), asked("waiting")], false],
    ["all agreed", [asked("approved"), asked("approved", 1, "registration")], true],
    ["an earlier round was returned", [asked("returned"), asked("void"), asked("approved", 2)], true],
    ["the last round was returned", [asked("approved"), asked("returned", 2)], false],
    ["the rest fell away", [asked("refused"), asked("void")], false],
  ] as const)("where %s", (_, approvals, done) => expect(stepsDone(withApprovals(...approvals)).approval).toBe(done));
});

describe("the buttons", () => {
  const acts = [{ code: "submit_filing", words: "呈报立案", article: "" }];
  it("follow what the state says is possible", () => {
    expect(mayNow({ ...blank, acts }, "submit_filing")).toBe(true);
    expect(mayNow({ ...blank, acts: [] }, "submit_filing")).toBe(false);
    expect(mayNow({ ...blank, acts }, "submit_registration")).toBe(false);
  });
  it("stay open while something waits to be sent, or the server said nothing yet", () => {
    expect(mayNow({ ...blank, unsent: 1 }, "submit_filing")).toBe(true);
    expect(mayNow({ ...blank, cursor: 0 }, "submit_filing")).toBe(true);
  });
  it.each([["waiting", "等待审批", false], ["upcoming", "等待审批", false], ["approved", "已批准", false], ["returned", "", true], ["refused", "", true]])(
    "say how a matter stands that is %s", (state, words, may) => {
      const shown = { ...withApprovals(asked(state)), acts };
      expect([askedWords(shown, "filing"), mayNow(shown, "submit_filing")]).toEqual([words, may]);
    });
  it("submit again what was agreed to, once signed facts are open for correction", () => {
    const shown = { ...withApprovals(asked("approved")), acts, case: { ...blank.case, correcting: "数量有误" } };
    expect(mayNow(shown, "submit_filing")).toBe(true);
  });
});

describe("what became of a set", () => {
  it.each([
    [{ made: 6, unchanged: 0, incomplete: 0, failed: 0 }, "success", "已生成 6 份"],
    [{ made: 0, unchanged: 4, incomplete: 0, failed: 0 }, "success", "4 份无变化"],
    [{ made: 0, unchanged: 0, incomplete: 7, failed: 3 }, "warning", "7 份缺事实，没有生成，3 份未能生成，点开看原因"],
    [{ made: 5, unchanged: 1, incomplete: 2, failed: 1 }, "warning", "已生成 5 份，1 份无变化，2 份缺事实，没有生成，1 份未能生成，点开看原因"],
    [{ made: 0, unchanged: 0, incomplete: 8, failed: 0 }, "warning", "8 份缺事实，没有生成"],
    [null, "warning", "没有要生成的文书"],
  ] as const)("%j", (outcome, level, words) => expect(setInWords(outcome)).toEqual({ level, words }));
});
