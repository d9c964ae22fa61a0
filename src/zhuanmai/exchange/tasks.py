"""The exchange's jobs: deliver one message, look for those that nobody delivers, reconcile."""

from __future__ import annotations

import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from zhuanmai.core import jobs
from zhuanmai.exchange import lost, reconciliation
from zhuanmai.exchange.services import deliver


@app.task(name="exchange.deliver", retry=RetryStrategy(max_attempts=8, exponential_wait=2))
def deliver_message(message_id: str) -> None:
    """Try to deliver one message."""
    deliver(message_id=uuid.UUID(message_id))


@app.periodic(cron="*/2 * * * *")
@app.task(name="exchange.sweep", queueing_lock="exchange.sweep")
def sweep(timestamp: int) -> None:
    """See to messages that wait although nobody will send them."""
    lost.look_after()
    jobs.forget_done("exchange.sweep")


@app.task(name="exchange.reconcile", retry=RetryStrategy(max_attempts=3, exponential_wait=2))
def reconcile(reconciliation_id: str) -> None:
    """Compare both sides and keep the outcome."""
    reconciliation.run(reconciliation_id=uuid.UUID(reconciliation_id))
