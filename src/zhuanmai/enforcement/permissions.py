"""What may be done in this room; the check of one case and the list of cases come from one rule."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from zhuanmai.accounts.models import Officer, Role
from zhuanmai.accounts.permissions import Permission, may, register, scope_units
from zhuanmai.approvals.permissions import waits_for
from zhuanmai.core.errors import NotFound
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.procedure import KIND

_HEADS = (Role.DEPARTMENT_HEAD, Role.LEGAL_HEAD, Role.BUREAU_HEAD)

register(
    Permission("enforcement.see", "查看案件", (Role.OFFICER, Role.SQUAD_LEADER, *_HEADS)),
    Permission(
        "enforcement.open", "打开案件列表（所见限于管辖内和本人办理、核价的案件）",
        (Role.OFFICER, Role.SQUAD_LEADER, *_HEADS, Role.VALUER),
    ),
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
)  # fmt: skip


def visible_to(officer: Officer) -> Q:
    """The cases that an officer sees: of the units in their scope, and, with a post for it, their own and those that
    they value."""
    scope = Q(unit_id__in=scope_units(officer, "enforcement.see"))
    if may(officer, "enforcement.act"):
        scope |= Q(assignments__officer=officer, assignments__until_at=None)
    if may(officer, "enforcement.value"):
        scope |= Q(valuer=officer)
    return scope


def cases_of(officer: Officer) -> QuerySet[Case]:
    """The cases that an officer sees, each once."""
    return Case.objects.filter(pk__in=Case.objects.filter(visible_to(officer)).values("pk"))


def require_seen(officer: Officer, case_id: uuid.UUID) -> Case:
    """The case, or NotFound (no_case) where there is none or it is out of the officer's scope."""
    found = cases_of(officer).select_related("unit", "bureau", "inspection").filter(pk=case_id).first()
    if found is None:
        raise NotFound("no_case", "没有这个案件，或不在您的管辖范围内；请核对编号，或请承办人移交。")
    return found


def decides_on(officer: Officer, case: Case) -> bool:
    """Whether an approval of the case waits for this officer."""
    return waits_for(officer, KIND, case.pk)
