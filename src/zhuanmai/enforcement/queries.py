"""What can be asked of cases: lists with filters, what waits for an officer; scoped to who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from zhuanmai.accounts.models import Officer
from zhuanmai.documents.queries import waiting_for_signature
from zhuanmai.enforcement.models import Approval, Case
from zhuanmai.enforcement.permissions import approvable_by, cases_of


@dataclass(frozen=True)
class Filters:
    """Filters of the case list, as they stand in the address."""

    words: str = ""
    state: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    mine: bool = False


def cases(officer: Officer, filters: Filters) -> QuerySet[Case]:
    """The cases that the officer sees, newest first, narrowed by the filters."""
    found = cases_of(officer).select_related("bureau", "unit", "inspection", "oral_approval")
    found = found.prefetch_related("parties", "causes", "approvals")
    if filters.words:
        found = found.filter(_matches(filters.words)).distinct()
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.since:
        found = found.filter(clue_day__gte=filters.since)
    if filters.until:
        found = found.filter(clue_day__lte=filters.until)
    if filters.mine:
        found = found.filter(assignments__officer=officer, assignments__until_at=None)
    return found.order_by("-opened_at")


def _matches(words: str) -> Q:
    return (
        Q(clue_no__icontains=words)
        | Q(number__icontains=words)
        | Q(inspection__shop_name__icontains=words)
        | Q(inspection__address__icontains=words)
        | Q(parties__name__icontains=words)
        | Q(parties__licence_no__startswith=words)
        | Q(parties__phone__endswith=words)
        | Q(lines__barcode=words)
    )


def waiting_approvals(officer: Officer) -> list[Approval]:
    """Approvals that wait for this officer, the oldest first."""
    return list(
        approvable_by(officer).select_related("case__inspection", "case__bureau", "asked_by").order_by("asked_at")
    )


def unsigned_documents(officer: Officer) -> list[tuple[Case, int]]:
    """The officer's own cases with how many documents wait for their signature, the newest case first."""
    own = Case.objects.filter(assignments__officer=officer, assignments__until_at=None)
    waiting = waiting_for_signature(own.values("pk"), officer=officer, roles=("officer", "server"))
    valued = waiting_for_signature(Case.objects.filter(valuer=officer).values("pk"), officer=officer, roles=("valuer",))
    counts = {pk: waiting.get(pk, 0) + valued.get(pk, 0) for pk in {*waiting, *valued}}
    found = Case.objects.filter(pk__in=counts).select_related("inspection").order_by("-opened_at")
    return [(case, counts[case.pk]) for case in found]


def count_waiting(officer: Officer) -> int:
    """How many approvals wait for this officer."""
    return approvable_by(officer).count()
