"""Jobs: what waits. Procrastinate tasks, deferred by name inside the transaction that needs them."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app


def defer(name: str, *, queueing_lock: str | None = None, in_seconds: int | None = None, **arguments: Any) -> None:
    """Put a task in the queue, in the running transaction: it exists if and only if the transaction commits.

    `queueing_lock`: at most one waiting job with this lock; a second is silently the first.
    """
    if queueing_lock is not None:
        # The partial unique index would abort the caller's transaction, so look before asking.
        waiting = app.job_manager.list_jobs(queueing_lock=queueing_lock, status="todo")
        if list(waiting):
            return
    schedule = {"seconds": in_seconds} if in_seconds else None
    app.configure_task(name, queueing_lock=queueing_lock, schedule_in=schedule).defer(**arguments)
