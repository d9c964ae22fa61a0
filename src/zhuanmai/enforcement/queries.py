"""What can be asked of cases: lists with filters, what waits for an officer; scoped to who asks."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import may
from zhuanmai.core import search
from zhuanmai.core.masking import LONG_NUMBER, LONG_PHONE
from zhuanmai.core.once import once
from zhuanmai.core.search import Leg, Look, Reading, all_keys, person_number
from zhuanmai.documents.queries import waiting_for_signature
from zhuanmai.enforcement.models import Case, CaseOfficer, Inspection, ItemLine, Party
from zhuanmai.enforcement.permissions import cases_of, visible_to
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.reference.typed import answering


@dataclass(frozen=True)
class Filters:
    """Filters of the case list, as they stand in the address."""

    words: str = ""
    state: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    mine: bool = False


def _parties() -> QuerySet[Party]:
    return Party.objects.filter(removed_at=None)


def _organisations() -> QuerySet[Party]:
    return _parties().filter(kind=Party.Kind.ORGANISATION)


def _people() -> QuerySet[Party]:
    return _parties().exclude(kind=Party.Kind.ORGANISATION)


def _lines() -> QuerySet[ItemLine]:
    return ItemLine.objects.filter(quantity__gt=0)


def cases(officer: Officer, filters: Filters) -> QuerySet[Case]:
    """The cases that the officer sees, newest first, narrowed by the filters."""
    found = cases_of(officer).select_related("bureau", "unit", "inspection")
    found = found.prefetch_related("parties", "causes")
    if filters.words:
        found = found.filter(pk__in=all_keys(legs(officer, reads(filters.words))))
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.since:
        found = found.filter(clue_day__gte=filters.since)
    if filters.until:
        found = found.filter(clue_day__lte=filters.until)
    if filters.mine:
        found = found.filter(assignments__officer=officer, assignments__until_at=None)
    return found.order_by("-opened_at")


_OPEN = (
    Look("number", Case.objects.all, "clue_no"),
    Look("number", Case.objects.all, "number"),
    Look("licence", _parties, "licence_no", "case_id"),
    Look("credit_code", _organisations, "id_no", "case_id"),
    Look("barcode", _lines, "barcode", "case_id"),
    Look("number_part", Case.objects.all, "clue_no__contains"),
    Look("number_part", Case.objects.all, "number__contains"),
    Look("licence_end", _parties, "licence_no__endswith", "case_id"),
    Look("barcode_end", _lines, "barcode__endswith", "case_id"),
    Look("name", _organisations, "name__icontains", "case_id"),
    Look("name", Inspection.objects.all, "shop_name__icontains", "case_id"),
    Look("name", Inspection.objects.all, "address__icontains", "case_id"),
)
_PEOPLE = (
    *person_number("id", _people, "id_no", shown_from=LONG_NUMBER, key="case_id"),
    *person_number("phone", _people, "phone", shown_from=LONG_PHONE, key="case_id"),
    Look("name", _people, "name__icontains", "case_id"),
)
reads = answering(
    "number", "number_part", "licence", "licence_end", "credit_code", "barcode", "barcode_end", "id", "id_end",
    "phone", "phone_end", "name",
)  # fmt: skip


def legs(officer: Officer, readings: Sequence[Reading], *, sent: bool = True) -> list[Leg]:
    """Where cases are looked for: among those that the officer sees, by what is no secret; by their people only in the
    officer's own cases, unless they may see people and sent the words. No search confirms a name or a number to
    somebody who may not (what it confirms to others is entered: `personal.note_search`)."""
    seen = _within(Case.objects.filter(visible_to(officer)))
    people = by_people(readings, seen if sent and may(officer, "enforcement.see_personal") else own(officer))
    return [*people, *search.legs(_OPEN, readings, seen)]


def by_people(readings: Sequence[Reading], within: Callable[[str], Q]) -> list[Leg]:
    """Where cases are looked for by the names, numbers and phones of their people."""
    return search.legs(_PEOPLE, readings, within)


def of_others(officer: Officer) -> Callable[[str], Q]:
    """The cases that the officer sees and does not do now, by the column that names them."""
    return _within(cases_of(officer).exclude(own_cases(officer)))


def own(officer: Officer) -> Callable[[str], Q]:
    """The cases that the officer does now, by the column that names them."""
    return _within(Case.objects.filter(own_cases(officer)))


def _within(found: QuerySet[Case]) -> Callable[[str], Q]:
    return lambda column: Q(**{f"{column}__in": found.values("pk")})


def own_cases(officer: Officer) -> Q:
    """The cases that the officer does now."""
    return Q(pk__in=CaseOfficer.objects.filter(officer=officer, until_at=None).values("case_id"))


def unsigned_documents(officer: Officer) -> list[tuple[Case, int]]:
    """The officer's own cases with how many documents wait for their signature, the newest case first."""
    own = Case.objects.filter(assignments__officer=officer, assignments__until_at=None)
    waiting = waiting_for_signature(KIND, own.values("pk"), officer=officer, roles=("officer", "server"))
    valued = valuations_waiting(officer)
    counts = {pk: waiting.get(pk, 0) + valued.get(pk, 0) for pk in {*waiting, *valued}}
    found = Case.objects.filter(pk__in=counts).select_related("inspection").order_by("-opened_at")
    return [(case, counts[case.pk]) for case in found]


def to_value(officer: Officer) -> QuerySet[Case]:
    """The cases whose goods the officer values, the newest first."""
    found = Case.objects.filter(valuer=officer).select_related("bureau", "unit", "inspection")
    return found.order_by("-opened_at")


def count_to_value(officer: Officer) -> int:
    """Of how many cases a valuation waits for the officer's signature."""
    return len(valuations_waiting(officer))


def valuations_waiting(officer: Officer) -> dict[uuid.UUID, int]:
    """How many valuations wait for the officer's signature, by case."""
    if not may(officer, "enforcement.value"):
        return {}
    mine = Case.objects.filter(valuer=officer).values("pk")
    return once(
        ("valuations", officer.pk),
        lambda: waiting_for_signature(KIND, mine, officer=officer, roles=("valuer",)),
    )


def unsigned_in(officer: Officer, case: Case) -> int:
    """How many documents of a case wait for the officer's signature."""
    own = CaseOfficer.objects.filter(case=case, officer=officer, until_at=None).values("case_id")
    waiting = waiting_for_signature(KIND, own, officer=officer, roles=("officer", "server")).get(case.pk, 0)
    if case.valuer_id == officer.pk:
        waiting += waiting_for_signature(KIND, [case.pk], officer=officer, roles=("valuer",)).get(case.pk, 0)
    return waiting
