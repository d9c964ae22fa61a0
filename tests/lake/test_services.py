"""Imports as an officer sees them: who may, what is on the ledger, cancel and resume, a row put right, pages, commands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client

from tests.lake.tables import rows_of, write
from zhuanmai.accounts.models import Officer, Role
from zhuanmai.core import work
from zhuanmai.core.errors import Conflict, NotAllowed, Refused
from zhuanmai.core.models import Work
from zhuanmai.lake import manifest, queries, services, tasks
from zhuanmai.lake.engine import open_lake
from zhuanmai.lake.models import Import
from zhuanmai.ledger.models import Entry, LedgerPersonal

HEAD = "licence_no,holder_name,phone,status\n"
GOOD = "350206100001,叶某某,13900000000,valid\n"
BAD = "35020610000,林某某,13911112222,valid\n"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(tmp_path: Path, settings: Any) -> Any:
    settings.LAKE_DIR = tmp_path / "lake"
    settings.HOME_DIR = tmp_path / "home"
    return settings.LAKE_DIR


@pytest.fixture
def analyst(officer_with: Callable[[str], Officer]) -> Officer:
    return officer_with(Role.ANALYST)


def handed(actor: Officer, text: str = HEAD + GOOD + BAD, name: str = "licences.csv") -> Import:
    return services.hand_in(actor=actor, file_name=name, content=[text.encode()])


def kinds() -> list[str]:
    return list(Entry.objects.order_by("seq").values_list("kind", flat=True))


def test_a_file_handed_in_is_imported_by_the_job(analyst: Officer, lake: Path) -> None:
    row = handed(analyst)
    tasks.import_file(str(row.pk))
    row.refresh_from_db()
    assert (row.state, row.rows, row.taken, row.broken, row.changed) == ("done", 2, 1, 1, True)
    assert [one["licence_no"] for one in rows_of(open_lake(lake), "licences")] == ["350206100001"]
    assert kinds() == ["lake.import_asked", "lake.imported"]
    assert not Path(row.path).exists()


def test_the_job_twice_has_the_effect_of_once(analyst: Officer, lake: Path) -> None:
    row = handed(analyst)
    for _turn in range(2):
        tasks.import_file(str(row.pk))
    assert kinds().count("lake.imported") == 1
    assert manifest.load(lake).version == 1


def typed(path: Path) -> Import:
    """An import that a command does, just begun."""
    path.write_text(HEAD + GOOD, encoding="utf-8")
    held = work.alone(services.TASK, about="typed")
    assert work.begin(held)
    return Import.objects.create(work=held, file_name=path.name, path=str(path), table="licences")


def silent() -> None:
    """Nothing was heard of any command for a minute and a second."""
    Work.objects.update(alive_at=F("alive_at") - dt.timedelta(seconds=61))


def test_an_import_that_another_process_does_is_left_to_it(analyst: Officer, tmp_path: Path) -> None:
    row = typed(tmp_path / "licences.csv")
    assert services.run(import_id=row.pk).state == "running"
    silent()
    assert services.run(import_id=row.pk).state == "done"


def test_a_killed_command_says_so_and_what_waits_in_the_queue_is_left_to_it(analyst: Officer, tmp_path: Path) -> None:
    uploaded, killed = handed(analyst), typed(tmp_path / "licences.csv")
    work.recover()
    assert Import.objects.get(pk=killed.pk).state == "running", "it has spoken within the minute"
    silent()
    work.recover()
    assert "请重新执行同一命令" in Import.objects.get(pk=killed.pk).error
    assert Import.objects.get(pk=uploaded.pk).state == "waiting"
    assert kinds()[-1] == "lake.import_failed"


def test_a_refused_file_says_why_and_can_be_resumed(analyst: Officer) -> None:
    row = handed(analyst, "holder_name\n叶某某\n")
    tasks.import_file(str(row.pk))
    row.refresh_from_db()
    assert row.state == "failed"
    assert "licence_no" in row.error
    services.resume(actor=analyst, import_id=row.pk)
    row.refresh_from_db()
    assert row.state == "waiting"
    assert kinds() == ["lake.import_asked", "lake.import_failed", "lake.import_resumed"]


def test_a_waiting_import_is_cancelled_at_once_a_running_one_at_its_next_step(analyst: Officer, lake: Path) -> None:
    row = handed(analyst)
    assert services.cancel(actor=analyst, import_id=row.pk).state == "cancelled"
    with pytest.raises(Conflict):
        services.cancel(actor=analyst, import_id=row.pk)
    services.resume(actor=analyst, import_id=row.pk)
    Work.objects.filter(pk=row.work_id).update(cancel_asked=True)
    assert services.run(import_id=row.pk).state == "cancelled"
    assert manifest.load(lake).version == 0
    assert kinds()[-1] == "lake.import_cancelled"


@pytest.mark.parametrize("name, code", [("x.csv", "import_name"), ("orders.txt", "import_format")])
def test_a_file_that_is_none_of_ours_is_refused_at_once(analyst: Officer, name: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        handed(analyst, name=name)


def test_who_may_what(officer_with: Callable[[str], Officer], analyst: Officer) -> None:
    admin, clerk = officer_with(Role.SYSTEM_ADMIN), officer_with(Role.OFFICER)
    services.run(import_id=handed(admin).pk)
    assert queries.held(officer=admin)[1].rows == 1
    with pytest.raises(NotAllowed):
        handed(clerk)
    with pytest.raises(NotAllowed):
        queries.held(officer=clerk)
    with pytest.raises(NotAllowed):
        queries.put_aside(officer=admin)
    with pytest.raises(NotAllowed):
        services.ask(actor=admin, question=services.Question("SELECT 1"))
    assert queries.put_aside(officer=analyst).count == 1


def test_a_query_is_on_the_ledger_its_words_in_the_personal_part(analyst: Officer) -> None:
    services.run(import_id=handed(analyst).pk)
    services.ask(actor=analyst, question=services.Question("SELECT * FROM licences WHERE phone = '139'"))
    entry = Entry.objects.get(kind="lake.queried")
    assert entry.facts == {"rows": 0, "unmasked": False}
    assert LedgerPersonal.objects.filter(entry=entry).exists()
    answer = services.ask(actor=analyst, question=services.Question("SELECT phone FROM licences", None, "核查 12313"))
    assert answer.table.to_pylist() == [{"phone": "13900000000"}]
    assert kinds()[-2:] == ["lake.unmasked", "lake.queried"]


@pytest.fixture
def pages(analyst: Officer) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    client.force_login(analyst)
    return client


def test_the_pages_lead_from_the_file_to_the_row_put_right(pages: Client, lake: Path) -> None:
    answer = pages.post("/lake/imports", {"file": SimpleUploadedFile("licences.csv", (HEAD + GOOD + BAD).encode())})
    row = Import.objects.get()
    assert answer.url == f"/lake/imports/{row.pk}"
    assert "等待后台任务" in pages.get(f"/lake/imports/{row.pk}").content.decode()
    tasks.import_file(str(row.pk))
    assert pages.get(f"/lake/imports/{row.pk}/progress")["HX-Refresh"] == "true"
    assert "许可证" in pages.get("/lake").content.decode()
    listed = pages.get("/lake/quarantine?file=licences.csv").content.decode()
    assert "应为 12 位" in listed
    where = "/lake/quarantine/row?file=licences.csv&line=3"
    shown = pages.get(where).content.decode()
    assert "林**" in shown
    assert "林某某" not in shown
    wrong = pages.post(where, {"act": "fix", "licence_no": "12", "status": "valid"}).content.decode()
    assert "应为 12 位" in wrong
    assert 'value="12"' in wrong
    done = pages.post(where, {"act": "fix", "licence_no": "350206100002", "status": "valid"})
    assert done.url == "/lake/quarantine?file=licences.csv"
    rows = rows_of(open_lake(lake), "licences")
    assert [(one["licence_no"], one["holder_name"]) for one in rows][1] == ("350206100002", "林某某")
    assert queries.put_aside(officer=Officer.objects.get()).count == 0
    assert kinds()[-1] == "lake.row_fixed"


def test_a_quarantined_row_is_shown_in_full_only_with_a_reason_on_the_ledger(pages: Client, analyst: Officer) -> None:
    services.run(import_id=handed(analyst, HEAD + "350206100001,叶某某\n").pk)
    where = "/lake/quarantine/row?file=licences.csv&line=2"
    assert "叶某某" not in pages.get(where).content.decode() + pages.get("/lake/quarantine").content.decode()
    assert "叶某某" not in pages.post(where, {"act": "unmask", "reason": ""}).content.decode()
    assert "叶某某" in pages.post(where, {"act": "unmask", "reason": "改正错行"}).content.decode()
    assert kinds()[-1] == "lake.unmasked"


def test_the_quality_page_names_gaps_and_orphans(pages: Client, analyst: Officer, tmp_path: Path) -> None:
    orders = [
        {"order_date": day, "licence_no": shop, "carton_barcode": "6901028000017", "cartons": 1}
        for day, shop in (("2018-04-02", "350206100001"), ("2018-04-16", "350206100009"))
    ]
    services.take(actor=analyst, path=write(tmp_path / "orders.csv", orders, list(orders[0])))
    services.run(import_id=handed(analyst).pk)
    text = pages.get("/lake/quality").content.decode()
    assert "2018-04-09" in text
    assert "350206100009" in text


def test_the_command_imports_lists_and_asks(
    officer_with: Callable[[str], Officer], tmp_path: Path, lake: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    analyst, admin = officer_with(Role.ANALYST), officer_with(Role.SYSTEM_ADMIN)
    path = tmp_path / "licences-2018.csv"
    path.write_text(HEAD + GOOD + BAD, encoding="utf-8")
    out, errors = StringIO(), StringIO()
    call_command("lake", "import", str(path), stdout=out, stderr=errors)
    assert "入库 1 行" in out.getvalue()
    assert "第 3 行 licence_no" in errors.getvalue()
    call_command("lake", "tables", stdout=out)
    assert "licences" in out.getvalue()
    asking = ["lake", "--by", analyst.username, "sql"]
    call_command(*asking, "SELECT holder_name FROM licences")
    assert capsys.readouterr().out == "holder_name\n叶**\n"
    call_command(*asking, "SELECT * FROM licences", "--out", str(tmp_path / "out.csv"))
    assert "叶**" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    with pytest.raises(CommandError, match="SELECT"):
        call_command(*asking, "DROP VIEW licences")
    with pytest.raises(CommandError, match="--by"):
        call_command("lake", "sql", "SELECT 1")
    with pytest.raises(CommandError, match="分析员"):
        call_command("lake", "--by", admin.username, "sql", "SELECT 1")
    assert kinds() == ["lake.imported", "lake.queried", "lake.queried"]
