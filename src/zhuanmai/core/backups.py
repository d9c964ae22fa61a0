"""Backups that are asked for on a page: made by a job, kept in ZHUANMAI_HOME/backups, with what the proofs found."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from zhuanmai.core import backup, checks, ports
from zhuanmai.core.clock import now, to_local
from zhuanmai.core.errors import Conflict, Refused
from zhuanmai.core.jobs import defer
from zhuanmai.core.models import Backup

LATEST = 50
_STALE = dt.timedelta(hours=6)


@dataclass(frozen=True)
class Kept:
    """A backup as the page shows it, and whether its file lies where it was written, in full."""

    row: Backup
    is_there: bool


def ask(*, actor_id: uuid.UUID) -> Backup:
    """Have a job make a backup. Raises Refused (no_recipient), Conflict (under_way)."""
    if not settings.BACKUP_RECIPIENT:
        detail = "没有备份公钥：请运行 zhuanmai backup-key，把公钥写入 ZHUANMAI_BACKUP_RECIPIENT 后重启服务。"
        raise Refused("no_recipient", detail)
    with transaction.atomic():
        if Backup.objects.filter(state=Backup.State.WAITING, created_at__gt=now() - _STALE).exists():
            raise Conflict("under_way", "已有一份备份正在进行；完成后会出现在列表中。")
        row = Backup.objects.create(asked_by_id=actor_id)
        defer("core.backup", backup_id=str(row.pk))
        _record("core.backup_asked", row, actor_id=actor_id)
        return row


def run(*, backup_id: uuid.UUID) -> Backup:
    """Make it and prove what it was made from; done once. What goes wrong is kept on its row, in words."""
    row = Backup.objects.get(pk=backup_id)
    if row.state != Backup.State.WAITING:
        return row
    name = f"zhuanmai-{to_local(row.created_at):%Y%m%d-%H%M%S}.age"
    try:
        made = backup.backup(folder() / name, recipient=settings.BACKUP_RECIPIENT)
        found = [*made.warnings, *checks.failures()]
    except (Refused, RuntimeError, OSError) as error:
        return _failed(row, error.detail if isinstance(error, Refused) else f"{type(error).__name__}，详见服务日志")
    with transaction.atomic(), made.path.open("rb") as handle:
        row = _locked(backup_id)
        row.state, row.name, row.size, row.files = Backup.State.DONE, name, made.size, made.files
        row.sha256, row.problems = hashlib.file_digest(handle, "sha256").hexdigest(), found[:20]
        row.finished_at = now()
        row.save()
        proof = f"发现 {len(found)} 处问题" if found else "通过"
        _record("core.backup_made", row, name=name, sha256=row.sha256, proof=proof)
    return row


def kept() -> list[Kept]:
    """The latest backups, newest first."""
    return [Kept(row, _is_there(row)) for row in Backup.objects.all()[:LATEST]]


def folder() -> Path:
    """Where they lie; copy this folder to another machine."""
    return Path(settings.HOME_DIR) / "backups"


def _is_there(row: Backup) -> bool:
    path = folder() / row.name
    return bool(row.name) and path.is_file() and path.stat().st_size == row.size


def _locked(backup_id: uuid.UUID) -> Backup:
    row = Backup.objects.select_for_update().get(pk=backup_id)
    ports.get(ports.Ledger).as_found(row)  # type: ignore[type-abstract]
    return row


def _failed(row: Backup, reason: str) -> Backup:
    with transaction.atomic():
        row = _locked(row.pk)
        row.state, row.error, row.finished_at = Backup.State.FAILED, reason[:300], now()
        row.save()
        _record("core.backup_failed", row, reason=reason[:300])
    return row


def _record(kind: str, row: Backup, *, actor_id: uuid.UUID | None = None, **facts: str) -> None:
    ports.get(ports.Ledger).append(  # type: ignore[type-abstract]
        kind, actor_id=actor_id, object_kind="backup", object_id=row.pk, facts=facts, rows=[row]
    )
