"""What this room does when the reference room tells it that days or terms changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict

from zhuanmai.core.events import on
from zhuanmai.core.models import Event
from zhuanmai.deadlines.models import Deadline
from zhuanmai.deadlines.services import count_again, facts_of
from zhuanmai.deadlines.subjects import kind_of
from zhuanmai.ledger.services import append, as_found
from zhuanmai.reference.calendar import days


@on("reference.calendar_changed")
def count_terms_again(event: Event) -> None:
    """Holidays or terms changed: every run that is open is counted again; what moved is on the ledger."""
    moved: dict[str, set[uuid.UUID]] = defaultdict(set)
    calendar, changed = days(), list[tuple[Deadline, dt.date]]()
    for row in map(as_found, Deadline.objects.select_for_update().filter(ended_at=None).order_by("pk")):
        before = row.due
        if count_again(row, calendar):
            moved[row.subject_kind].add(row.subject_id)
            changed.append((row, before))
    for kind, ids in sorted(moved.items()):
        kind_of(kind).changed(ids)
    for row, before in changed:
        append(
            "deadlines.counted_again",
            actor_id=None,
            object_kind="deadline",
            object_id=row.pk,
            case_id=row.subject_id,
            facts={**facts_of(row), "before": before},
            rows=[row],
        )
