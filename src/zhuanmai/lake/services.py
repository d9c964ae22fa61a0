"""What can be done: hand a file in; run, cancel, resume an import; put a quarantined row right; query; unmask."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core import work
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict, NotFound, Refused
from zhuanmai.core.ids import derived_id, new_id
from zhuanmai.core.jobs import name_steps
from zhuanmai.core.models import Work
from zhuanmai.core.telling import described
from zhuanmai.lake import importing, quarantine, sql
from zhuanmai.lake.models import Import
from zhuanmai.lake.schema import TABLES, Table, table_of_file
from zhuanmai.ledger.services import append, append_apart

LAKE_ID = derived_id("lake")  # the lake as an object on the ledger
TASK = "lake.import"
name_steps(TASK, {"reading": _("Reading and checking"), "merging": _("Merging by key")})


def hand_in(*, actor: Officer, file_name: str, content: Iterable[bytes]) -> Import:
    """Take a file in and put its import in the queue. Raises Refused (import_name, import_format)."""
    require(actor, "lake.import")
    name = Path(file_name).name
    table = _table(name)
    path, digest = _kept(name, content)
    with transaction.atomic():
        key = new_id()
        asked = work.ask(TASK, about=str(key), asked_by_id=actor.pk, import_id=str(key))
        row = Import.objects.create(
            id=key, work=asked, file_name=name, file_sha256=digest, path=str(path), table=table.name
        )
        facts = {"file": name, "table": table.name, "sha256": digest}
        append("lake.import_asked", actor_id=actor.pk, object_kind="import", object_id=row.pk, facts=facts)
    return row


def take(*, actor: Officer | None, path: Path, folder: Path | None = None) -> Import:
    """Import a file of this machine now (the command's way); returns the row as it ended. Raises what it failed of."""
    if actor is not None:
        require(actor, "lake.import")
    table = _table(path.name)
    if not path.is_file():
        raise Refused("import_missing", f"找不到文件 {path}；请核对路径。", "file")
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    row = _alone(path.name, digest, path.resolve(), table.name, actor)
    return run(import_id=row.pk, folder=folder)


def feed(*, table: str, source: str, rows: Iterable[Sequence[Any]]) -> Import:
    """Take in rows that the platform itself made, now. Raises Refused (feed_refused) unless every row goes in.

    A row has the table's columns in the schema's order; `source` is who made it, as it stands in the file's name.
    """
    name = f"{table}-{source}-{now():%Y%m%dT%H%M%S}.csv"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(TABLES[table].names)
    writer.writerows(rows)
    path, digest = _kept(name, [text.getvalue().encode()])
    row = _alone(name, digest, path, table)
    done = run(import_id=row.pk)
    if done.broken:
        raise Refused("feed_refused", f"{name} 有 {done.broken} 行未能写入数据湖；请在“数据湖 - 隔离”查看原因。")
    return done


def run(*, import_id: uuid.UUID, folder: Path | None = None) -> Import:
    """Do an import, from where it was if it was killed. Raises Refused where it fails, work.Overtaken."""
    row = Import.objects.get(pk=import_id)
    turn = work.begin(row.work)
    if turn is None:
        return row
    try:
        outcome = importing.import_file(
            folder or Path(settings.LAKE_DIR), Path(row.path), name=row.file_name, watch=_Watch(row, turn)
        )
    except importing.Cancelled:
        return _finish(turn, row, Work.State.CANCELLED, "lake.import_cancelled", {})
    except Refused as error:
        _finish(turn, row, Work.State.FAILED, "lake.import_failed", {"reason": error.detail})
        raise
    except (duckdb.Error, OSError) as error:
        detail = f"导入中断（{described(error)}）；已读部分保留，排除故障后可继续导入。"
        _finish(turn, row, Work.State.FAILED, "lake.import_failed", {"reason": detail})
        raise Refused("import_stopped", detail, "file") from error
    row.rows, row.taken, row.broken = outcome.rows, outcome.taken, outcome.broken
    row.repeated, row.changed = outcome.repeated, outcome.changed
    facts = {name: getattr(row, name) for name in ("table", "rows", "taken", "broken", "repeated", "changed")}
    finished = _finish(turn, row, Work.State.DONE, "lake.imported", facts | {"sha256": row.file_sha256})
    _let_go(row)
    return finished


def cancel(*, actor: Officer, import_id: uuid.UUID) -> Import:
    """Have an import stop; the lake stays as it was. Raises Conflict (import_over)."""
    require(actor, "lake.import")
    with transaction.atomic():
        row = _locked(import_id)
        if not row.is_open:
            raise Conflict("import_over", "该导入已结束，无法取消；请刷新页面查看结果。")
        if not work.stop(row.work):
            return row
        facts = {"file": row.file_name}
        append("lake.import_cancelled", actor_id=actor.pk, object_kind="import", object_id=row.pk, facts=facts)
    return row


def resume(*, actor: Officer, import_id: uuid.UUID) -> Import:
    """Put a failed or cancelled import in the queue again. Raises Conflict (import_open), NotFound (file_gone)."""
    require(actor, "lake.import")
    with transaction.atomic():
        row = _locked(import_id)
        if row.is_open or row.state == Work.State.DONE:
            raise Conflict("import_open", "该导入正在进行或已完成，无需继续。")
        if not Path(row.path).exists():
            raise NotFound("file_gone", "原文件已不在；请重新上传。")
        work.again(row.work, import_id=str(row.pk))
        facts = {"file": row.file_name}
        append("lake.import_resumed", actor_id=actor.pk, object_kind="import", object_id=row.pk, facts=facts)
    return row


def fix_row(*, actor: Officer, file: str, line: int, values: Mapping[str, str]) -> None:
    """Put a quarantined row right. Raises Refused (still_wrong), NotFound (no_quarantined_row).

    The lake is no part of the database's transaction: the row goes in first; putting it right twice does nothing new.
    """
    require(actor, "lake.fix")
    folder = Path(settings.LAKE_DIR)
    wrong = quarantine.row(folder, file=file, line=line)
    was = wrong.values or {}
    key = quarantine.put_right(folder, file=file, line=line, values=values)
    facts = {
        "file": file, "table": wrong.table, "line": line, "key": key,
        "columns": sorted(name for name in values if values[name] != was.get(name)),
    }  # fmt: skip
    with transaction.atomic():
        append("lake.row_fixed", actor_id=actor.pk, object_kind="lake", object_id=LAKE_ID, facts=facts)


@dataclass(frozen=True)
class Question:
    """A query as it is asked: the SQL, at most how many rows, the reason to see persons unmasked (none: masked)."""

    query: str
    limit: int | None = None
    reason: str = ""


def ask(*, actor: Officer, question: Question, folder: Path | None = None) -> sql.Answer:
    """Run an analyst's SELECT. Raises Refused (sql_not_select, sql_wrong), NotAllowed."""
    require(actor, "lake.rows")
    if question.reason:
        unmask(actor=actor, what="SQL", reason=question.reason)
    answer = sql.select(
        folder or Path(settings.LAKE_DIR), question.query, unmasked=bool(question.reason), limit=question.limit
    )
    facts = {"rows": answer.table.num_rows, "unmasked": bool(question.reason), "sql": question.query}
    append_apart("lake.queried", actor_id=actor.pk, object_kind="lake", object_id=LAKE_ID, facts=facts)
    return answer


def unmask(*, actor: Officer, what: str, reason: str) -> None:
    """Put on the ledger that personal data is looked at, before it is shown. Raises Refused (reason_missing)."""
    require(actor, "lake.unmask")
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", "请写明查看个人信息的理由（至少两个字）。", "reason")
    facts = {"what": what, "reason": reason.strip()}
    append_apart("lake.unmasked", actor_id=actor.pk, object_kind="lake", object_id=LAKE_ID, facts=facts)


@work.when_given_up(TASK)
def _given_up(done: Work) -> None:
    _record(Import.objects.get(work=done), "lake.import_failed", {"reason": done.error})


class _Watch:
    """Says how far an import is, now and then, and hears whether it is to stop."""

    def __init__(self, row: Import, turn: work.Turn) -> None:
        self.pk, self.turn = row.pk, turn

    def __call__(self, progress: importing.Progress) -> None:
        try:
            said = self.turn.tell(progress.step, progress.done, progress.total)
        except work.Cancelled:
            raise importing.Cancelled from None
        if said:
            Import.objects.filter(pk=self.pk).update(rows=progress.rows, broken=progress.broken)


def _finish(turn: work.Turn, row: Import, state: str, kind: str, facts: dict[str, object]) -> Import:
    with transaction.atomic():
        turn.end(state, str(facts.get("reason", "")))
        row.save(update_fields=["rows", "taken", "broken", "repeated", "changed"])
        _record(row, kind, facts)
    return row


def _record(row: Import, kind: str, facts: dict[str, object]) -> None:
    append(
        kind, actor_id=row.asked_by_id, object_kind="import", object_id=row.pk, facts={"file": row.file_name} | facts
    )


def _alone(name: str, digest: str, path: Path, table: str, actor: Officer | None = None) -> Import:
    """An import that this process does itself."""
    key = new_id()
    done = work.alone(TASK, about=str(key), asked_by_id=actor.pk if actor else None)
    return Import.objects.create(id=key, work=done, file_name=name, file_sha256=digest, path=str(path), table=table)


def _locked(import_id: uuid.UUID) -> Import:
    row = Import.objects.select_for_update().filter(pk=import_id).first()
    if row is None:
        raise NotFound("no_import", "没有这次导入；请回到列表刷新。")
    return row


def _table(name: str) -> Table:
    table = table_of_file(name)
    if table is None:
        detail = f"看不出 {name} 属于哪张表；文件名应以表名开头，如 orders-2018-04.csv。"
        raise Refused("import_name", detail, "file")
    if Path(name).suffix.lower() not in (".csv", ".xlsx", ".xlsm", ".parquet"):
        raise Refused("import_format", "只认 CSV、XLSX 或 Parquet 文件；请另存为其中一种后再导入。", "file")
    return table


def _kept(name: str, content: Iterable[bytes]) -> tuple[Path, str]:
    """Write an uploaded file aside until it is in the lake; returns where, and its SHA-256."""
    folder = _uploads()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"draft-{new_id()}"
    digest = hashlib.sha256()
    with draft.open("wb") as handle:
        for piece in content:
            digest.update(piece)
            handle.write(piece)
    path = folder / f"{digest.hexdigest()}{Path(name).suffix.lower()}"
    os.replace(draft, path)
    return path, digest.hexdigest()


def _let_go(row: Import) -> None:
    """Remove an uploaded file that is in the lake, unless another import waits for the same."""
    path = Path(row.path)
    waiting = Import.objects.filter(path=row.path).exclude(work__state=Work.State.DONE).exists()
    if path.parent == _uploads() and not waiting:
        path.unlink(missing_ok=True)


def _uploads() -> Path:
    return Path(settings.HOME_DIR) / "uploads"
