"""The system administrator's pages: settings changed with a reason, jobs done again, backups with their proofs, doctor."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from zhuanmai.accounts.models import Officer
from zhuanmai.core import backup, backups, events, jobs, options
from zhuanmai.core.models import Backup, Event
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.verify import verify

pytestmark = pytest.mark.django_db
PAGES = ("/system/settings", "/system/jobs", "/system/backups", "/system/doctor")


def signed_in(officer: Officer) -> Client:
    """A browser of theirs."""
    client = Client()
    client.force_login(officer)
    return client


@pytest.mark.parametrize("path", PAGES)
def test_only_the_system_administrator_gets_in(path: str, officer_with: Callable[[str], Officer]) -> None:
    assert Client().get(path).headers["Location"].startswith("/sign-in")
    assert signed_in(officer_with("security_admin")).get(path).status_code == 403
    assert signed_in(officer_with("system_admin")).get(path).status_code == 200


def test_a_setting_is_changed_with_a_reason_and_stands_on_the_ledger(
    officer_with: Callable[[str], Officer], settings: Any
) -> None:
    settings.GUN_GAP_MS = 40
    client = signed_in(officer_with("system_admin"))
    wrong = client.post("/system/settings", {"name": "GUN_GAP_MS", "value": "5", "reason": "新枪"})
    assert (wrong.status_code, "10 到 200" in wrong.content.decode()) == (422, True)
    assert 'value="5"' in wrong.content.decode(), "what was typed stays"
    assert client.post("/system/settings", {"name": "GUN_GAP_MS", "value": "60"}).status_code == 422
    assert client.post("/system/settings", {"name": "SECRET_KEY", "value": "x", "reason": "x"}).status_code == 422
    assert options.value("GUN_GAP_MS") == 40
    for text in ("60", "60", "55"):
        assert (
            client.post("/system/settings", {"name": "GUN_GAP_MS", "value": text, "reason": "新枪"}).status_code == 302
        )
    assert options.value("GUN_GAP_MS") == 55
    entries = list(Entry.objects.filter(kind="core.setting_changed").order_by("seq"))
    assert [(one.facts["old"], one.facts["new"]) for one in entries] == [("40", "60"), ("60", "55")]
    assert len(next(iter(entries[1].rows["core.setting"].values()))) == 2, "the digest before and after"
    assert [one for one in verify().problems if one.where.startswith("core.")] == []


def test_a_failed_job_says_why_and_is_done_again(officer_with: Callable[[str], Officer]) -> None:
    @events.on("test.broken")
    def broken(_event: Event) -> None:
        raise ValueError("personal data")

    event = events.emit("test.broken")
    with pytest.raises(ValueError, match="personal"):
        events.handle(str(event.pk))
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'doing' where args->>'event_id' = %s", [str(event.pk)])
        cursor.execute("update procrastinate_jobs set status = 'failed' where args->>'event_id' = %s", [str(event.pk)])
    row = ProcrastinateJob.objects.get(args__event_id=str(event.pk))
    (shown,) = jobs.shown([row])
    assert "ValueError" in shown.why
    assert "personal data" not in shown.why
    client = signed_in(officer_with("system_admin"))
    assert f"/system/jobs/{row.pk}/retry" in client.get("/system/jobs?state=failed").content.decode()
    assert client.post(f"/system/jobs/{row.pk}/retry").status_code == 302
    assert client.post(f"/system/jobs/{row.pk}/retry").status_code == 409
    row.refresh_from_db()
    assert row.status == "todo"
    assert Entry.objects.get(kind="core.job_retried").facts == {"task": "core.handle_event", "job": row.pk}


def test_a_backup_is_a_job_and_is_listed_with_its_proof(
    officer_with: Callable[[str], Officer], settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME_DIR = tmp_path
    client = signed_in(officer_with("system_admin"))
    settings.BACKUP_RECIPIENT = ""
    assert "backup-key" in client.get("/system/backups").content.decode()
    assert client.post("/system/backups").status_code == 422
    settings.BACKUP_RECIPIENT = str(pyrage.x25519.Identity.generate().to_public())
    assert client.post("/system/backups").status_code == 302
    assert client.post("/system/backups").status_code == 422, "one at a time"
    row = backups.run(backup_id=Backup.objects.get().pk)
    content = (tmp_path / "backups" / row.name).read_bytes()
    assert (row.state, row.sha256, row.size) == ("done", hashlib.sha256(content).hexdigest(), len(content))
    page = client.get("/system/backups").content.decode()
    assert row.name in page
    assert "已不在本机" not in page
    (tmp_path / "backups" / row.name).unlink()
    assert "已不在本机" in client.get("/system/backups").content.decode()
    assert [one.kind for one in Entry.objects.filter(object_id=row.pk)] == ["core.backup_asked", "core.backup_made"]

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("pg_dump: no")

    client.post("/system/backups")
    monkeypatch.setattr(backup, "_pack", fails)
    failed = backups.run(backup_id=Backup.objects.first().pk)
    assert (failed.state, failed.error) == ("failed", "RuntimeError，详见服务日志")
    assert failed.error in client.get("/system/backups").content.decode()


def test_doctor_is_loaded_into_its_page(officer_with: Callable[[str], Officer]) -> None:
    client = signed_in(officer_with("system_admin"))
    found = client.get("/system/doctor", headers={"HX-Request": "true"}).content.decode()
    assert "数据库" in found
    assert "PostgreSQL" in found
