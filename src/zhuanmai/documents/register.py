"""The register of numbers (文书编号登记簿): every number given, by unit, word and year, and what explains each gap."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.accounts.permissions import scope_units
from zhuanmai.accounts.queries import bureau_of
from zhuanmai.core.listing import number_of
from zhuanmai.documents import catalogue
from zhuanmai.documents.models import Document, IssuedNumber, Version
from zhuanmai.documents.numbering import gaps


@dataclass(frozen=True)
class Filters:
    """What the address asks for; empty: all."""

    unit: str = ""
    word: str = ""
    year: str = ""
    state: str = ""


@dataclass(frozen=True)
class NumberLine:
    """One number: the document that bears it, what became of it and why; `corrections` are the reasons of 更正."""

    text: str
    unit: str
    document: str
    state: str
    state_words: str
    reason: str
    corrections: tuple[str, ...]
    taken_at: dt.datetime

    @property
    def explained(self) -> str:
        """Why the number is void, or why the document was corrected."""
        return "；".join([self.reason] if self.reason else [f"更正：{one}" for one in self.corrections])


@dataclass(frozen=True)
class Series:
    """One series of numbers: how many were given, how many are void, and what nothing explains."""

    unit: Unit
    word: str
    year: int
    last: int
    void: int
    reserved: int
    gaps: tuple[int, ...]


def visible_to(officer: Officer) -> Q:
    """The numbers that an officer sees: of the bureaus of the units in their scope, and of those below."""
    units = Unit.objects.filter(pk__in=scope_units(officer, "documents.see_numbers"))
    return Q(unit__in={bureau_of(unit).pk for unit in units})


def numbers(officer: Officer, filters: Filters) -> QuerySet[IssuedNumber]:
    """The numbers that the officer sees, narrowed by the filters; the newest first."""
    found = IssuedNumber.objects.filter(visible_to(officer)).select_related("unit")
    if filters.unit:
        found = found.filter(unit__code=filters.unit)
    if filters.word:
        found = found.filter(word=filters.word)
    if year := number_of(filters.year):
        found = found.filter(year=year)
    if filters.state == "corrected":
        found = found.filter(document_id__in=Version.objects.filter(number__gt=1).values("document_id"))
    elif filters.state:
        found = found.filter(state=filters.state)
    return found.order_by("-year", "unit__code", "word", "-n")


def lines(rows: Iterable[IssuedNumber]) -> list[NumberLine]:
    """Numbers with their documents and the reasons of corrections, in three queries."""
    kept = list(rows)
    wanted = {row.document_id for row in kept if row.document_id}
    kinds = dict(Document.objects.filter(pk__in=wanted).values_list("pk", "kind"))
    reasons: dict[uuid.UUID, list[str]] = defaultdict(list)
    later = Version.objects.filter(document_id__in=wanted, number__gt=1).order_by("number")
    for document_id, reason in later.values_list("document_id", "reason"):
        reasons[document_id].append(reason)
    return [
        NumberLine(
            text=row.text,
            unit=row.unit.name,
            document=catalogue.kind(kinds[row.document_id]).name if row.document_id in kinds else "",
            state=row.state,
            state_words=str(row.get_state_display()),
            reason=row.reason,
            corrections=tuple(reasons[row.document_id]) if row.document_id else (),
            taken_at=row.created_at,
        )
        for row in kept
    ]


def series(rows: QuerySet[IssuedNumber]) -> list[Series]:
    """The series that the rows belong to, each as a whole, with the gaps that nothing explains."""
    named = set(rows.values_list("unit_id", "word", "year"))
    units = Unit.objects.in_bulk({unit_id for unit_id, _, _ in named})
    whole = IssuedNumber.objects.values("unit_id", "word", "year").annotate(
        last=Max("n"),
        void=Count("pk", filter=Q(state=IssuedNumber.State.VOID)),
        reserved=Count("pk", filter=Q(state=IssuedNumber.State.RESERVED)),
    )
    found = [
        Series(
            units[one["unit_id"]], one["word"], one["year"], one["last"], one["void"], one["reserved"],
            tuple(gaps(units[one["unit_id"]], one["word"], one["year"])),
        )
        for one in whole.filter(unit_id__in=units)
        if (one["unit_id"], one["word"], one["year"]) in named
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.year, one.unit.code, one.word))


def choices(officer: Officer) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: the units, words and years that there are."""
    seen = IssuedNumber.objects.filter(visible_to(officer)).order_by()
    return {
        "units": sorted(seen.values_list("unit__code", "unit__name").distinct()),
        "words": [(word, word) for word in sorted(set(seen.values_list("word", flat=True)))],
        "years": [(str(year), str(year)) for year in sorted(set(seen.values_list("year", flat=True)), reverse=True)],
    }
