"""The terms of cases move to the deadlines room, which keeps terms of any subject; the room's own table goes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import migrations, transaction

from zhuanmai.core.ids import derived_id
from zhuanmai.deadlines.models import Deadline
from zhuanmai.ledger.services import append

# The events under which acts begin these terms; every other term is begun under its moment.
_EVENTS = {
    "verify_clue": "opened",
    "registered_goods": "registration",
    "file_after_action": "registration",
    "oral_approval": "oral_approval",
}
_KEPT = ("id", "created_at", "code", "trigger_at", "due", "due_at", "provisional", "note", "what", "source", "certainty")


def move(apps: Any, schema_editor: Any) -> None:
    """Each row under its own id; one that was met stays met. The ledger vouches for them under their new table."""
    deadline = apps.get_model("deadlines", "Deadline")
    made = deadline.objects.bulk_create(
        deadline(
            subject_kind="case",
            subject_id=row.case_id,
            event=_EVENTS.get(row.code) or row.trigger_at.astimezone(dt.UTC).isoformat(),
            ended_at=row.met_at,
            ending="met" if row.met_at else "",
            **{name: getattr(row, name) for name in _KEPT},
        )
        for row in apps.get_model("enforcement", "DeadlineRow").objects.all()
    )
    if made:  # a bureau that kept terms before; never on a new database
        with transaction.atomic():
            append(
                "deadlines.taken_over",
                actor_id=None,
                object_kind="deadlines",
                object_id=derived_id("deadlines", "taken_over"),
                facts={"count": len(made)},
                rows=Deadline.objects.filter(pk__in=[row.pk for row in made]),
            )


class Migration(migrations.Migration):
    dependencies = [
        ("enforcement", "0004_operation_made_by"),
        ("deadlines", "0001_initial"),
        ("ledger", "0001_initial"),
    ]
    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.DeleteModel(name="DeadlineRow"),
    ]
