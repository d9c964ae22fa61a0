"""The room's job: remind once at each stage, and close what expired by itself."""

from __future__ import annotations

import datetime as dt
import uuid

from procrastinate.contrib.django import app

from zhuanmai.core.clock import now, today
from zhuanmai.core.one_by_one import all_of
from zhuanmai.deadlines.models import Deadline
from zhuanmai.deadlines.reminding import stage, to_remind
from zhuanmai.deadlines.rules import Rule
from zhuanmai.deadlines.services import facts_of
from zhuanmai.ledger.services import append, as_found
from zhuanmai.reference.calendar import term
from zhuanmai.reference.shipped import first_reminder


@app.periodic(cron="7 8 * * *")
@app.task(name="deadlines.remind")
def remind(timestamp: int) -> None:
    """Each open run that reached a new stage is on the ledger once; a term of the other side that is over lapses.

    A run that cannot be looked at (its term is gone) is in the log, holds up no other, and leaves the job failed.
    """
    near = Deadline.objects.filter(ended_at=None, due__lte=today() + dt.timedelta(days=first_reminder()))
    all_of(list(near.values_list("pk", flat=True)), _looked_at, event="deadlines.not_reminded")


def _looked_at(pk: uuid.UUID) -> None:
    row = Deadline.objects.select_for_update().filter(pk=pk, ended_at=None).first()
    if row is None or row.is_stopped:
        return
    rule, left = Rule.of(term(row.code)), (row.due - today()).days
    if rule.lapses and left < 0:
        as_found(row)
        row.ended_at, row.ending = now(), Deadline.Ending.LAPSED
        row.save(update_fields=["ended_at", "ending"])
        _note("deadlines.lapsed", row, rows=[row])
        return
    reached = stage(rule.reminders, left, lapses=rule.lapses)
    if to_remind(reached, row.reminded):
        row.reminded = reached
        row.save(update_fields=["reminded"])
        _note("deadlines.reminded", row, stage=reached)


def _note(kind: str, row: Deadline, *, rows: list[Deadline] | None = None, **more: object) -> None:
    append(
        kind,
        actor_id=None,
        object_kind="deadline",
        object_id=row.pk,
        case_id=row.subject_id,
        facts={**facts_of(row), **more},
        rows=rows or [],
    )
