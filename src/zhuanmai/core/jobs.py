"""Jobs: what waits. Procrastinate tasks, deferred by name inside the transaction that needs them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager

from zhuanmai.core import ports
from zhuanmai.core.errors import Conflict, NotFound
from zhuanmai.core.ids import derived_id
from zhuanmai.core.models import Event, Work

# The queue on Django's own connection, and so in its transaction; a worker's own one is on another, also within tasks.
QUEUE = JobManager(DjangoConnector())
DEAD_AFTER = dt.timedelta(seconds=settings.WORKER_DEAD_SECONDS)
STATES = {
    "todo": _("Waiting"),
    "doing": _("Running"),
    "failed": _("Failed"),
    "succeeded": _("Done"),
    "cancelled": _("Cancelled"),
    "aborted": _("Cancelled"),
}
_LEFT = _("Left behind")  # under way, but its worker is dead
_TASKS = {
    "accounts.clear_expired": _("Clear away what has run out"),
    "accounts.note_refusals": _("Note what was refused often"),
    "alerts.daily": _("The day's alerts"),
    "alerts.missed": _("Make up for a missed analysis"),
    "alerts.run": _("Raise alerts from the lake"),
    "alerts.sweep": _("Give out alerts, mark late ones"),
    "lake.import": _("Import a file into the lake"),
    "core.backup": _("Make a backup"),
    "core.forget_operation_ids": _("Forget old operation ids"),
    "core.handle_event": _("Tell other rooms what happened"),
    "core.sweep": _("Go on with what was left behind"),
    "deadlines.remind": _("Remind of terms"),
    "documents.make": _("Make a set of papers"),
    "enforcement.seal_ready": _("Seal signed documents"),
    "exchange.deliver": _("Deliver a message"),
    "exchange.reconcile": _("Reconcile with the partner"),
    "exchange.sweep": _("See to messages that nobody sends"),
    "ledger.anchor": _("Anchor the ledger's head"),
    "ledger.retain": _("Erase personal parts that are due"),
    "ledger.seal": _("Seal the ledger"),
}
_STEPS: dict[str, Mapping[str, Any]] = {}


def named_tasks() -> dict[str, Any]:
    """What the platform's own tasks are called on pages."""
    return dict(_TASKS)


def name_task(task: str, words: Any) -> None:
    """Register what a room's task is called on pages."""
    _TASKS[task] = words


def forget_task(task: str) -> None:
    """Take a task's words back, for tests that register one of their own."""
    _TASKS.pop(task, None)


def name_steps(task: str, words: Mapping[str, Any]) -> None:
    """Register what the steps of a task are called on pages."""
    _STEPS[task] = words


def step_words(row: Work) -> str:
    """What is being done just now, in words; empty before the first step."""
    return str(_STEPS.get(row.task, {}).get(row.step, row.step))


def defer(name: str, *, in_seconds: int | None = None, **arguments: Any) -> int:
    """Put a task in the queue, in the running transaction: it exists if and only if the transaction commits.

    Returns the job's number.
    """
    schedule = {"seconds": in_seconds} if in_seconds else None
    job: int = JobDeferrer(QUEUE, app.configure_task(name, schedule_in=schedule).job).defer(**arguments)
    return job


def real_now() -> dt.datetime:
    """The queue and its workers live by real time, whatever the clock of a demonstration says."""
    return dt.datetime.now(dt.UTC)


def living_workers() -> QuerySet[Any]:
    """Workers whose heart has beaten within the last minute, by the database's clock."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=Now() - DEAD_AFTER)


def living_jobs() -> QuerySet[Any]:
    """Jobs that a living worker does."""
    return ProcrastinateJob.objects.filter(status="doing", worker__in=living_workers())


def dead_jobs() -> QuerySet[Any]:
    """Jobs that stand as under way, whose worker is gone or has not beaten for a minute."""
    gone = Q(worker=None) | ~Q(worker__in=living_workers())
    return ProcrastinateJob.objects.filter(gone, status="doing").order_by("pk")


def is_alive(row: Work) -> bool:
    """Whether somebody is at it: its job's worker, or the command that does it, was heard of within the last minute."""
    if row.job_id is None:
        return row.alive_at is not None and real_now() - row.alive_at < DEAD_AFTER
    return living_jobs().filter(pk=row.job_id).exists()


@dataclass(frozen=True)
class Job:
    """A job as the page shows it: what it does, where it stands, how far it is or why it waits, whether it is dead."""

    row: Any
    words: str
    state: str
    why: str
    is_dead: bool


