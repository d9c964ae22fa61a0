"""Messages are of a subject of any room, and keep the digest of what was sent and the day of its arrival."""

from __future__ import annotations

from typing import Any

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from zhuanmai.core.ids import derived_id
from zhuanmai.exchange.models import Message
from zhuanmai.ledger.services import append

# The digest stands in the entry of the act that wrote the message; it is not computed anew from what is kept today.
_KEPT_THEN = """update exchange_message set subject_kind = 'case',
    received_on = (received_at at time zone 'Asia/Shanghai')::date,
    sha256 = coalesce((select facts ->> 'sha256' from ledger_entry
        where kind = 'exchange.sent' and object_id = exchange_message.id limit 1), '');
update exchange_reconciliation set unknown_here = (
    select jsonb_agg(jsonb_build_object('key', key, 'kind', '', 'day', ''))
    from jsonb_array_elements_text(unknown_here) as key)
    where jsonb_array_length(unknown_here) > 0;"""


def vouch(apps: Any, schema_editor: Any) -> None:
    """The ledger vouches for the messages with their new columns; their content is what it was."""
    if apps.get_model("exchange", "Message").objects.exists():  # a bureau that sent before; never on a new database
        rows = list(Message.objects.all())
        append(
            "exchange.carried_over",
            actor_id=None,
            object_kind="exchange",
            object_id=derived_id("exchange", "carried_over"),
            facts={"count": len(rows)},
            rows=rows,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_work"),
        ("exchange", "0002_work"),
        ("ledger", "0001_initial"),
    ]
    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name="message", name="content_stays"),
        migrations.RenameField("message", "case_id", "subject_id"),
        migrations.AlterField("message", "subject_id", models.UUIDField()),
        migrations.AddField("message", "subject_kind", models.CharField(default="", max_length=40), preserve_default=False),
        migrations.AddField("message", "sha256", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField("message", "received_on", models.DateField(null=True)),
        migrations.AddField("reconciliation", "since", models.DateField(null=True)),
        migrations.AddField("reconciliation", "until", models.DateField(null=True)),
        migrations.AlterField("message", "kind", models.CharField(max_length=40)),
        migrations.AlterField("message", "partner", models.CharField(max_length=20)),
        migrations.AlterField("reconciliation", "partner", models.CharField(max_length=20)),
        migrations.RunSQL(_KEPT_THEN, migrations.RunSQL.noop),
        migrations.AddIndex("message", models.Index(fields=["subject_kind", "subject_id"], name="exchange_message_subject")),
        migrations.AddIndex("message", models.Index(fields=["partner", "kind"], name="exchange_message_partner")),
        migrations.AddIndex("reconciliation", models.Index(fields=["partner", "created_at"], name="exchange_reconciliation_of")),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(name='content_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."partner" IS DISTINCT FROM (NEW."partner") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."subject_kind" IS DISTINCT FROM (NEW."subject_kind") OR OLD."subject_id" IS DISTINCT FROM (NEW."subject_id") OR OLD."body" IS DISTINCT FROM (NEW."body") OR OLD."files" IS DISTINCT FROM (NEW."files") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b063fed9794835b88929756e32eb9dd19e9528e8', operation='UPDATE', pgid='pgtrigger_content_stays_6eb97', table='exchange_message', when='BEFORE')),
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop),
    ]
