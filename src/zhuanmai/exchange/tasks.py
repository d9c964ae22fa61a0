"""The exchange's jobs: deliver one message; sweep up what a lost job left behind."""

from __future__ import annotations

import datetime as dt
import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from zhuanmai.core.clock import now
from zhuanmai.core.jobs import defer
from zhuanmai.exchange.models import Message
from zhuanmai.exchange.services import deliver

_OVERDUE = dt.timedelta(minutes=2)


@app.task(name="exchange.deliver", retry=RetryStrategy(max_attempts=20, exponential_wait=2))
def deliver_message(message_id: str) -> None:
    """Try to deliver one message."""
    deliver(message_id=uuid.UUID(message_id))


@app.periodic(cron="*/2 * * * *")
@app.task(name="exchange.sweep")
def sweep(timestamp: int) -> None:
    """Deliver again what should have been tried long ago (a worker was killed in the middle)."""
    before = now() - _OVERDUE
    for pk, next_at, created in Message.objects.filter(state=Message.State.WAITING).values_list(
        "pk", "next_at", "created_at"
    ):
        if (next_at or created) < before:
            defer("exchange.deliver", queueing_lock=f"sweep-{pk}", message_id=str(pk))
