"""Who may decide: who holds the step's post, never worked on the subject, and gave no other opinion of the round."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhuanmai.accounts.models import Delegation, Officer, Role, Unit
from zhuanmai.accounts.permissions import Permission, powers, register, require, scope_units
from zhuanmai.approvals.models import Approval
from zhuanmai.approvals.subjects import Step, step_of, subject_of, subjects
from zhuanmai.core.errors import NotAllowed

register(
    Permission("approvals.see", "查看等待本人审批的事项", (Role.DEPARTMENT_HEAD, Role.LEGAL_HEAD, Role.BUREAU_HEAD)),
)


def deciders(kind: str, subject_id: uuid.UUID, step: Step, unit: Unit) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Who holds a step's post today, own or lent, each with whose posts they may decide this subject with.

    With none: they worked on the subject, or everybody did who lent them the post.
    """
    held = powers(step.permission, unit)
    conflicted = subject_of(kind).conflicted({*held}.union(*held.values()), subject_id)
    return {one: set() if one in conflicted else posts - conflicted for one, posts in held.items()}


def require_decider(officer: Officer, row: Approval) -> uuid.UUID:
    """Whose post the officer decides with: their own id, or the lender's.

    Raises NotAllowed: not_allowed (not their post), investigator_approves (they, or everybody who lent them the post,
    worked on the subject), one_step_each (they gave an opinion in this round already).
    """
    step, subject = step_of(row), subject_of(row.subject_kind)
    require(officer, step.permission, unit=row.unit)
    posts = deciders(row.subject_kind, row.subject_id, step, row.unit).get(officer.pk, set())
    if not posts:
        whose = "您" if subject.conflicted({officer.pk}, row.subject_id) else "委托您的负责人"
        detail = f"{whose}是本案的承办人，不得审批本案（行政处罚法 57、58）；请由其他负责人办理。"
        raise NotAllowed("investigator_approves", detail)
    if _round_of(row).filter(officer=officer).exclude(pk=row.pk).exists():
        detail = "您已在本轮审批中签署过意见，同一人不能签署两级意见；请由其他负责人办理。"
        raise NotAllowed("one_step_each", detail)
    return officer.pk if officer.pk in posts else min(posts)


def waiting_for(officer: Officer) -> list[Approval]:
    """The approvals that wait for this officer and that they may decide, the oldest first."""
    return _really(officer, _approvable_by(officer).select_related("unit", "asked_by").order_by("asked_at"))


def waits_for(officer: Officer, kind: str, subject_id: uuid.UUID) -> bool:
    """Whether an approval of this subject waits for the officer, and they may decide it."""
    return bool(_really(officer, _approvable_by(officer).filter(subject_kind=kind, subject_id=subject_id)))


def _really(officer: Officer, query: QuerySet[Approval]) -> list[Approval]:
    """Who decides with a lent post is asked one by one: the lender may have worked on the subject."""
    found = list(query)
    if not Delegation.objects.filter(to=officer, revoked_at=None).exists():
        return found
    return [row for row in found if _may_decide(officer, row)]


def _may_decide(officer: Officer, row: Approval) -> bool:
    try:
        require_decider(officer, row)
    except NotAllowed:
        return False
    return True


def _approvable_by(officer: Officer) -> QuerySet[Approval]:
    wanted, own = Q(pk__in=[]), Q(pk__in=[])
    for subject in subjects():
        steps = {(code, step.role, step.permission) for code, one in subject.matters.items() for step in one.steps}
        units = {permission: scope_units(officer, permission) for _, _, permission in steps}
        for code, role, permission in steps:
            if units[permission]:
                wanted |= Q(subject_kind=subject.kind, purpose=code, step=role, unit_id__in=units[permission])
        own |= Q(subject_kind=subject.kind, subject_id__in=subject.conflicts(officer))
    given = Approval.objects.filter(
        subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"), purpose=OuterRef("purpose"),
        round=OuterRef("round"), officer=officer,
    )  # fmt: skip
    return Approval.objects.filter(wanted, ~Exists(given), state=Approval.State.WAITING).exclude(own)


def _round_of(row: Approval) -> QuerySet[Approval]:
    return Approval.objects.filter(
        subject_kind=row.subject_kind, subject_id=row.subject_id, purpose=row.purpose, round=row.round
    )
