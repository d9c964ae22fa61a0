"""Work that waits: asked for with its job, begun in turns, told how far it is, ended once; given back after a death.

A room keeps a row of its own (`models.Waits`) beside the work. Its service asks with `ask`; its task calls `begin`,
says how far it is with `Turn.tell`, and ends with `Turn.end` in the transaction that keeps the outcome. `recover` is
the one recovery of the platform: it runs when a worker starts and each minute (`core.sweep`).
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from procrastinate import JobContext
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import UniqueViolation
from procrastinate.worker import Worker

from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict
from zhuanmai.core.jobs import QUEUE, dead_jobs, defer, is_alive, living_jobs, real_now
from zhuanmai.core.models import Work
from zhuanmai.core.one_by_one import one_by_one

log = structlog.get_logger(__name__)
MOST_DEATHS = 5  # a job that killed so many workers is given up: the next would die of it too
_SAY_SECONDS = 0.5
_FAILED = "core.recovery_failed"
GivenUp = Callable[[Work], None]
_given_up: dict[str, GivenUp] = {}
_in_hand: set[int | None] = set()  # jobs that this process does
_job: ContextVar[int | None] = ContextVar("job", default=None)  # the one that is done here, in this thread
_missing: set[int] = set()  # jobs that it should have done when it last looked, and had not in its hands


class Cancelled(Exception):
    """Who asked for it has called it off."""


class Overtaken(Exception):
    """This process was taken for dead, and another went on: what it still has is nobody's any more."""


def when_given_up(task: str) -> Callable[[GivenUp], GivenUp]:
    """Register what a room puts on the ledger when work of this task is given up; in that transaction."""

    def register(told: GivenUp) -> GivenUp:
        _given_up[task] = told
        return told

    return register


def ask(task: str, *, about: str, asked_by_id: uuid.UUID | None = None, **arguments: Any) -> Work:
    """Put a task in the queue with its row, in the running transaction. Raises Conflict (work_under_way)."""
    row = _made(Work(task=task, about=about, asked_by_id=asked_by_id))
    _put_in_queue(row, arguments)
    return row


def alone(task: str, *, about: str, asked_by_id: uuid.UUID | None = None) -> Work:
    """A row for work that the calling process does itself, without a job. Raises Conflict (work_under_way)."""
    return _made(Work(task=task, about=about, asked_by_id=asked_by_id, alive_at=real_now()))


def past(task: str, *, about: str, at: dt.datetime) -> Work:
    """A row for what was done elsewhere long ago, as a demonstration's history has it."""
    return Work.objects.create(task=task, about=about, state=Work.State.DONE, begun_at=at, ended_at=at)


def again(row: Work, **arguments: Any) -> None:
    """Put work that failed or was cancelled in the queue again, in the running transaction."""
    row.state, row.error, row.cancel_asked, row.deaths, row.ended_at = Work.State.WAITING, "", False, 0, None
    row.save()
    _put_in_queue(row, arguments)


def stop(row: Work) -> bool:
    """Have open work stop, in the running transaction: at its next step where it runs, else at once (True)."""
    row.cancel_asked = True
    runs = row.state == Work.State.RUNNING and is_alive(row)
    if not runs:
        row.state, row.ended_at = Work.State.CANCELLED, now()
    row.save(update_fields=["cancel_asked", "state", "ended_at"])
    return not runs


@dataclass
class Turn:
    """One go at work, by the process that does it."""

    work: Work
    number: int
    _said: float = field(default=0.0, init=False)
    _step: str = field(default="", init=False)

    def tell(self, step: str, done: int = 0, total: int = 0) -> bool:
        """Say how far it is; within half a second of the last word of the same step nothing (False).

        Raises Cancelled, Overtaken.
        """
        if step == self._step and time.monotonic() - self._said < _SAY_SECONDS:
            return False
        self._step, self._said = step, time.monotonic()
        if not self._mine().update(step=step, done=done, total=total, alive_at=real_now()):
            raise Overtaken
        if self._mine().filter(cancel_asked=True).exists():
            raise Cancelled
        return True

    def end(self, state: str, error: str = "") -> None:
        """End it, in the transaction that keeps what came of it. Raises Overtaken."""
        ended = {"state": state, "error": error[:300], "step": "", "ended_at": now()}
        if not self._mine().update(**ended):
            raise Overtaken
        self.work.refresh_from_db()

    def _mine(self) -> QuerySet[Work]:
        return Work.objects.filter(pk=self.work.pk, turn=self.number, state=Work.State.RUNNING)


def begin(row: Work) -> Turn | None:
    """Begin, anew if it was killed; None where it is over, or another job or command is at it. One turn counts."""
    with transaction.atomic():
        held = Work.objects.select_for_update().get(pk=row.pk)
        ours = _job.get() in (None, held.job_id)  # a job that was called off before the work was asked for again
        if held.job_id is None:
            ours = held.state == Work.State.WAITING or not is_alive(held)
        if held.is_open and ours:
            held.state, held.step, held.error, held.alive_at = Work.State.RUNNING, "", "", real_now()
            held.begun_at, held.turn = held.begun_at or now(), held.turn + 1
            held.save()
    row.refresh_from_db()
    return Turn(row, held.turn) if held.is_open and ours else None


