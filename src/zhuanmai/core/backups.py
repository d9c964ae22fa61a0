"""Backups that are asked for on a page: made by a job, kept in ZHUANMAI_HOME/backups, with what the proofs found."""

from __future__ import annotations

import hashlib
import logging
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhuanmai.core import backup, checks, ports, work
from zhuanmai.core.clock import to_local
from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import new_id
from zhuanmai.core.jobs import name_steps
from zhuanmai.core.models import Backup, Work

log = logging.getLogger(__name__)
LATEST = 50
TASK = "core.backup"
name_steps(TASK, {"packing": _("Packing database and files"), "proving": _("Proving what was packed")})


@dataclass(frozen=True)
class Kept:
    """A backup as the page shows it, and whether its file lies where it was written, in full."""

    row: Backup
    is_there: bool


def ask(*, actor_id: uuid.UUID) -> Backup:
    """Have a job make a backup. Raises Refused (no_recipient), Conflict (work_under_way)."""
    if not settings.BACKUP_RECIPIENT:
        detail = "没有备份公钥：请运行 zhuanmai backup-key，把公钥写入 ZHUANMAI_BACKUP_RECIPIENT 后重启服务。"
        raise Refused("no_recipient", detail)
    with transaction.atomic():
        key = new_id()
        asked = work.ask(TASK, about="backup", asked_by_id=actor_id, backup_id=str(key))
        row = Backup.objects.create(id=key, work=asked)
        _record("core.backup_asked", row, actor_id=actor_id)
        return row


def run(*, backup_id: uuid.UUID) -> Backup:
    """Make it and prove what it was made from; done once. What goes wrong is kept on its row, in words."""
    row = Backup.objects.get(pk=backup_id)
    turn = work.begin(row.work)
    if turn is None:
        return row
    name = f"zhuanmai-{to_local(row.created_at):%Y%m%d-%H%M%S}.age"
    try:
        turn.tell("packing")
        _clear_away()
        made = backup.backup(folder() / name, recipient=settings.BACKUP_RECIPIENT)
        turn.tell("proving")
        found = [*made.warnings, *checks.failures()]
    except (Refused, RuntimeError, OSError) as error:
        log.exception("the backup failed")
        reason = error.detail if isinstance(error, Refused) else f"{type(error).__name__}，详见服务日志"
        return _failed(turn, row, reason)
    with transaction.atomic(), made.path.open("rb") as handle:
        turn.end(Work.State.DONE)
        row = _locked(backup_id)
        row.name, row.size, row.files = name, made.size, made.files
        row.sha256, row.problems = hashlib.file_digest(handle, "sha256").hexdigest(), found[:20]
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
    row = Backup.objects.select_for_update(of=("self",)).get(pk=backup_id)
    ports.get(ports.Ledger).as_found(row)  # type: ignore[type-abstract]
    return row


def _failed(turn: work.Turn, row: Backup, reason: str) -> Backup:
    with transaction.atomic():
        turn.end(Work.State.FAILED, reason)
        row = _locked(row.pk)
        _record("core.backup_failed", row, reason=row.error)
    return row


@work.when_given_up(TASK)
def _given_up(done: Work) -> None:
    row = Backup.objects.get(work=done)
    _record("core.backup_failed", _locked(row.pk), reason=done.error)


def _clear_away() -> None:
    """Remove what a killed backup left half-made: it is not encrypted yet."""
    for left in folder().glob(f"{backup.DRAFT}*"):
        shutil.rmtree(left, ignore_errors=True)


def _record(kind: str, row: Backup, *, actor_id: uuid.UUID | None = None, **facts: str) -> None:
    ports.get(ports.Ledger).append(  # type: ignore[type-abstract]
        kind, actor_id=actor_id, object_kind="backup", object_id=row.pk, facts=facts, rows=[row]
    )
