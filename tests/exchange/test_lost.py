"""No message waits for ever unseen: its job gave up, killed its workers, or is nowhere; and what is left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.behind import behind_the_rules
from tests.core.test_work import ended, state_of, taken
from tests.exchange.conftest import send, work_off
from zhuanmai.accounts.models import Officer
from zhuanmai.core import work
from zhuanmai.core.ids import new_id
from zhuanmai.exchange import lost, services
from zhuanmai.exchange.models import Message
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.verify import verify
from zhuanmai.sandbox.national.server import National

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]


def job_of(message: Message) -> int:
    """The newest job that sends this message."""
    found = ProcrastinateJob.objects.filter(task_name="exchange.deliver", args__message_id=str(message.pk))
    return int(found.latest("pk").pk)


def test_a_delivery_that_kills_its_workers_is_a_dead_letter_and_can_be_sent_again(
    national: National, officer_with: Callable[[str], Officer]
) -> None:
    message = send("case", new_id(), clue_no="1")
    for death in range(work.MOST_DEATHS):
        assert lost.look_after() == 0, f"after {death} deaths the queue goes on with it"
        taken(job_of(message), seconds=61)
        work.recover()
    assert state_of(job_of(message)) == "failed"
    assert lost.look_after() == 1
    message.refresh_from_db()
    assert (message.state, "连续 5 次中断" in message.last_error) == ("dead", True)
    assert [(one.outcome, "连续 5 次中断" in one.detail) for one in message.tries.all()] == [("given_up", True)]
    assert lost.look_after() == 0
    services.retry(actor=officer_with("system_admin"), message_id=message.pk)
    assert lost.look_after() == 0, "it is under way again"
    work_off()
    message.refresh_from_db()
    assert message.state == "received"
    kinds = [line.kind for line in timeline(object_id=message.pk)]
    assert kinds == ["exchange.received", "exchange.retried", "exchange.dead", "exchange.sent"], "newest first"
    assert [one for one in verify().problems if "exchange" in one.where] == []


def test_a_delivery_that_failed_for_another_reason_is_a_dead_letter_too(national: National) -> None:
    message = send("case", new_id())
    taken(job_of(message), seconds=0)
    ended(job_of(message), "failed")
    assert lost.look_after() == 1
    message.refresh_from_db()
    assert (message.state, "多次出错" in message.last_error) == ("dead", True)


@pytest.mark.parametrize("status", ["succeeded", "aborted", "cancelled"])
def test_a_message_whose_job_ended_without_an_outcome_is_sent_again_by_itself(national: National, status: str) -> None:
    message = send("case", new_id())
    first = job_of(message)
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = %s where id = %s", [status, first])
    assert lost.look_after() == 1
    assert job_of(message) != first
    assert lost.look_after() == 0
    work_off()
    message.refresh_from_db()
    assert message.state == "received"


def test_a_message_whose_job_is_nowhere_is_sent_again_by_itself(national: National) -> None:
    message = send("case", new_id())
    with behind_the_rules() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")
    assert lost.look_after() == 1
    work_off()
    message.refresh_from_db()
    assert message.state == "received"


@pytest.mark.parametrize("seconds", [0, 61])
def test_one_that_is_under_way_is_left_alone_under_a_dead_worker_too(national: National, seconds: int) -> None:
    taken(job_of(send("case", new_id())), seconds=seconds)
    assert lost.look_after() == 0


def test_what_is_over_is_left_alone(national: National) -> None:
    send("case", new_id())
    work_off()
    with behind_the_rules() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")
    assert lost.look_after() == 0
    assert not ProcrastinateJob.objects.exists()


def test_the_sweep_runs_by_itself_and_keeps_no_trail(national: National) -> None:
    services.defer("exchange.sweep", timestamp=0)
    work_off()
    services.defer("exchange.sweep", timestamp=1)
    work_off()
    assert ProcrastinateJob.objects.filter(task_name="exchange.sweep").count() == 1
