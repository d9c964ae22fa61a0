"""What can be asked of approvals: those of subjects, what waits for an officer, what they decided, oral approvals."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from zhuanmai.accounts.models import Officer
from zhuanmai.approvals.models import Approval, OralApproval
from zhuanmai.approvals.permissions import waiting_for


def approvals_of(kind: str, subject_id: uuid.UUID) -> list[Approval]:
    """The approvals of a subject in the order in which they were asked."""
    return list(Approval.objects.filter(subject_kind=kind, subject_id=subject_id).select_related("officer"))


def approvals_of_many(kind: str, subject_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Approval]]:
    """The approvals of many subjects at once, by subject; one query."""
    found: dict[uuid.UUID, list[Approval]] = defaultdict(list)
    for row in Approval.objects.filter(subject_kind=kind, subject_id__in=list(subject_ids)):
        found[row.subject_id].append(row)
    return found


def oral_of(kind: str, subject_id: uuid.UUID, purpose: str) -> OralApproval | None:
    """The oral approval of a matter, where one was recorded."""
    query = OralApproval.objects.filter(subject_kind=kind, subject_id=subject_id, purpose=purpose)
    return query.select_related("by").first()


def orally_approved(kind: str, subject_ids: Iterable[uuid.UUID], purpose: str) -> set[uuid.UUID]:
    """Those of the subjects whose matter was approved orally; one query."""
    query = OralApproval.objects.filter(subject_kind=kind, subject_id__in=list(subject_ids), purpose=purpose)
    return set(query.values_list("subject_id", flat=True))


def deciders_of(kind: str, subject_id: uuid.UUID) -> set[uuid.UUID]:
    """Who decided anything on a subject, in any round, with an own post or a lent one, whose post that was, and who
    approved orally."""
    of = Q(subject_kind=kind, subject_id=subject_id)
    found = Approval.objects.filter(of, officer__isnull=False).values_list("officer_id", "on_behalf_of_id")
    oral = OralApproval.objects.filter(of).values_list("by_id", flat=True)
    return {one for pair in found for one in pair if one} | set(oral)


def decided_by(officer: Officer, limit: int = 10) -> list[Approval]:
    """What the officer decided lately, the newest first."""
    return list(Approval.objects.filter(officer=officer).order_by("-decided_at")[:limit])


def count_waiting(officer: Officer) -> int:
    """How many approvals wait for this officer."""
    return len(waiting_for(officer))
