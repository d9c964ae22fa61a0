"""Operations from tablets move to the field log, which keeps those of any subject; the room's own tables go."""

from __future__ import annotations

from typing import Any

from django.db import migrations, transaction

from zhuanmai.core.ids import derived_id
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.ledger.services import append

_TABLET = ("id", "created_at", "tablet", "officer_id", "taken_to", "unsent", "last_seen")
_OPERATION = (
    "id", "created_at", "tablet", "n", "kind", "at", "received_at", "actor_id", "made_by_id", "payload", "effect",
    "cursor", "status", "code", "detail", "field", "undone_by",
)


def move(apps: Any, schema_editor: Any) -> None:
    """Each row under its own id. The ledger vouches for the operations under their new table."""
    tablets, operations = (apps.get_model("fieldlog", name) for name in ("Tablet", "FieldOperation"))
    tablets.objects.bulk_create(
        tablets(
            subject_kind="case", subject_id=row.case_id, tallied=row.scans,
            **{name: getattr(row, name) for name in _TABLET},
        )
        for row in apps.get_model("enforcement", "Tablet").objects.all()
    )
    made = operations.objects.bulk_create(
        operations(subject_kind="case", subject_id=row.case_id, **{name: getattr(row, name) for name in _OPERATION})
        for row in apps.get_model("enforcement", "FieldOperation").objects.all()
    )
    if made:  # a bureau that worked in the field before; never on a new database
        with transaction.atomic():
            append(
                "fieldlog.carried_over",
                actor_id=None,
                object_kind="fieldlog",
                object_id=derived_id("fieldlog", "carried_over"),
                facts={"count": len(made)},
                rows=FieldOperation.objects.filter(pk__in=[row.pk for row in made]),
            )


class Migration(migrations.Migration):
    dependencies = [
        ("enforcement", "0006_no_clue_state"),
        ("fieldlog", "0001_initial"),
        ("ledger", "0001_initial"),
    ]
    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.DeleteModel(name="FieldOperation"),
        migrations.DeleteModel(name="Tablet"),
    ]
