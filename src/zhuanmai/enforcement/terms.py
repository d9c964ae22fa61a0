"""Legal terms of a case: begun by an act, met by another; counted by the reference room's calendar only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import get_language

from zhuanmai.core.clock import now
from zhuanmai.enforcement.models import Case, DeadlineRow
from zhuanmai.ledger.services import as_found
from zhuanmai.reference.calendar import counted, days, english_words, term


def begin(case: Case, code: str, trigger: dt.datetime) -> DeadlineRow:
    """Begin a term; one that began already keeps its first trigger."""
    row = DeadlineRow.objects.filter(case=case, code=code).first()
    if row is not None:
        return row
    row = DeadlineRow(case=case, code=code, trigger_at=trigger)
    _count(row)
    row.save(force_insert=True)
    return row


def worded(rows: Iterable[DeadlineRow]) -> list[tuple[DeadlineRow, str]]:
    """Each term with what is due by it, in the reader's language."""
    english = english_words() if (get_language() or "").startswith("en") else {}
    return [(row, english.get(row.code, row.what)) for row in rows]


def count_again(row: DeadlineRow) -> bool:
    """Count a term again after the calendar changed; True if its end moved."""
    before = (row.due, row.due_at, row.provisional)
    _count(row)
    if (row.due, row.due_at, row.provisional) == before:
        return False
    row.save()
    return True


def meet(case: Case, *codes: str) -> list[DeadlineRow]:
    """The act that these terms waited for was done; returns the rows that changed."""
    rows = list(DeadlineRow.objects.filter(case=case, code__in=codes, met_at=None))
    for row in rows:
        as_found(row).met_at = now()
        row.save(update_fields=["met_at"])
    return rows


def _count(row: DeadlineRow) -> None:
    rule = term(row.code)
    due = counted(rule, row.trigger_at, days())
    row.due, row.due_at, row.provisional, row.note = due.date, due.at, due.provisional, due.note
    row.what, row.source, row.certainty = rule.what, rule.source, rule.certainty
