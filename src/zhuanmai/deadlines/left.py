"""What is left of runs: counted as their terms are counted, in working days, calendar days or hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from zhuanmai.core.clock import now, today
from zhuanmai.core.left import Counted, Left
from zhuanmai.deadlines.models import Deadline
from zhuanmai.reference import calendar
from zhuanmai.reference.calendar import Days
from zhuanmai.reference.models import DeadlineTerm


def left_of(rows: Iterable[Deadline]) -> dict[object, Left]:
    """What is left of each run that goes on, by its id; two queries. One that ended or stands still has nothing."""
    going = [row for row in rows if row.ended_at is None and not row.is_stopped]
    if not going:
        return {}
    units, days = dict(DeadlineTerm.objects.values_list("code", "unit")), calendar.days()
    return {row.pk: left(row.due, row.due_at, units.get(row.code, ""), today(), now(), days) for row in going}


def left(due: dt.date, due_at: dt.datetime | None, unit: str, day: dt.date, moment: dt.datetime, days: Days) -> Left:
    """What is left on a day, at a moment. `unit`: working, calendar; a term that ends at a moment counts in hours.

    Hours before the end count when they are full, hours after it when they have begun.
    """
    if due_at is not None:
        return Left(int((due_at - moment).total_seconds() // 3600), Counted.HOURS)
    if unit == Counted.WORKING:
        found = days.working_between(day, due)
        # Past the end, but not by a working day yet: it is over all the same.
        return Left(found, Counted.WORKING) if found or day <= due else Left((due - day).days)
    return Left((due - day).days)
