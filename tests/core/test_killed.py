"""kill -9 of the job worker in the middle of every kind of job, through the real queue: each comes to an end."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.enforcement.conftest import Bureau, seeded
from tests.enforcement.desk import scene
from tests.workers import Worker, a_minute_later, at_work
from zhuanmai.alerts.daily import asking
from zhuanmai.alerts.models import Run
from zhuanmai.core import backups, events
from zhuanmai.core.ids import new_id
from zhuanmai.core.jobs import defer
from zhuanmai.core.models import Backup, Event, Work
from zhuanmai.documents.models import Document, Making
from zhuanmai.enforcement.services import acts
from zhuanmai.exchange import reconciliation, services
from zhuanmai.exchange.models import Message, Reconciliation
from zhuanmai.lake import services as lake
from zhuanmai.lake.models import Import
from zhuanmai.ledger.models import Entry
from zhuanmai.sandbox.national.server import National
from zhuanmai.sandbox.national.store import Store

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LICENCES = b"licence_no,holder_name,phone,status\n350206100001,\xe5\x8f\xb6\xe6\x9f\x90\xe6\x9f\x90,13900000000,valid\n"


@pytest.fixture
def partner(tmp_path: Path, settings: Any) -> Iterator[str]:
    """The simulated national system's address; home, lake and files of the test's own."""
    settings.HOME_DIR, settings.FILES_DIR, settings.LAKE_DIR = tmp_path, tmp_path / "files", tmp_path / "lake"
    settings.BACKUP_RECIPIENT = str(pyrage.x25519.Identity.generate().to_public())
    server = National(("127.0.0.1", 0), Store(tmp_path / "national"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.NATIONAL_URL = f"http://127.0.0.1:{server.server_address[1]}"
    yield settings.NATIONAL_URL
    server.shutdown()
    server.server_close()
    server.store.close()


def _message() -> None:
    with transaction.atomic():
        services.enqueue(partner="national", kind="case", key=new_id(), subject_id=new_id(), body={"clue_no": "1"})


ASKED: dict[str, Callable[[Bureau], object]] = {
    "alerts.run": lambda bureau: asking.ask(actor=bureau["analyst"]),
    "core.backup": lambda bureau: backups.ask(actor_id=bureau["analyst"].pk),
    "core.handle_event": lambda bureau: events.emit("reference.calendar_changed", year=2026),
    "documents.make": lambda bureau: acts.make_documents(officer=bureau["jia"], case_id=scene(bureau).case_id),
    "enforcement.seal_ready": lambda bureau: defer("enforcement.seal_ready", case_id=str(bureau.open_case().case_id)),
    "exchange.deliver": lambda bureau: _message(),
    "exchange.reconcile": lambda bureau: reconciliation.ask(actor=bureau["auditor"], partner="national"),
    "lake.import": lambda bureau: lake.hand_in(actor=bureau["analyst"], file_name="licences.csv", content=[LICENCES]),
}


def ask_for_all(bureau: Bureau) -> dict[int, str]:
    """One job of every task that there is, put in the queue as the platform does it; a new task is asked for too."""
    app.perform_import_paths()
    tasks = sorted(name for name in app.tasks if not name.startswith(("builtin", "procrastinate")))
    for name in tasks:
        if name in ASKED:
            ASKED[name](bureau)
        elif not ProcrastinateJob.objects.filter(task_name=name).exists():
            given = set(inspect.signature(app.tasks[name].func).parameters) - {"context"}
            assert given == {"timestamp"}, f"ASKED lacks {name}"
            defer(name, timestamp=0)
    asked = dict(ProcrastinateJob.objects.filter(status="todo").values_list("pk", "task_name"))
    assert set(asked.values()) == set(tasks)
    return asked


def ended(jobs: dict[int, str]) -> bool:
    """Whether nothing of these waits or runs any more, nor any work that they have asked for."""
    under_way = ProcrastinateJob.objects.filter(pk__in=jobs, status__in=("todo", "doing"))
    return not (under_way.exists() or Work.objects.filter(state__in=Work.OPEN).exists())


@pytest.mark.parametrize("moment", ["before", "after"])
def test_every_kind_of_job_whose_worker_is_killed_comes_to_its_end(
    moment: str, no_jobs: None, partner: str, tmp_path: Path, settings: Any
) -> None:
    bureau = seeded()
    asked = ask_for_all(bureau)
    extra = {"ZHUANMAI_NATIONAL_URL": partner, "ZHUANMAI_BACKUP_RECIPIENT": settings.BACKUP_RECIPIENT}
    with at_work(Worker(tmp_path, moment, extra)) as worker:
        worker.until(lambda: worker.holds(set(asked)), "every job is under way")
        worker.kill()
    assert set(ProcrastinateJob.objects.filter(pk__in=asked).values_list("status", flat=True)) == {"doing"}
    a_minute_later()
    with at_work(Worker(tmp_path, "free", extra)) as worker:
        worker.until(lambda: ended(asked), "every job comes to an end")
    ends = {asked[row.pk]: row.status for row in ProcrastinateJob.objects.filter(pk__in=asked)}
    assert {name: end for name, end in ends.items() if end != "succeeded"} == {}
    assert Event.objects.filter(handled_at=None, kind="reference.calendar_changed").count() == 0
    assert (Import.objects.get().state, Import.objects.get().rows) == ("done", 1)
    runs = list(Run.objects.all())  # the morning's asks anew where one has failed
    assert {(row.state, "请先在“数据湖”导入文件" in row.error) for row in runs} == {("failed", True)}
    assert (Backup.objects.get().state, Backup.objects.get().problems) == ("done", [])
    assert Reconciliation.objects.get().state == "done"
    assert (Making.objects.get().state, Document.objects.count()) == ("done", 11)
    assert set(Message.objects.values_list("state", flat=True)) == {"received"}
    once = ["lake.imported", "core.backup_made", "exchange.received", "exchange.reconciled"]
    once.append("enforcement.documents_prepared")
    counts = {kind: Entry.objects.filter(kind=kind).count() for kind in (*once, "alerts.run_failed")}
    assert counts == dict.fromkeys(once, 1) | {"alerts.run_failed": len(runs)}, "done again, the effect is that of once"
