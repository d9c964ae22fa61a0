"""What may be done in this room; the check of one case and the list of cases come from one rule."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q, QuerySet

from zhuanmai.accounts.models import Officer, Role
from zhuanmai.accounts.permissions import Permission, register, require, scope_units
from zhuanmai.approvals.permissions import waits_for
from zhuanmai.core.errors import NotAllowed, NotFound
from zhuanmai.enforcement.models import Case, CaseOfficer
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.fieldlog.queries import acted_on, operations_of

_HEADS = (Role.DEPARTMENT_HEAD, Role.LEGAL_HEAD, Role.BUREAU_HEAD)

register(
    Permission("enforcement.see", "查看案件", (Role.OFFICER, Role.SQUAD_LEADER, *_HEADS)),
    Permission(
        "enforcement.see_personal",
        "在案件页查看当事人完整信息（须说明理由，逐次留痕）",
        (Role.OFFICER, Role.SQUAD_LEADER, *_HEADS),
    ),
    Permission("enforcement.act", "办理案件：检查、清点、取证、签字、送达", (Role.OFFICER, Role.SQUAD_LEADER)),
    Permission("enforcement.assign", "指派、移交案件", (Role.SQUAD_LEADER, Role.DEPARTMENT_HEAD)),
    Permission("enforcement.approve_department", "签署承办部门意见", (Role.DEPARTMENT_HEAD,)),
    Permission("enforcement.approve_legal", "签署法制部门意见", (Role.LEGAL_HEAD,)),
    Permission("enforcement.approve_bureau", "签署单位负责人意见", (Role.BUREAU_HEAD,)),
    Permission("enforcement.value", "核定涉案物品价格", (Role.OFFICER, Role.SQUAD_LEADER, Role.VALUER)),
)


def visible_to(officer: Officer) -> Q:
    """The cases that an officer sees: of the units in their scope, their own, and those that they value."""
    own = Q(assignments__officer=officer, assignments__until_at=None)
    scope = Q(unit_id__in=scope_units(officer, "enforcement.see")) | Q(valuer=officer) | own
    return scope if officer.is_active else Q(pk__in=[])


def cases_of(officer: Officer) -> QuerySet[Case]:
    """The cases that an officer sees, each once."""
    return Case.objects.filter(pk__in=Case.objects.filter(visible_to(officer)).values("pk"))


def require_seen(officer: Officer, case_id: uuid.UUID) -> Case:
    """The case, or NotFound (no_case) where there is none or it is out of the officer's scope."""
    found = cases_of(officer).select_related("unit", "bureau", "inspection").filter(pk=case_id).first()
    if found is None:
        raise NotFound("no_case", "没有这个案件，或不在您的管辖范围内；请核对编号，或请承办人移交。")
    return found


_DIRECTS = ("case.hand_over",)  # a leader who gives the case to others does not investigate it


def conflicted(officer_ids: set[uuid.UUID], case_id: uuid.UUID) -> set[uuid.UUID]:
    """Those of the officers who investigated the case, now or ever, or opened it: such a person never approves it."""
    assigned = CaseOfficer.objects.filter(case_id=case_id, officer__in=officer_ids).values_list("officer_id")
    entered = operations_of(KIND, case_id).filter(actor__in=officer_ids).exclude(kind__in=_DIRECTS).order_by()
    opened = Case.objects.filter(pk=case_id, opened_by__in=officer_ids).values_list("opened_by_id")
    return {one for (one,) in assigned.union(entered.values_list("actor_id"), opened)}


def conflicts(officer: Officer) -> QuerySet[Any]:
    """The ids of the cases that the officer investigated, now or ever, or opened: the same rule, for lists."""
    entered = acted_on(KIND, officer).exclude(kind__in=_DIRECTS)
    return Case.objects.filter(
        Q(pk__in=CaseOfficer.objects.filter(officer=officer).values("case_id"))
        | Q(pk__in=entered.values("subject_id"))
        | Q(opened_by=officer)
    ).values("pk")


def works_on(officer: Officer, case: Case) -> bool:
    """Whether the officer is one of those who do the case now: its two, and who records."""
    if case.inspection.recorder_id == officer.pk:
        return True
    return case.assignments.filter(officer=officer, until_at=None).exists()


def decides_on(officer: Officer, case: Case) -> bool:
    """Whether an approval of the case waits for this officer."""
    return waits_for(officer, KIND, case.pk)


def require_worker(officer: Officer, case: Case) -> None:
    """Raise NotAllowed unless the officer works on the case: one of its two, or an officer of its squad."""
    if case.assignments.filter(officer=officer, until_at=None).exists():
        return
    require(officer, "enforcement.act", unit=case.unit)


def is_investigator(case: Case, officer: Officer) -> bool:
    """Whether the officer is one of the two of the case, now or before, or opened it."""
    return case.assignments.filter(officer=officer).exists() or case.opened_by_id == officer.pk


def require_take_over(case: Case, author: Officer | None, officer: Officer) -> None:
    """Raise NotAllowed (not_involved) unless both, who made an operation and who sends it, are or were of the case."""
    if author is None or not (is_investigator(case, author) and is_investigator(case, officer)):
        who = author.name if author else "原录入人"
        detail = f"只有本案的承办人之间可以接手；请等{who}登录上传，或先移交案件。"
        raise NotAllowed("not_involved", detail)
