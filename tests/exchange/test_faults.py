"""The national system misbehaves in every listed way; every message arrives exactly once all the same.

ZHUANMAI_FAULT_CASES: how many cases (40; `make prove` asks for 500), three messages each.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.exchange.conftest import enqueue, partners_of, reconciling, registry_of, send
from zhuanmai.core import files
from zhuanmai.core.clock import now
from zhuanmai.core.ids import new_id
from zhuanmai.exchange import reconciliation, services
from zhuanmai.exchange.kinds import Kind
from zhuanmai.exchange.models import Attempt, Message
from zhuanmai.sandbox.national.server import Faults, National

CASES = int(os.environ.get("ZHUANMAI_FAULT_CASES", "40"))


@pytest.mark.django_db(transaction=True)
def test_every_message_arrives_exactly_once(national: National) -> None:
    national.dice = random.Random(7)
    national.faults = Faults(refuse=0.06, delay=0.06, drop=0.06, garbage=0.06, down=0.06, delay_seconds=0.01)
    for case in range(CASES):
        enqueue(case)
    to = partners_of(national)
    waiting = list(Message.objects.values_list("pk", flat=True))
    lanes = [waiting[lane::4] for lane in range(4)]

    def work(lane: list[uuid.UUID]) -> None:
        for pk in lane:
            while services.deliver(message_id=pk, partners=to).state == Message.State.WAITING:
                continue
        connection.close()

    threads = [threading.Thread(target=work, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = national.store.listed("", 100_000)
    assert len(held) == 3 * CASES == Message.objects.filter(state=Message.State.RECEIVED).count()
    assert Attempt.objects.exclude(outcome="received").count() > CASES / 4, "the faults were not switched on"
    outcome = reconciliation.run(reconciliation_id=reconciling(), partners=to)
    assert (outcome.state, outcome.agreed, outcome.agrees) == ("done", 3 * CASES, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["refuse", "garbage", "down", "drop"])
def test_a_message_waits_through_each_fault(national: National, fault: str) -> None:
    enqueue(1)
    message, to = Message.objects.get(kind="case"), partners_of(national)
    national.faults = Faults(**{fault: 1.0})
    first = services.deliver(message_id=message.pk, partners=to)
    assert (first.state, first.attempts) == (Message.State.WAITING, 1)
    assert first.last_error
    national.faults = Faults()
    second = services.deliver(message_id=message.pk, partners=to)
    assert second.state == Message.State.RECEIVED
    assert len([row for row in national.store.listed("", 10) if row["kind"] == "case"]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_refused_message_is_a_dead_letter_with_its_reason(national: National, gossip: Kind) -> None:
    message = services.deliver(message_id=send("gossip", new_id()).pk, partners=partners_of(national))
    assert message.state == Message.State.DEAD
    assert message.last_error == "no such kind: gossip"


@pytest.mark.django_db(transaction=True)
def test_the_same_key_is_one_message() -> None:
    key = new_id()
    for _ in range(2):
        send("case", key, key=key)
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_reply_that_comes_too_late_is_no_second_message(national: National) -> None:
    enqueue(1)
    message = Message.objects.get(kind="document")
    national.faults = Faults(delay=1.0, delay_seconds=0.5)
    late = services.deliver(message_id=message.pk, partners=partners_of(national, seconds=0.1))
    assert (late.state, late.last_error) == (Message.State.WAITING, "ReadTimeout")
    national.faults = Faults()
    assert services.deliver(message_id=message.pk, partners=partners_of(national)).state == Message.State.RECEIVED
    assert len(national.store.listed("", 10)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_is_given_up_after_its_last_attempt_and_sent_again_by_hand(
    national: National, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_ATTEMPTS", 3)
    enqueue(1)
    message, to = Message.objects.get(kind="case"), partners_of(national)
    national.faults = Faults(refuse=1.0)
    states = [services.deliver(message_id=message.pk, partners=to).state for _ in range(4)]
    assert states == ["waiting", "waiting", "dead", "dead"]
    assert [one.status for one in message.tries.all()] == [503, 503, 503]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "spoil, words",
    [(Path.unlink, "找不到摘要为"), (lambda path: path.write_bytes(b"%PDF-other"), "的文件被改动")],
    ids=["lost", "swapped"],
)
def test_a_message_whose_file_is_not_as_it_was_is_a_dead_letter_that_says_so(
    national: National, spoil: Callable[[Path], Any], words: str
) -> None:
    enqueue(1)
    message = Message.objects.get(kind="document")
    path = files.path_of(message.files["pdf"])
    content = path.read_bytes()
    spoil(path)
    dead = services.deliver(message_id=message.pk, partners=partners_of(national))
    path.write_bytes(content)
    assert (dead.state, words in dead.last_error) == (Message.State.DEAD, True)


def test_pauses_are_doubled_up_to_ten_minutes() -> None:
    assert [services.pause_after(n) for n in (1, 2, 3, 10, 11, 60)] == [1, 2, 4, 512, 600, 600]


@pytest.mark.django_db
@pytest.mark.parametrize("tried, pause", [(0, 1), (1, 2), (2, 4), (8, 256), (9, 512), (10, 600), (58, 600), (59, None)])
def test_after_so_many_tries_the_next_waits_so_long(
    tried: int, pause: int | None, tmp_path: Path, settings: Any
) -> None:
    """What the queue is told and what the page says, from the try itself; the sixtieth is the last."""
    settings.HOME_DIR = tmp_path
    sent = send("case", new_id())
    Message.objects.filter(pk=sent.pk).update(attempts=tried)
    before = now()
    message = services.deliver(message_id=sent.pk, partners=registry_of("http://127.0.0.1:9", 1))
    after = now()
    planned = ProcrastinateJob.objects.filter(args__message_id=str(sent.pk), scheduled_at__isnull=False)
    if pause is None:
        assert (message.state, planned.count()) == (Message.State.DEAD, 0)
        return
    assert message.next_at
    for told in (message.next_at, planned.get().scheduled_at):
        assert before + dt.timedelta(seconds=pause) <= told <= after + dt.timedelta(seconds=pause)
