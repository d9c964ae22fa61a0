"""The national system misbehaves in every listed way; every message arrives exactly once all the same.

ZHUANMAI_FAULT_CASES: how many cases (40; `make prove` asks for 500), three messages each.
"""

from __future__ import annotations

import os
import random
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction

from zhuanmai.core import files
from zhuanmai.core.ids import derived_id, new_id
from zhuanmai.exchange import services
from zhuanmai.exchange.connectors import National as Connector
from zhuanmai.exchange.connectors import Registry
from zhuanmai.exchange.models import Message
from zhuanmai.sandbox.national.server import Faults, National
from zhuanmai.sandbox.national.store import Store

CASES = int(os.environ.get("ZHUANMAI_FAULT_CASES", "40"))


@pytest.fixture
def national(tmp_path: Path, settings: object) -> Iterator[National]:
    """The simulated system on a port of its own, and a home for keys and files."""
    settings.HOME_DIR = tmp_path  # type: ignore[attr-defined]
    settings.FILES_DIR = tmp_path / "files"  # type: ignore[attr-defined]
    server = National(("127.0.0.1", 0), Store(tmp_path / "national"))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def connectors(server: National) -> Registry:
    """A registry with this server's connector."""
    made = Registry()
    made.register("national", Connector(f"http://127.0.0.1:{server.server_address[1]}", seconds=2))
    return made


def enqueue(case: int) -> None:
    """The three messages of a case, as its acts write them."""
    case_id = derived_id("case", case)
    pdf = files.store(b"%PDF-1.7 " + str(case).encode())
    with transaction.atomic():
        services.enqueue(kind="case", key=derived_id(case_id, "case"), body={"clue_no": str(case)}, case_id=case_id)
        services.enqueue(kind="items", key=derived_id(case_id, "items"), body={"lines": []}, case_id=case_id)
        services.enqueue(
            kind="document", key=derived_id(case_id, "document"), case_id=case_id,
            body={"code": "D04", "sha256": pdf}, files_by_field={"pdf": pdf},
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_every_message_arrives_exactly_once(national: National) -> None:
    national.dice = random.Random(7)
    national.faults = Faults(refuse=0.06, delay=0.06, drop=0.06, garbage=0.06, down=0.06, delay_seconds=0.01)
    for case in range(CASES):
        enqueue(case)
    to = connectors(national)
    waiting = list(Message.objects.values_list("pk", flat=True))
    lanes = [waiting[lane::4] for lane in range(4)]

    def work(lane: list[uuid.UUID]) -> None:
        for pk in lane:
            while services.deliver(message_id=pk, connectors=to).state == Message.State.WAITING:
                continue
        connection.close()

    threads = [threading.Thread(target=work, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = national.store.listed("", 100_000)
    assert len(held) == 3 * CASES == Message.objects.filter(state=Message.State.RECEIVED).count()
    outcome = services.reconcile(actor=None, connectors=to)
    assert (outcome.agreed, outcome.missing_there, outcome.unknown_here, outcome.differing) == (3 * CASES, [], [], [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["refuse", "garbage", "down", "drop"])
def test_a_message_waits_through_each_fault(national: National, fault: str) -> None:
    enqueue(1)
    message, to = Message.objects.get(kind="case"), connectors(national)
    national.faults = Faults(**{fault: 1.0})
    first = services.deliver(message_id=message.pk, connectors=to)
    assert (first.state, first.attempts) == (Message.State.WAITING, 1)
    assert first.last_error
    national.faults = Faults()
    second = services.deliver(message_id=message.pk, connectors=to)
    assert second.state == Message.State.RECEIVED
    assert len([row for row in national.store.listed("", 10) if row["kind"] == "case"]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_refused_message_is_a_dead_letter_with_its_reason(national: National) -> None:
    with transaction.atomic():
        services.enqueue(kind="gossip", key=new_id(), body={}, case_id=new_id())
    message = services.deliver(message_id=Message.objects.get().pk, connectors=connectors(national))
    assert message.state == Message.State.DEAD
    assert message.last_error == "no such kind: gossip"


@pytest.mark.django_db(transaction=True)
def test_the_same_key_is_one_message() -> None:
    key = new_id()
    for _ in range(2):
        with transaction.atomic():
            services.enqueue(kind="case", key=key, body={}, case_id=key)
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_changed_message_is_named_in_the_reconciliation(national: National) -> None:
    enqueue(1)
    to = connectors(national)
    for pk in Message.objects.values_list("pk", flat=True):
        services.deliver(message_id=pk, connectors=to)
    changed = Message.objects.get(kind="case")
    Message.objects.filter(pk=changed.pk).update(body={"clue_no": "another"})
    assert services.reconcile(actor=None, connectors=to).differing == [str(changed.pk)]
