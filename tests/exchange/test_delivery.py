"""From the act's transaction to the receipt: the job, a national system that dies, dead letters, reconciliation, pages."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.exchange.conftest import enqueue, partners_of, registry_of, send, work_off
from zhuanmai.accounts.models import Officer
from zhuanmai.core import files
from zhuanmai.core.errors import Conflict, NotAllowed
from zhuanmai.core.ids import new_id
from zhuanmai.exchange import services
from zhuanmai.exchange.kinds import Kind
from zhuanmai.exchange.models import Attempt, Message
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.verify import verify
from zhuanmai.sandbox.national.server import Faults, National

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]


def test_the_job_exists_if_and_only_if_the_act_commits(national: National) -> None:
    with transaction.atomic():
        send("case", new_id())
        transaction.set_rollback(True)
    assert (Message.objects.count(), ProcrastinateJob.objects.count()) == (0, 0)
    enqueue(1)
    work_off()
    assert set(Message.objects.values_list("state", flat=True)) == {"received"}
    assert len(national.store.listed("", 10)) == 3
    message = Message.objects.get(kind="document")
    assert message.receipt.startswith("GJ")
    assert [line.kind for line in timeline(object_id=message.pk)] == ["exchange.received", "exchange.sent"]
    assert [
        len(entry.rows["exchange.message"][str(message.pk)]) for entry in Entry.objects.filter(object_id=message.pk)
    ] == [64, 2]
    assert verify().is_whole


def test_a_failed_attempt_is_tried_again_later_by_itself(national: National, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_FIRST_PAUSE_SECONDS", 600)  # the next attempt is not due while this test runs
    national.faults = Faults(garbage=1.0)
    enqueue(1)
    work_off()
    waiting = Message.objects.get(kind="case")
    assert (waiting.state, waiting.attempts, waiting.last_error) == ("waiting", 1, "答复无法识别")
    planned = ProcrastinateJob.objects.filter(status="todo", args__message_id=str(waiting.pk))
    assert [job.scheduled_at is not None for job in planned] == [True]
    assert waiting.next_at is not None


def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


def started(at: int, store: Path) -> subprocess.Popen[bytes]:
    """The simulated system as a process of its own, answering."""
    command = [sys.executable, "-m", "zhuanmai.cli", "sandbox", "national", "--port", str(at), "--store", str(store)]
    process = subprocess.Popen(command, env={**os.environ, "ZHUANMAI_PROFILE": "test"})
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        try:
            httpx.get(f"http://127.0.0.1:{at}/v1/hello", trust_env=False)
            return process
        except httpx.ConnectError:
            time.sleep(0.05)
    process.kill()
    raise TimeoutError("the simulated national system did not start")


def test_messages_outlive_the_death_of_the_national_system(tmp_path: Path, settings: Any) -> None:
    settings.HOME_DIR, settings.FILES_DIR = tmp_path, tmp_path / "files"
    at = port()
    to = registry_of(f"http://127.0.0.1:{at}")
    for case in range(4):
        enqueue(case)
    keys = list(Message.objects.values_list("pk", flat=True))
    process = started(at, tmp_path / "national")
    try:
        for key in keys[:6]:
            assert services.deliver(message_id=key, partners=to).state == "received"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert {services.deliver(message_id=key, partners=to).state for key in keys[6:]} == {"waiting"}
        process = started(at, tmp_path / "national")
        assert {services.deliver(message_id=key, partners=to).state for key in keys} == {"received"}
        held = httpx.get(f"http://127.0.0.1:{at}/v1/messages?limit=100", trust_env=False).json()["messages"]
        assert sorted(row["key"] for row in held) == sorted(map(str, keys))
        assert {row["deliveries"] for row in held} == {1}
    finally:
        process.kill()
        process.wait()


def test_a_dead_letter_is_sent_again_by_who_may(
    national: National, gossip: Kind, officer_with: Callable[[str], Officer]
) -> None:
    admin, auditor = officer_with("system_admin"), officer_with("auditor")
    send("gossip", new_id())
    enqueue(1)
    work_off()
    dead = Message.objects.get(state="dead")
    with pytest.raises(NotAllowed):
        services.retry(actor=auditor, message_id=dead.pk)
    assert services.retry(actor=admin, message_id=dead.pk).state == "waiting"
    with pytest.raises(Conflict):
        services.retry(actor=admin, message_id=dead.pk)
    work_off()
    assert Message.objects.get(pk=dead.pk).state == "dead"
    assert services.retry_all(actor=admin) == 1
    kinds = [line.kind for line in timeline(object_id=dead.pk)]
    assert kinds == [*["exchange.retried", "exchange.dead"] * 2, "exchange.sent"], "newest first"


@pytest.mark.parametrize(
    "change",
    [
        {"body": {}},
        {"kind": "items"},
        {"files": {}},
        {"state": "waiting"},
        {"sha256": "0"},
        {"subject_id": new_id()},
        {"subject_kind": "toy"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_refuses_to_change_what_was_sent(national: National, change: dict[str, Any]) -> None:
    enqueue(1)
    work_off()
    with pytest.raises(DatabaseError), transaction.atomic():
        Message.objects.filter(kind="document").update(**change)
    Attempt.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Message.objects.all().delete()


def test_pages_show_counts_reasons_and_ways_on(
    national: National, gossip: Kind, officer_with: Callable[[str], Officer]
) -> None:
    client = Client()
    client.force_login(officer_with("system_admin"))
    send("gossip", new_id())
    enqueue(1)
    work_off()
    dead = Message.objects.get(state="dead")
    page = client.get("/exchange").content.decode()
    assert "no such kind: gossip" in page
    receipt = re.compile(r"GJ[0-9A-F]{16}")  # two letters alone may stand in a form's token by chance
    assert len(receipt.findall(page)) == 3
    assert not receipt.findall(client.get("/exchange?state=dead").content.decode())
    detail = client.get(f"/exchange/messages/{dead.pk}").content.decode()
    assert "no such kind: gossip" in detail
    assert "422" in detail
    assert client.post(f"/exchange/messages/{dead.pk}/retry").status_code == 302
    assert client.post("/exchange/retry", follow=True).status_code == 200
    answer = client.post("/exchange/reconciliations", {"partner": "national"}, follow=True)
    assert "http-equiv" in answer.content.decode()
    work_off()
    assert "双方一致" in client.get(answer.redirect_chain[-1][0]).content.decode()
    assert client.get("/exchange/reconciliations").status_code == 200
    assert client.get(f"/exchange/messages/{uuid.UUID(int=1)}").status_code == 404


def test_the_api_counts_and_lists_for_who_may_see(national: National, officer_with: Callable[[str], Officer]) -> None:
    enqueue(1)
    work_off()
    client = Client()
    client.force_login(officer_with("auditor"))
    assert client.get("/api/exchange/counts").json() == {"waiting": 0, "received": 3, "dead": 0}
    [row] = client.get("/api/exchange/messages?kind=document").json()
    assert (row["state"], "body" in row, row["subject"]["kind"]) == ("received", False, "case")
    assert client.get("/api/exchange/messages?limit=0").status_code == 422
    client.force_login(officer_with("officer"))
    assert client.get("/api/exchange/counts").status_code == 403
    assert client.get("/exchange").status_code == 403


def said(kind: str, subject_id: uuid.UUID, **body: Any) -> Message:
    """How a subject stands now, told in a transaction of its own."""
    with transaction.atomic():
        return services.report(partner="national", kind=kind, subject_id=subject_id, body=body)


def test_a_key_that_comes_again_with_another_content_is_an_error(national: National) -> None:
    key, case_id = new_id(), new_id()
    assert send("case", case_id, key=key, clue_no="1") == send("case", case_id, key=key, clue_no="1")
    with pytest.raises(ValueError, match="another content"):
        send("case", case_id, key=key, clue_no="2")


def test_whatever_differs_from_the_newest_message_is_a_new_one(national: National) -> None:
    case_id = new_id()
    names = ("叶一", "叶一", "叶二", "叶二", "叶一")
    keys = [said("case", case_id, name=name).pk for name in names]
    assert keys[0] == keys[1] != keys[2] == keys[3] != keys[4] != keys[0]
    assert [one.body["name"] for one in Message.objects.order_by("created_at")] == ["叶一", "叶二", "叶一"]
    assert said("case", new_id(), name="叶一").pk not in keys
    assert said("items", case_id, name="叶一").pk not in keys


def test_an_older_message_that_still_waits_is_not_sent_after_a_newer_one(
    national: National, officer_with: Callable[[str], Officer]
) -> None:
    case_id, to = new_id(), partners_of(national)
    old, other = said("case", case_id, name="叶一"), said("items", case_id, lines=[])
    new = said("case", case_id, name="叶二")
    assert services.deliver(message_id=new.pk, partners=to).state == "received"
    assert services.deliver(message_id=old.pk, partners=to).state == "superseded"
    assert services.deliver(message_id=old.pk, partners=to).state == "superseded"
    assert services.deliver(message_id=other.pk, partners=to).state == "received"
    assert [row["kind"] for row in national.store.listed("", 10)].count("case") == 1
    assert Entry.objects.filter(kind="exchange.superseded").count() == 1
    with transaction.atomic(), pytest.raises(DatabaseError):
        Message.objects.filter(pk=old.pk).update(state="waiting")
    client = Client()
    client.force_login(officer_with("system_admin"))
    assert "已被新报文取代" in client.get("/exchange?state=superseded").content.decode()


def test_a_dead_letter_that_is_stale_is_not_sent_again(national: National) -> None:
    case_id = new_id()
    old = said("case", case_id, name="叶一")
    Message.objects.filter(pk=old.pk).update(state="dead")
    said("case", case_id, name="叶二")
    Message.objects.filter(pk=old.pk).update(state="waiting")
    assert services.deliver(message_id=old.pk, partners=partners_of(national)).state == "superseded"


@pytest.mark.parametrize("kind, sent", [("document", 2), ("case", 1)])
def test_only_what_says_how_a_subject_stands_is_superseded(national: National, kind: str, sent: int) -> None:
    """Each sealed document is a message of its own."""
    for n in (1, 2):
        pdf = files.store(str(n).encode())
        with transaction.atomic():
            services.enqueue(
                partner="national", kind=kind, key=new_id(), subject_id=uuid.UUID(int=7),
                body={"sha256": pdf}, files_by_field={"pdf": pdf},
            )  # fmt: skip
    for pk in list(Message.objects.values_list("pk", flat=True)):
        services.deliver(message_id=pk, partners=partners_of(national))
    assert Message.objects.filter(state="received").count() == sent
