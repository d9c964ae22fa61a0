"""core's own jobs."""

from __future__ import annotations

import datetime as dt
import uuid

from procrastinate import JobContext
from procrastinate.contrib.django import app

from zhuanmai.core import backups, events, jobs, pace, work
from zhuanmai.core.clock import now
from zhuanmai.core.models import SeenOperation

KEEP_OPERATION_IDS = dt.timedelta(days=30)


@app.task(name="core.handle_event", retry=10)
def handle_event(event_id: str) -> None:
    """Tell every handler of an event that has not heard it."""
    events.handle(event_id)


@app.task(name="core.backup")
def make_backup(backup_id: str) -> None:
    """Make a backup that was asked for on a page."""
    backups.run(backup_id=uuid.UUID(backup_id))


@app.periodic(cron="* * * * *")
@app.task(name="core.sweep", queueing_lock="core.sweep", priority=10, pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:
    """Go on with what dead workers left behind."""
    work.recover(by=context.job.id)
    jobs.forget_done("core.sweep")
    pace.forget()


@app.periodic(cron="17 3 * * *")
@app.task(name="core.forget_operation_ids")
def forget_operation_ids(timestamp: int) -> None:
    """Forget operation ids older than 30 days."""
    SeenOperation.objects.filter(at__lt=now() - KEEP_OPERATION_IDS).delete()
