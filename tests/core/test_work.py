"""Work that waits: begun in turns, given back when its worker died, given up when it killed too many, shown as it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from zhuanmai.accounts.models import Officer
from zhuanmai.core import checks, jobs, work
from zhuanmai.core.errors import Conflict
from zhuanmai.core.jobs import defer
from zhuanmai.core.models import Work

pytestmark = pytest.mark.django_db
TASK = "core.handle_event"  # any task will do; none of these tests performs it
NOBODY = "00000000-0000-0000-0000-000000000001"


def asked(about: str = "one") -> Work:
    """Work in the queue."""
    return work.ask(TASK, about=about, event_id=NOBODY)


def taken(job_id: int | None, *, seconds: int) -> int:
    """A worker has this job in its hands; its heart beat last so many seconds ago. Returns the worker's number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) "
            "values (clock_timestamp() - make_interval(secs => %s)) returning id",
            [seconds],
        )
        (worker,) = cursor.fetchone()
        cursor.execute("update procrastinate_jobs set status = 'doing', worker_id = %s where id = %s", [worker, job_id])
    return int(worker)


def ended(job_id: int | None, status: str) -> None:
    """The queue says that this job has ended so."""
    with connection.cursor() as cursor:
        cursor.execute("select procrastinate_finish_job_v1(%s, %s, false)", [job_id, status])


def state_of(job_id: int | None) -> str:
    """Where a job stands."""
    return str(ProcrastinateJob.objects.get(pk=job_id).status)


@pytest.mark.parametrize("seconds, state", [(0, "doing"), (57, "doing"), (61, "todo"), (90000, "todo")])
def test_a_job_is_dead_when_its_worker_was_not_heard_of_for_a_minute(seconds: int, state: str) -> None:
    row = asked()
    taken(row.job_id, seconds=seconds)
    assert work.begin(row)
    assert jobs.is_alive(row) == (state == "doing")
    assert work.recover() == (state == "todo")
    row.refresh_from_db()
    assert (state_of(row.job_id), row.state) == (state, "running" if state == "doing" else "waiting")


def test_a_job_whose_worker_was_forgotten_is_dead() -> None:
    row = asked()
    worker = taken(row.job_id, seconds=90000)
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_workers where id = %s", [worker])
    work.recover()
    assert state_of(row.job_id) == "todo"


@pytest.mark.parametrize("deaths, state", [(work.MOST_DEATHS - 1, "todo"), (work.MOST_DEATHS, "failed")])
def test_a_job_that_kills_its_workers_is_given_up_for_a_reason(deaths: int, state: str) -> None:
    job_id = defer("core.handle_event", event_id=NOBODY)
    for _death in range(deaths):
        taken(job_id, seconds=61)
        work.recover()
    (shown,) = jobs.shown(ProcrastinateJob.objects.filter(pk=job_id))
    assert shown.row.status == state
    assert (f"连续 {deaths} 次中断" if state == "failed" else f"已中断 {deaths} 次") in shown.why


def test_a_job_given_up_is_done_again_by_a_person_and_may_die_as_often_anew(
    officer_with: Callable[[str], Officer],
) -> None:
    row = asked()
    for _death in range(work.MOST_DEATHS):
        taken(row.job_id, seconds=61)
        work.recover()
    row.refresh_from_db()
    assert (row.state, row.is_open) == ("failed", False)
    jobs.retry(actor_id=officer_with("system_admin").pk, job_id=row.job_id or 0)
    row.refresh_from_db()
    assert (row.state, row.deaths, row.error, state_of(row.job_id)) == ("waiting", 0, "", "todo")


def test_a_job_is_not_done_again_while_its_like_waits(officer_with: Callable[[str], Officer]) -> None:
    first = asked()
    taken(first.job_id, seconds=0)
    ended(first.job_id, "failed")
    work.recover()
    asked()
    with pytest.raises(Conflict, match="同样的任务"):
        jobs.retry(actor_id=officer_with("system_admin").pk, job_id=first.job_id or 0)
    assert state_of(first.job_id) == "failed"


def test_of_two_that_may_wait_only_once_the_dead_one_is_let_go() -> None:
    dead = defer("ledger.seal", timestamp=0)
    taken(dead, seconds=61)
    waiting = defer("ledger.seal", timestamp=1)
    work.recover()
    assert (state_of(dead), state_of(waiting)) == ("aborted", "todo")
    assert Work.objects.filter(state__in=Work.OPEN).count() == 0


def test_after_a_sleep_of_the_machine_nobody_is_taken_for_dead() -> None:
    row, sweep = asked(), defer("core.sweep", timestamp=0)
    for job_id in (row.job_id, sweep):
        taken(job_id, seconds=600)
    assert work.recover(by=sweep) == 0
    assert (state_of(row.job_id), state_of(sweep)) == ("doing", "doing")
    taken(sweep, seconds=0)
    assert work.recover(by=sweep) == 1


