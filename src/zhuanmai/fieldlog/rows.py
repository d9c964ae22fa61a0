"""What is kept of an operation, answered and entered on the ledger, whatever became of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from zhuanmai.accounts.models import Officer
from zhuanmai.core.errors import Refused
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.reading import Sent
from zhuanmai.fieldlog.subjects import Kind
from zhuanmai.fieldlog.work import Done
from zhuanmai.ledger.services import Digests, append_in_order


@dataclass(frozen=True)
class Result:
    """What became of one operation, under the id that it was sent with."""

    id: str
    status: str
    code: str = ""
    detail: str = ""
    field: str = ""


@dataclass
class Pending:
    """An entry that waits for the end of the transaction: its name in the room, the operation, what was done.

    Not `kept`: the operation has no row, only this entry.
    """

    name: str
    operation: FieldOperation
    done: Done
    kept: bool = True


def answer(sent: Sent, status: str, why: Refused | FieldOperation) -> Result:
    """The answer to what was sent."""
    return Result(sent.named or str(sent.id), status, why.code, why.detail, why.field)


def row_of(
    kind: Kind[Any, Any],
    subject: Any,
    officer: Officer,
    tablet: uuid.UUID,
    sent: Sent,
    subject_id: uuid.UUID | None = None,
) -> FieldOperation:
    """The row of what was sent, not saved; where nothing is opened yet, the subject by its id alone."""
    return FieldOperation(
        id=sent.id,
        subject_kind=kind.code,
        subject_id=subject_id or subject.pk,
        tablet=tablet,
        n=sent.n,
        kind=sent.kind,
        at=sent.at,
        actor=officer,
        made_by_id=sent.by if sent.taken_over and sent.by != officer.pk else None,
        payload=sent.payload,
        cursor=subject.cursor + 1 if subject else 0,
        status=FieldOperation.Status.APPLIED,
    )


def append_all(
    kind: Kind[Any, Any], subject_id: uuid.UUID, entries: Sequence[Pending], *, subject: Any = None,
    before: Digests | None = None,
) -> None:  # fmt: skip
    """Put the entries on the ledger in their order: each row's digest in the last entry that touched it."""
    written: set[tuple[type[Model], Any]] = set()
    last: list[tuple[Pending, list[Model]]] = []
    for one in reversed(entries):
        rows: list[Model] = []
        for row in reversed([*one.done.rows, *([one.operation] if one.kept else [])]):
            if (type(row), row.pk) not in written:
                written.add((type(row), row.pk))
                rows.append(row)
        last.append((one, rows))
    append_in_order(_entry(kind, subject_id, one, rows, subject, before) for one, rows in reversed(last))


def _entry(
    kind: Kind[Any, Any],
    subject_id: uuid.UUID,
    one: Pending,
    rows: Sequence[Model],
    subject: Any,
    before: Digests | None,
) -> tuple[str, dict[str, Any]]:
    operation, done = one.operation, one.done
    facts = kind.facts(subject, done.facts) if subject is not None else done.facts
    facts = {"operation_id": str(operation.pk), "tablet": str(operation.tablet), **facts}
    if operation.made_by is not None and one.kept:
        facts["taken_over"] = f"由{operation.made_by.name}录入、{operation.actor.name}上传"
    return f"{kind.ledger}.{one.name}", {
        "actor_id": operation.actor_id,
        "object_kind": done.object_kind or kind.code,
        "object_id": done.object_id or subject_id,
        "case_id": kind.case_of(subject_id),
        "facts": facts,
        "rows": rows,
        "removed": done.removed,
        "before": before,
    }
