"""Who works on a case: who ever did (and so never decides on it), who does now, who may, and who may begin to.

Each is defined here once. Whoever decided on a case, or whose post was used for it, never works on it afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.accounts.permissions import holds_within, require
from zhuanmai.approvals.models import Approval
from zhuanmai.approvals.queries import deciders_of
from zhuanmai.core.errors import NotAllowed, Refused
from zhuanmai.documents.models import SignatureBlock
from zhuanmai.enforcement.models import Case, CaseOfficer, Inspection
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.fieldlog.models import FieldOperation

WORK, VALUE = "enforcement.act", "enforcement.value"
_DIRECTS = ("case.hand_over",)  # a leader who gives the case to others does not work on it
_SIGNS = ("officer", "server", "valuer")  # the roles in which who works on a case signs
_DECIDED = "已对本案签署审批意见或者口头批准，不能再办理本案（行政处罚法 57、58）"


class _Trace(NamedTuple):
    """Rows that show who worked on a case: the columns that name the case and the officer."""

    rows: Callable[[], QuerySet[Any]]
    case: str
    officer: str


def _entered() -> QuerySet[Any]:
    return FieldOperation.objects.filter(subject_kind=KIND).exclude(kind__in=_DIRECTS).order_by()


def _signed() -> QuerySet[Any]:
    return SignatureBlock.objects.filter(version__document__subject_kind=KIND, role__in=_SIGNS).order_by()


_TRACES = (
    _Trace(lambda: CaseOfficer.objects.order_by(), "case_id", "officer_id"),
    _Trace(lambda: Inspection.objects.order_by(), "case_id", "recorder_id"),
    _Trace(lambda: Case.objects.order_by(), "pk", "opened_by_id"),
    _Trace(lambda: Case.objects.order_by(), "pk", "valuer_id"),
    _Trace(_entered, "subject_id", "actor_id"),
    _Trace(_entered, "subject_id", "made_by_id"),
    _Trace(_signed, "version__document__subject_id", "officer_id"),
    _Trace(lambda: Approval.objects.filter(subject_kind=KIND).order_by(), "subject_id", "asked_by_id"),
)


def conflicted(officer_ids: set[uuid.UUID], case_id: uuid.UUID) -> set[uuid.UUID]:
    """Those of the officers who ever worked on the case: its two of now and before, who records, opened, values,
    entered something, signed as one of these, or submitted it. None of them ever decides on it; one query."""
    found = [
        one.rows().filter(**{one.case: case_id, f"{one.officer}__in": officer_ids}).values_list(one.officer)
        for one in _TRACES
    ]
    return {officer for (officer,) in found[0].union(*found[1:])}


def conflicts(officer: Officer) -> QuerySet[Any]:
    """The ids of the cases on which the officer ever worked: the same rule, for lists."""
    scope = Q()
    for one in _TRACES:
        scope |= Q(pk__in=one.rows().filter(**{one.officer: officer.pk}).values(one.case))
    return Case.objects.filter(scope).values("pk")


def is_assigned(officer: Officer, case: Case) -> bool:
    """Whether the officer is one of the two of the case now, and holds a post for it."""
    assigned = case.assignments.filter(officer=officer, until_at=None).exists()
    return assigned and holds_within(officer, WORK, case.bureau)


def values(officer: Officer, case: Case) -> bool:
    """Whether the officer values the goods of the case now, and holds a post for it."""
    return case.valuer_id == officer.pk and holds_within(officer, VALUE, case.bureau)


def works_on(officer: Officer, case: Case) -> bool:
    """Whether the officer is one of those who do the case now: its two, and who records."""
    if case.inspection.recorder_id == officer.pk:
        return holds_within(officer, WORK, case.bureau)
    return is_assigned(officer, case)


def require_worker(officer: Officer, case: Case) -> None:
    """Raise NotAllowed unless the officer does the case now, or is an officer of its squad who never decided on it."""
    if works_on(officer, case):
        return
    require(officer, WORK, unit=case.unit)
    if officer.pk in deciders_of(KIND, case.pk):
        raise NotAllowed("decided_here", f"您{_DECIDED}；请由承办人办理。")


def require_take_over(case: Case, author: Officer | None, officer: Officer) -> None:
    """Raise NotAllowed (not_involved) unless who made an operation ever worked on the case, and who sends it does."""
    if author is None or not conflicted({author.pk}, case.pk) or not works_on(officer, case):
        who = author.name if author else "原录入人"
        detail = f"只有本案的承办人之间可以接手；请等{who}登录上传，或先移交案件。"
        raise NotAllowed("not_involved", detail)


def require_fit(pair: Sequence[Officer], bureau: Unit, case: Case | None = None) -> None:
    """Raise Refused unless both may be the officers of a case of this bureau: no_post (they act nowhere in it),
    decided_here, values_here (of `case`, where it is there already)."""
    for one in pair:
        if not holds_within(one, WORK, bureau):
            detail = f"{one.name}在{bureau.name}没有办案岗位，不能承办本案；请换人，或请安全管理员授予岗位。"
            raise Refused("no_post", detail, "officer_ids")
    if case is None:
        return
    for one in pair:
        _require_undecided(one, case, "officer_ids")
        if case.valuer_id == one.pk:
            detail = f"{one.name}是本案的核价人，不能同时承办本案；请换人，或先另行指定核价人。"
            raise Refused("values_here", detail, "officer_ids")


def require_valuer(officer: Officer, case: Case) -> None:
    """Raise Refused unless the officer may value the goods of the case: not_a_valuer (no post in its bureau),
    works_here (they work on it otherwise, or did), decided_here."""
    if not holds_within(officer, VALUE, case.bureau):
        detail = f"{officer.name}没有{case.bureau.name}的核价岗位；请选择本局核价人，或请管理员授予岗位。"
        raise Refused("not_a_valuer", detail, "officer_id")
    _require_undecided(officer, case, "officer_id")
    if case.valuer_id != officer.pk and conflicted({officer.pk}, case.pk):
        detail = f"{officer.name}办理过本案，不能核定本案物品的价格；请选择其他核价人。"
        raise Refused("works_here", detail, "officer_id")


def _require_undecided(officer: Officer, case: Case, field: str) -> None:
    if officer.pk in deciders_of(KIND, case.pk):
        raise Refused("decided_here", f"{officer.name}{_DECIDED}；请换人。", field)
