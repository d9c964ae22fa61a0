"""What can be asked of terms: those of a subject, those that run out, the list with its filters; scoped to who asks."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.accounts.permissions import scope_units
from zhuanmai.core.clock import today
from zhuanmai.core.errors import NotFound
from zhuanmai.core.headings import Heading
from zhuanmai.core.left import Left
from zhuanmai.deadlines.left import left_of
from zhuanmai.deadlines.models import Deadline
from zhuanmai.deadlines.subjects import Subject, kind_of, kinds, seen_by, works_on
from zhuanmai.reference.calendar import english_words
from zhuanmai.reference.shipped import first_reminder

STATES = ("open", "over", "met", "cancelled", "lapsed")


@dataclass(frozen=True)
class Filters:
    """Filters of the list, as they stand in the address."""

    state: str = "open"
    mine: bool = False
    unit: uuid.UUID | None = None
    code: str = ""
    kind: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class Line:
    """A run as lists show it: with what is due in the reader's language, and its subject."""

    row: Deadline
    words: str
    subject: Heading
    urgent: bool
    over: bool
    left: Left | None


def of_subject(subject: Subject) -> list[Deadline]:
    """The runs of a subject, the nearest first; what is over and done among them."""
    return list(Deadline.objects.filter(subject_kind=subject.kind, subject_id=subject.id))


def running_out(officer: Officer, limit: int = 20) -> list[Line]:
    """Runs that are open in what the officer sees, the nearest first."""
    return lines(Deadline.objects.filter(seen_by(officer), ended_at=None).order_by("due", "pk")[:limit])


def listed(officer: Officer, filters: Filters) -> QuerySet[Deadline]:
    """The runs that the officer sees, narrowed by the filters."""
    found = Deadline.objects.filter(seen_by(officer), _in_state(filters.state))
    if filters.mine:
        found = found.filter(_of_kinds({kind.code: kind.own(officer) for kind in kinds()}))
    if filters.unit:
        found = found.filter(_of_kinds({kind.code: kind.of_units([filters.unit]) for kind in kinds()}))
    if filters.code:
        found = found.filter(code=filters.code)
    if filters.kind:
        found = found.filter(subject_kind=filters.kind)
    if filters.since:
        found = found.filter(due__gte=filters.since)
    if filters.until:
        found = found.filter(due__lte=filters.until)
    return found


def one(officer: Officer, deadline_id: uuid.UUID) -> Line:
    """One run. Raises NotFound (no_deadline) where there is none or it is not for the officer."""
    row = Deadline.objects.filter(seen_by(officer), pk=deadline_id).first()
    if row is None:
        raise NotFound("no_deadline", "没有这个期限，或不在您的管辖范围内；请刷新后重试。")
    return lines([row])[0]


def may_close(officer: Officer, row: Deadline) -> bool:
    """Whether the officer may say by hand that what the run waited for was done."""
    if row.ended_at is not None or row.code in kind_of(row.subject_kind).met_by_acts:
        return False
    return works_on(officer, Subject(row.subject_kind, row.subject_id))


def terms_in_use(officer: Officer) -> list[tuple[str, str]]:
    """Code and words of every term that runs or ran in what the officer sees."""
    rows = Deadline.objects.filter(seen_by(officer)).order_by("code").values_list("code", "what").distinct("code")
    words = _words()
    return sorted(((code, words.get(code, what)) for code, what in rows), key=lambda pair: pair[1])


def units_of(officer: Officer) -> list[Unit]:
    """The units whose terms the officer may ask for."""
    return list(Unit.objects.filter(pk__in=scope_units(officer, "deadlines.see")).order_by("code"))


def worded(rows: Iterable[Deadline]) -> list[tuple[Deadline, str]]:
    """Each run with what is due by it, in the reader's language."""
    words = _words()
    return [(row, words.get(row.code, row.what)) for row in rows]


def lines(rows: Iterable[Deadline]) -> list[Line]:
    """Runs as lists show them; a query for each kind of subject."""
    found = worded(rows)
    ids: dict[str, set[uuid.UUID]] = defaultdict(set)
    for row, _ in found:
        ids[row.subject_kind].add(row.subject_id)
    shown = {kind: kind_of(kind).headings(some) for kind, some in ids.items()}
    nobody, left = Heading("", "", ""), left_of(row for row, _words in found)
    return [
        Line(
            row,
            words,
            shown[row.subject_kind].get(row.subject_id, nobody),
            is_urgent(row),
            is_over(row),
            left.get(row.pk),
        )
        for row, words in found
    ]


def is_over(row: Deadline) -> bool:
    """Whether an open run is past its last day and does not stand still (in the list: `_over`)."""
    return row.ended_at is None and not row.is_stopped and row.due < today()


def _over() -> Q:
    return Q(ended_at=None, due__lt=today()) & ~Q(stops__contains=[{"last": None}])


def is_urgent(row: Deadline) -> bool:
    """Whether an open run ends within the days of the first reminder, or is over."""
    near = today() + dt.timedelta(days=first_reminder())
    return row.ended_at is None and not row.is_stopped and row.due <= near


def _words() -> dict[str, str]:
    return english_words() if (get_language() or "").startswith("en") else {}


def _in_state(state: str) -> Q:
    if state == "open":
        return Q(ended_at=None)
    if state == "over":
        return _over()
    return Q(ending=state) if state in Deadline.Ending.values else Q()


def _of_kinds(ids: dict[str, QuerySet[Any]]) -> Q:
    found = Q(pk__in=[])
    for code, some in ids.items():
        found |= Q(subject_kind=code, subject_id__in=some)
    return found
