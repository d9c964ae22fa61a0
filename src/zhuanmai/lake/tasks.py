"""The lake's jobs: import one file, and go on with imports whose worker was killed."""

from __future__ import annotations

import uuid

import structlog
from django.db.models import Q
from procrastinate.contrib.django import app

from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.lake.models import Import
from zhuanmai.lake.services import SILENT, look_after, run

log = structlog.get_logger(__name__)


@app.task(name="lake.import")
def import_file(import_id: str) -> None:
    """Import one file; a refusal is on the import's own row."""
    try:
        run(import_id=uuid.UUID(import_id))
    except Refused as error:
        log.warning("lake.import_refused", code=error.code)


@app.periodic(cron="*/2 * * * *")
@app.task(name="lake.sweep")
def sweep(timestamp: int) -> None:
    """See to imports that have said nothing for long: their worker was killed, or their job was lost."""
    before = now() - SILENT
    silent = Q(seen_at__lt=before) | Q(seen_at=None, created_at__lt=before)
    for row in Import.objects.filter(silent, state__in=(Import.State.WAITING, Import.State.RUNNING)):
        look_after(row)
