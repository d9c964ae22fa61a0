"""What must hold before an operation on a case: an act of the procedure, or the one rule for what is only recorded."""

from __future__ import annotations

from zhuanmai.core.errors import Refused
from zhuanmai.enforcement.operations.cases import SIGNED, CaseWork
from zhuanmai.enforcement.procedure import Act, allowed
from zhuanmai.enforcement.workers import require_worker
from zhuanmai.enforcement.workflow import FLOW
from zhuanmai.fieldlog.subjects import by_act
from zhuanmai.fieldlog.work import Waits

recording_oral_approval = by_act(FLOW, Act.RECORD_ORAL_APPROVAL)
handing_over = by_act(FLOW, Act.HAND_OVER)


def only_recorded(work: CaseWork) -> None:
    """What is true whatever state the case is in: whoever works on it now may record it. Raises NotAllowed."""
    if work.asked is not None:
        require_worker(work.asked, work.case)


def entering_facts(work: CaseWork) -> None:
    """Facts are entered until the decision; afterwards only while they are corrected.

    Raises NotAllowed, Conflict (wrong_state), Refused (signed).
    """
    if _correcting(work):
        FLOW.check(work.case, Act.CORRECT_FACTS, work.asked)
        return
    if allowed(work.case.state, Act.CORRECT_FACTS) and not allowed(work.case.state, Act.ENTER_FACTS):
        only_recorded(work)
        raise Refused("signed", SIGNED)
    FLOW.check(work.case, Act.ENTER_FACTS, work.asked)


def counting(work: CaseWork) -> None:
    """Goods are counted until counting is closed, or while facts are corrected; what comes later waits (Waits).

    Raises NotAllowed, Conflict (wrong_state).
    """
    if _correcting(work):
        FLOW.check(work.case, Act.CORRECT_FACTS, work.asked)
    elif work.case.is_closed:
        only_recorded(work)
        raise Waits("counting_closed", "清点已结束，1 条待并入；继续清点后自动并入，不会丢失。")
    else:
        FLOW.check(work.case, Act.COUNT, work.asked)


def closing(work: CaseWork) -> None:
    """Counting is closed once; whoever comes second finds it closed. Raises NotAllowed, Conflict (wrong_state)."""
    if work.case.is_closed:
        only_recorded(work)
    else:
        FLOW.check(work.case, Act.CLOSE_COUNTING, work.asked)


def reopening(work: CaseWork) -> None:
    """Counting goes on once; whoever comes second finds it open. Raises NotAllowed, Conflict (wrong_state)."""
    if work.case.is_closed:
        FLOW.check(work.case, Act.REOPEN_COUNTING, work.asked)
    else:
        only_recorded(work)


def _correcting(work: CaseWork) -> bool:
    return bool(work.case.correcting) and allowed(work.case.state, Act.CORRECT_FACTS)
