"""What this room does when the reference room tells it that days or terms changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict

from zhuanmai.core.events import on
from zhuanmai.core.models import Event
from zhuanmai.core.one_by_one import one_by_one
from zhuanmai.deadlines.models import Deadline
from zhuanmai.deadlines.services import counts_otherwise, facts_of
from zhuanmai.deadlines.subjects import kind_of
from zhuanmai.ledger.services import append, as_found
from zhuanmai.reference.calendar import days


@on("reference.calendar_changed")
def count_terms_again(event: Event) -> None:
    """Holidays or terms changed: every run that is open is counted again; what moved is on the ledger.

    As an act does, this holds the subjects first, then their runs. A run that begins meanwhile is counted by the new
    days anyway; one that cannot be counted (its term is gone) stays as it is, and is in the log.
    """
    calendar, moving = days(), defaultdict[str, set[uuid.UUID]](set)
    wanted = list[uuid.UUID]()

    def look(row: Deadline) -> None:
        if counts_otherwise(row, calendar):
            moving[row.subject_kind].add(row.subject_id)
            wanted.append(row.pk)

    one_by_one(Deadline.objects.filter(ended_at=None).order_by("pk"), look, event="deadlines.not_counted")
    for kind, ids in sorted(moving.items()):
        kind_of(kind).changed(ids)
    for row in Deadline.objects.select_for_update().filter(pk__in=wanted, ended_at=None).order_by("pk"):
        before = as_found(row).due
        if counts_otherwise(row, calendar):
            row.save()
            _note(row, before)


def _note(row: Deadline, before: dt.date) -> None:
    append(
        "deadlines.counted_again",
        actor_id=None,
        object_kind="deadline",
        object_id=row.pk,
        case_id=row.subject_id,
        facts={**facts_of(row), "before": before},
        rows=[row],
    )