async def in_hand(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
    """Around each job of this worker (procrastinate's worker middleware): knows which ones it has in its hands."""
    _in_hand.add(context.job.id)
    _job.set(context.job.id)
    try:
        return await call_next()
    finally:
        _in_hand.discard(context.job.id)


def recover(*, by: int | None = None) -> int:
    """Give dead jobs back to the queue, and close work that nobody goes on with; returns how many jobs were dead.

    `by` is the job that asks. If even its own worker seems dead, the machine slept, and no heart has beaten since: then
    nothing is touched until the next time. It also gives back what its own worker has let fall.
    """
    dead: list[int] = []
    if by is not None:
        asking = living_jobs().filter(pk=by).values_list("worker_id", flat=True).first()
        if asking is None:
            return 0
        dead = _let_fall(asking)
        one_by_one(dead, _give_back_fallen, event=_FAILED)
    found = list(dead_jobs().values_list("pk", flat=True))
    one_by_one(found, _look_at, event=_FAILED)
    one_by_one(Work.objects.filter(state__in=Work.OPEN).exclude(job_id__in=_under_way()), _close, event=_FAILED)
    return len(dead) + len(found)


def _let_fall(worker_id: int) -> list[int]:
    """Jobs that the queue gives to this worker, which has not had them in its hands, now and a minute ago.

    A job whose end could not be written, because the database was killed just then, stays like that.
    """
    global _missing
    given = ProcrastinateJob.objects.filter(status="doing", worker_id=worker_id).values_list("pk", flat=True)
    before, _missing = _missing, set(given) - _in_hand
    return sorted(before & _missing)


def _look_at(job_id: int) -> None:
    """A job that was dead a moment ago, unless somebody else sees to it."""
    job = dead_jobs().select_for_update(of=("self",), skip_locked=True).filter(pk=job_id).first()
    if job is not None:
        _give_back(job)


def _give_back_fallen(job_id: int) -> None:
    job = ProcrastinateJob.objects.select_for_update(of=("self",)).filter(pk=job_id, status="doing").first()
    if job is not None:
        _give_back(job)


def _give_back(job: Any) -> None:
    """One dead job, locked: into the queue again; failed if it killed too many; let go if its like waits already."""
    row = Work.objects.select_for_update().filter(job_id=job.pk).first() or Work(task=job.task_name, job_id=job.pk)
    row.deaths += 1
    if row.is_open or not row.about:  # else it was done, and only the queue does not know: the next go sees that
        row.state, row.turn, row.ended_at = Work.State.WAITING, row.turn + 1, None
    row.save()
    if row.deaths >= MOST_DEATHS:
        _finish(job, "failed")
        _give_up(row, f"办理时任务进程连续 {row.deaths} 次中断，已停止重试；请查看服务日志，排除原因后重做。")
        return
    try:
        with transaction.atomic():
            QUEUE.retry_job_by_id(job.pk, real_now())
    except UniqueViolation:  # at most one of these waits: the one that does stands for this one
        _finish(job, "aborted")
        Work.objects.filter(pk=row.pk, state__in=Work.OPEN).update(state=Work.State.CANCELLED, ended_at=now())


def _close(row: Work) -> None:
    """Work that is open, but that no job does or will do any more."""
    if row.job_id is None:
        if not is_alive(row):
            _give_up(row, "命令被中断；请重新执行同一命令，将从中断处继续。")
        return
    over = ProcrastinateJob.objects.filter(pk=row.job_id).values_list("status", flat=True).first()
    if over in ("todo", "doing"):
        return  # it was put in the queue just now
    if row.about or over == "failed":
        _give_up(row, "任务出错，未能完成，详见服务日志；排除原因后可重新发起。")
    else:
        Work.objects.filter(pk=row.pk).update(state=Work.State.DONE, ended_at=now())


def _give_up(row: Work, reason: str) -> None:
    """End open work as failed, for a reason that a person reads, and have its room say so on the ledger."""
    with transaction.atomic():
        held = Work.objects.select_for_update().get(pk=row.pk)
        if not held.is_open:
            return
        held.state, held.error, held.ended_at, held.turn = Work.State.FAILED, reason, now(), held.turn + 1
        held.save()
        if held.about and held.task in _given_up:
            _given_up[held.task](held)


def _under_way() -> QuerySet[Any]:
    return ProcrastinateJob.objects.filter(status__in=("todo", "doing")).values("pk")


def _finish(job: Any, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select procrastinate_finish_job_v1(%s, %s, false)", [job.pk, status])


def _made(row: Work) -> Work:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict("work_under_way", "同样的工作正在进行；请等它完成，页面会显示进度。") from None
    return row


def _put_in_queue(row: Work, arguments: Mapping[str, Any]) -> None:
    row.job_id = defer(row.task, **arguments)
    row.save(update_fields=["job_id"])
