"""The room's jobs: seal what is completely signed; remind of deadlines that come near."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from procrastinate.contrib.django import app

from zhuanmai.core.clock import today
from zhuanmai.enforcement.models import DeadlineRow
from zhuanmai.enforcement.signing import seal_ready
from zhuanmai.ledger.services import append

REMIND_DAYS = 2


@app.task(name="enforcement.seal_ready", retry=5)
def seal_ready_documents(case_id: str) -> None:
    """Seal every document of a case that nobody has to sign any more, and report it."""
    seal_ready(case_id=uuid.UUID(case_id))


@app.periodic(cron="7 8 * * *")
@app.task(name="enforcement.remind")
def remind(timestamp: int) -> None:
    """Put a reminder on the ledger and the home page for each term that ends within two days."""
    day = today()
    near = DeadlineRow.objects.filter(met_at=None, due__lte=day + dt.timedelta(days=REMIND_DAYS)).exclude(
        reminded_on=day
    )
    for row in near:
        with transaction.atomic():
            row.reminded_on = day
            row.save(update_fields=["reminded_on"])
            facts = {"code": row.code, "what": row.what[:80], "due": row.due}
            append(
                "enforcement.reminded",
                actor_id=None,
                object_kind="case",
                object_id=row.case_id,
                case_id=row.case_id,
                facts=facts,
            )
