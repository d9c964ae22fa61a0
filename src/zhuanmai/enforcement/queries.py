"""What can be asked of cases: lists with filters, what waits for an officer; scoped to who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import may
from zhuanmai.documents.queries import waiting_for_signature
from zhuanmai.enforcement.models import Case, CaseOfficer, Party
from zhuanmai.enforcement.permissions import cases_of


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
    found = cases_of(officer).select_related("bureau", "unit", "inspection")
    found = found.prefetch_related("parties", "causes")
    if filters.words:
        found = found.filter(_matches(officer, filters.words)).distinct()
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.since:
        found = found.filter(clue_day__gte=filters.since)
    if filters.until:
        found = found.filter(clue_day__lte=filters.until)
    if filters.mine:
        found = found.filter(assignments__officer=officer, assignments__until_at=None)
    return found.order_by("-opened_at")


def _matches(officer: Officer, words: str) -> Q:
    """Words against what is no secret, and against people only where the officer may see them: no search confirms
    a name or a number to somebody who may not (what it confirms to others is entered: `personal.note_search`)."""
    people = by_personal(words)
    if not may(officer, "enforcement.see_personal"):
        people &= own_cases(officer)
    return people | (
        Q(clue_no__icontains=words)
        | Q(number__icontains=words)
        | Q(inspection__shop_name__icontains=words)
        | Q(inspection__address__icontains=words)
        | Q(parties__licence_no__startswith=words)
        | Q(parties__kind=Party.Kind.ORGANISATION, parties__name__icontains=words)
        | Q(lines__barcode=words)
    )


def by_personal(words: str) -> Q:
    """Cases whose people have such a name, or a phone that ends so."""
    named = Q(parties__name__icontains=words) & ~Q(parties__kind=Party.Kind.ORGANISATION)
    return named | Q(parties__phone__endswith=words)


def own_cases(officer: Officer) -> Q:
    """The cases that the officer does now."""
    return Q(pk__in=CaseOfficer.objects.filter(officer=officer, until_at=None).values("case_id"))


def unsigned_documents(officer: Officer) -> list[tuple[Case, int]]:
    """The officer's own cases with how many documents wait for their signature, the newest case first."""
    own = Case.objects.filter(assignments__officer=officer, assignments__until_at=None)
    waiting = waiting_for_signature(own.values("pk"), officer=officer, roles=("officer", "server"))
    valued = waiting_for_signature(Case.objects.filter(valuer=officer).values("pk"), officer=officer, roles=("valuer",))
    counts = {pk: waiting.get(pk, 0) + valued.get(pk, 0) for pk in {*waiting, *valued}}
    found = Case.objects.filter(pk__in=counts).select_related("inspection").order_by("-opened_at")
    return [(case, counts[case.pk]) for case in found]