def test_what_a_living_worker_let_fall_is_given_back_at_the_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database was killed just when the end of a job was to be written: the worker lives, nobody does the job."""
    fallen, held, sweep = asked("fallen"), asked("held"), defer("core.sweep", timestamp=0)
    worker = taken(sweep, seconds=0)
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'doing', worker_id = %s where status = 'todo'", [worker])
    monkeypatch.setattr(work, "_in_hand", {held.job_id, sweep})
    assert work.recover(by=sweep) == 0, "it may just be about to be written"
    assert work.recover(by=sweep) == 1
    assert (state_of(fallen.job_id), state_of(held.job_id), state_of(sweep)) == ("todo", "doing", "doing")


def test_who_was_taken_for_dead_neither_speaks_nor_ends() -> None:
    row = asked()
    first = work.begin(row)
    taken(row.job_id, seconds=61)
    work.recover()
    second = work.begin(row)
    assert first
    assert second
    for late in (lambda: first.tell("packing"), lambda: first.end(Work.State.FAILED, "late")):
        with pytest.raises(work.Overtaken):
            late()
    assert second.tell("proving", 1, 2)
    second.end(Work.State.DONE)
    assert (row.state, row.error) == ("done", "")
    assert work.begin(row) is None, "what is over is not begun again"


def test_work_that_was_done_when_its_worker_died_is_not_opened_again() -> None:
    row = asked()
    turn = work.begin(row)
    assert turn
    turn.end(Work.State.DONE)
    taken(row.job_id, seconds=61)
    work.recover()
    row.refresh_from_db()
    assert (row.state, state_of(row.job_id)) == ("done", "todo")


@pytest.mark.parametrize("status, state", [("succeeded", "failed"), ("failed", "failed"), (None, "waiting")])
def test_open_work_that_no_job_will_do_is_given_up(
    status: str | None, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setitem(work._given_up, TASK, lambda row: told.append(row.error))
    row = asked()
    if status:
        taken(row.job_id, seconds=0)
        ended(row.job_id, status)
    work.recover()
    row.refresh_from_db()
    assert row.state == state
    assert told == ([row.error] if status else [])


def test_what_one_room_cannot_close_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(row: Work) -> None:
        raise LookupError(row.about)

    monkeypatch.setitem(work._given_up, TASK, fails)
    stuck, dead = asked(), asked("another")
    taken(stuck.job_id, seconds=0)
    ended(stuck.job_id, "failed")
    lost = work.alone("lake.import", about="")
    Work.objects.filter(pk=lost.pk).update(alive_at=F("alive_at") - dt.timedelta(seconds=61))
    taken(dead.job_id, seconds=61)
    work.recover()
    states = {row.pk: row.state for row in Work.objects.all()}
    assert (states[stuck.pk], states[lost.pk], state_of(dead.job_id)) == ("waiting", "failed", "todo")


@pytest.mark.parametrize("seconds, state", [(57, "running"), (61, "failed")])
def test_a_command_that_is_silent_for_a_minute_was_killed(seconds: int, state: str) -> None:
    row = work.alone("lake.import", about="x")
    turn = work.begin(row)
    assert turn
    assert work.begin(row) is None, "somebody is at it"
    Work.objects.update(alive_at=F("alive_at") - dt.timedelta(seconds=seconds), about="")
    work.recover()
    row.refresh_from_db()
    assert row.state == state


def test_the_same_is_asked_for_once_at_a_time() -> None:
    row = asked()
    with pytest.raises(Conflict, match="work_under_way"):
        asked()
    other = asked("another")
    work.stop(other)
    assert (row.state, other.state) == ("waiting", "cancelled")
    asked("another")


def test_a_job_called_off_leaves_alone_what_was_asked_for_again() -> None:
    row = asked()
    work.stop(row)
    called_off = row.job_id
    work.again(row, event_id=NOBODY)
    for job_id, begins in ((called_off, False), (row.job_id, True)):
        mark = work._job.set(job_id)
        assert (work.begin(row) is not None) == begins
        work._job.reset(mark)


def test_running_work_stops_at_its_next_step() -> None:
    row = asked()
    taken(row.job_id, seconds=0)
    turn = work.begin(row)
    assert turn
    assert work.stop(row) is False
    with pytest.raises(work.Cancelled):
        turn.tell("packing")


def test_a_job_of_a_task_exists_if_and_only_if_its_transaction_commits() -> None:
    """Within a worker too, whose own connection to the queue is another than that of the transaction."""
    with app.replace_connector(app.connector.get_worker_connector()):
        with transaction.atomic():
            defer("core.handle_event", event_id=NOBODY)
            transaction.set_rollback(True)
        assert not ProcrastinateJob.objects.filter(args__event_id=NOBODY).exists()


def test_the_page_and_doctor_say_who_died(officer_with: Callable[[str], Officer], settings: Any) -> None:
    client = Client()
    client.force_login(officer_with("system_admin"))
    assert checks.workers_are_alive().words == "没有任务进程在运行"
    row = work.ask("core.backup", about="backup", backup_id=NOBODY)
    worker = taken(row.job_id, seconds=0)
    turn = work.begin(row)
    assert turn
    turn.tell("packing", 1, 2)
    page = client.get("/system/jobs?state=doing").content.decode()
    assert "打包数据库与文件 · 1 / 2" in page
    assert "已中断" not in page
    assert checks.workers_are_alive().health == "good"
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_workers set last_heartbeat = now() - interval '61 s' where id = %s", [worker]
        )
    assert "已中断" in client.get("/system/jobs?state=doing").content.decode()
    found = checks.workers_are_alive()
    assert (found.health, found.words) == ("bad", "没有任务进程在运行，1 个任务中断在半途")
    taken(None, seconds=0)
    assert checks.workers_are_alive().health == "warning"
