"""Jobs: what waits. Procrastinate tasks, deferred by name inside the transaction that needs them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from zhuanmai.core import ports
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict, NotFound
from zhuanmai.core.ids import derived_id
from zhuanmai.core.models import Event

STATES = {
    "todo": _("Waiting"),
    "doing": _("Running"),
    "failed": _("Failed"),
    "succeeded": _("Done"),
    "cancelled": _("Cancelled"),
    "aborted": _("Cancelled"),
}
_TASKS = {
    "alerts.daily": _("The day's alerts"),
    "alerts.missed": _("Make up for a missed analysis"),
    "alerts.run": _("Raise alerts from the lake"),
    "alerts.sweep": _("Give out alerts, mark late ones"),
    "lake.import": _("Import a file into the lake"),
    "lake.sweep": _("Go on with imports left behind"),
    "core.backup": _("Make a backup"),
    "core.forget_operation_ids": _("Forget old operation ids"),
    "core.handle_event": _("Tell other rooms what happened"),
    "deadlines.remind": _("Remind of terms"),
    "enforcement.seal_ready": _("Seal signed documents"),
    "exchange.deliver": _("Deliver a message"),
    "exchange.reconcile": _("Reconcile with the partner"),
    "exchange.sweep": _("Deliver what was left behind"),
    "ledger.retain": _("Erase personal parts that are due"),
    "ledger.seal": _("Seal the ledger"),
}


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


@dataclass(frozen=True)
class Job:
    """A job as the page shows it: what it does, where it stands, and why it waits or failed."""

    row: Any
    words: str
    state: str
    why: str


def listed(*, state: str = "", task: str = "") -> QuerySet[Any]:
    """Jobs, newest first, by state and task where these are given."""
    found = ProcrastinateJob.objects.order_by("-id")
    if state in STATES:
        found = found.filter(status=state)
    return found.filter(task_name=task) if task else found


def shown(rows: Any) -> list[Job]:
    """Jobs of one page, with why each waits or failed."""
    kept = list(rows)
    ids = [row.args["event_id"] for row in kept if row.task_name == "core.handle_event" and "event_id" in row.args]
    events = {str(event.pk): event for event in Event.objects.filter(pk__in=ids)}
    return [
        Job(
            row, task_words(row.task_name), str(STATES[row.status]), _why(row, events.get(row.args.get("event_id", "")))
        )
        for row in kept
    ]


def counts() -> dict[str, int]:
    """How many jobs stand in each state."""
    return dict(ProcrastinateJob.objects.order_by().values_list("status").annotate(n=Count("pk")))


def task_names() -> list[tuple[str, str]]:
    """Every task of ours, with its words."""
    app.perform_import_paths()
    return sorted((name, task_words(name)) for name in app.tasks if name.partition(".")[0] != "builtin")


def task_words(name: str) -> str:
    """What a task does, in words; one without words as it is named."""
    return str(_TASKS.get(name, name))


def retry(*, actor_id: uuid.UUID, job_id: int) -> None:
    """Do a failed job again. Raises NotFound (no_job), Conflict (not_failed)."""
    with transaction.atomic():
        row = ProcrastinateJob.objects.select_for_update().filter(pk=job_id).first()
        if row is None:
            raise NotFound("no_job", "没有这个任务，可能已清理；请刷新列表。")
        if row.status != "failed":
            raise Conflict("not_failed", "该任务没有失败，无需重做。")
        app.job_manager.retry_job_by_id(job_id, now())
        ports.get(ports.Ledger).append(  # type: ignore[type-abstract]
            "core.job_retried",
            actor_id=actor_id,
            object_kind="job",
            object_id=derived_id("job", job_id),
            facts={"task": row.task_name, "job": job_id},
        )


def _why(row: Any, event: Event | None) -> str:
    """Why a job waits or failed, in words."""
    told = f"{event.kind} {event.last_error}".strip() if event else ""
    words: Any = ""
    match row.status:
        case "todo" if row.scheduled_at and row.scheduled_at > now():
            words = _("until its time has come") if not row.attempts else _("to be tried again")
        case "todo":
            words = _("until a worker is free")
        case "failed":
            words = _("failed after %(n)s attempts; the worker's log says why") % {"n": row.attempts}
    return f"{words} {told}".strip()
