"""The exchange's jobs: deliver one message, reconcile, sweep up what a lost job left behind."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from zhuanmai.core.clock import now
from zhuanmai.core.jobs import defer
from zhuanmai.exchange import reconciliation
from zhuanmai.exchange.models import Message
from zhuanmai.exchange.services import deliver

_OVERDUE = dt.timedelta(minutes=2)


@app.task(name="exchange.deliver", retry=RetryStrategy(max_attempts=20, exponential_wait=2))
def deliver_message(message_id: str) -> None:
    """Try to deliver one message."""
    deliver(message_id=uuid.UUID(message_id))


@app.task(name="exchange.reconcile", retry=RetryStrategy(max_attempts=3, exponential_wait=2))
def reconcile(reconciliation_id: str) -> None:
    """Compare both sides and keep the outcome."""
    reconciliation.run(reconciliation_id=uuid.UUID(reconciliation_id))


@app.periodic(cron="*/2 * * * *")
@app.task(name="exchange.sweep")
def sweep(timestamp: int) -> None:
    """Deliver again what should have been tried long ago (a worker was killed in the middle)."""
    before = now() - _OVERDUE
    overdue = Q(next_at__lt=before) | Q(next_at=None, created_at__lt=before)
    for pk in Message.objects.filter(overdue, state=Message.State.WAITING).values_list("pk", flat=True):
        defer("exchange.deliver", queueing_lock=f"sweep-{pk}", message_id=str(pk))