def listed(*, state: str = "", task: str = "") -> QuerySet[Any]:
    """Jobs, newest first, by state and task where these are given."""
    found = ProcrastinateJob.objects.order_by("-id")
    if state in STATES:
        found = found.filter(status=state)
    return found.filter(task_name=task) if task else found


def shown(rows: Any) -> list[Job]:
    """Jobs of one page, with how far each is, and why it waits or failed."""
    kept = list(rows)
    works = {work.job_id: work for work in Work.objects.filter(job_id__in=[row.pk for row in kept])}
    alive = set(living_jobs().values_list("pk", flat=True))
    ids = [row.args["event_id"] for row in kept if row.task_name == "core.handle_event" and "event_id" in row.args]
    events = {str(event.pk): event for event in Event.objects.filter(pk__in=ids)}

    def is_dead(row: Any) -> bool:
        return row.status == "doing" and row.pk not in alive

    return [
        Job(
            row, task_words(row.task_name), str(_LEFT if is_dead(row) else STATES[row.status]),
            _why(row, events.get(row.args.get("event_id", "")), works.get(row.pk)),
            is_dead=is_dead(row),
        )
        for row in kept
    ]  # fmt: skip


def counts() -> dict[str, int]:
    """How many jobs stand in each state."""
    return dict(ProcrastinateJob.objects.order_by().values_list("status").annotate(n=Count("pk")))


def failed() -> list[tuple[str, int]]:
    """The tasks of which jobs stand as failed, with how many, the most first."""
    rows = ProcrastinateJob.objects.filter(status="failed").order_by().values_list("task_name").annotate(n=Count("pk"))
    return sorted(rows, key=lambda pair: (-pair[1], pair[0]))


def task_names() -> list[tuple[str, str]]:
    """Every task of ours, with its words."""
    app.perform_import_paths()
    return sorted((name, task_words(name)) for name in app.tasks if name.partition(".")[0] != "builtin")


def task_words(name: str) -> str:
    """What a task does, in words; one without words as it is named."""
    return str(_TASKS.get(name, name))


def retry(*, actor_id: uuid.UUID, job_id: int) -> None:
    """Do a failed job again, and go on with its work. Raises NotFound (no_job), Conflict (not_failed, job_waits)."""
    with transaction.atomic():
        row = ProcrastinateJob.objects.select_for_update().filter(pk=job_id).first()
        if row is None:
            raise NotFound("no_job", "没有这个任务，可能已清理；请刷新列表。")
        if row.status != "failed":
            raise Conflict("not_failed", "该任务没有失败，无需重做。")
        try:
            with transaction.atomic():
                Work.objects.filter(job_id=job_id, state=Work.State.FAILED).update(
                    state=Work.State.WAITING, deaths=0, error="", ended_at=None
                )
                QUEUE.retry_job_by_id(job_id, real_now())
        except (IntegrityError, UniqueViolation):
            raise Conflict("job_waits", "同样的任务已在排队或进行中，无需重做；请刷新列表。") from None
        ports.get(ports.Ledger).append(  # type: ignore[type-abstract]
            "core.job_retried",
            actor_id=actor_id,
            object_kind="job",
            object_id=derived_id("job", job_id),
            facts={"task": row.task_name, "job": job_id},
        )


def forget_done(task: str) -> None:
    """Forget the jobs of this task that are done: of one that runs each minute they would hide all others."""
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs where task_name = %s and status = 'succeeded'", [task])


def _why(row: Any, event: Event | None, work: Work | None) -> str:
    """How far a job is, or why it waits or failed, in words."""
    told = f"{event.kind} {event.last_error}".strip() if event else ""
    words: Any = ""
    match row.status:
        case "todo" if row.scheduled_at and row.scheduled_at > real_now():
            words = _("until its time has come") if not row.attempts else _("to be tried again")
        case "todo" if work is not None and work.deaths:
            words = _("until a worker is free; its worker died %(n)s times") % {"n": work.deaths}
        case "todo":
            words = _("until a worker is free")
        case "doing" if work is not None:
            words = _far(work)
        case "failed" if work is not None and work.error:
            words = work.error
        case "failed":
            words = _("failed after %(n)s attempts; the worker's log says why") % {"n": row.attempts}
    return f"{words} {told}".strip()


def _far(work: Work) -> str:
    far = f"{work.done:,} / {work.total:,}" if work.total else ""
    return " · ".join(filter(None, (step_words(work), far)))
