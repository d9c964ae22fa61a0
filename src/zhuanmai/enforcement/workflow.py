"""The case's table at work: who may, and which terms of the deadlines room an act begins, meets or ends."""

from __future__ import annotations

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core.moves import Workflow, register
from zhuanmai.deadlines.acts import TermsOf
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.procedure import KIND, TABLE, Act, State
from zhuanmai.enforcement.workers import require_worker


def _guard(officer: Officer, permission: str, case: Case) -> None:
    """Work is for those who work on the case; a head's act for the heads of its bureau."""
    if permission == "enforcement.act":
        require_worker(officer, case)
    else:
        require(officer, permission, unit=case.bureau)


def acts_of(officer: Officer, case: Case) -> list[dict[str, str]]:
    """What the officer may do with the case now, by work (a head's acts come by approvals): code, words, article."""
    moves = (move for move in FLOW.possible(case, officer) if move.permission == "enforcement.act")
    return [{"code": move.act.value, "words": move.act.zh, "article": move.article} for move in moves]


FLOW: Workflow[State, Act] = Workflow(KIND, "案件", TABLE, _guard, TermsOf(KIND, "，不再立案"))
register(FLOW)
