"""Opening a subject by the first operation on it: made once, whichever tablet is first; kept where it is refused."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from zhuanmai.accounts.models import Officer
from zhuanmai.core.errors import Refused
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.payloads import parsed
from zhuanmai.fieldlog.reading import Sent, refuse_unreadable
from zhuanmai.fieldlog.rows import Pending, Result, answer, append_all, row_of
from zhuanmai.fieldlog.subjects import Kind
from zhuanmai.fieldlog.work import Done

_LOCK = 0x73756270  # "subj": two tablets that open one subject wait for each other
_log = logging.getLogger(__name__)
Status = FieldOperation.Status


@dataclass(frozen=True)
class Opened:
    """The subject, with the entry of its opening where it was made just now."""

    subject: Any
    entries: list[Pending]


def open_subject(
    kind: Kind[Any, Any], officer: Officer, subject_id: uuid.UUID, tablet: uuid.UUID, operations: Sequence[Sent]
) -> Opened | Result:
    """Open the subject if these hold its opening; a second tablet waits here and then finds it open.

    Returns the answer to the opening where it was refused, now or when it came first. Raises the kind's `not_opened`.
    """
    sent = next((one for one in operations if one.kind == kind.opening.name), None)
    if sent is None:
        raise kind.not_opened()
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, f"{kind.code}|{subject_id}"])
    subject = kind.locked(subject_id)
    if subject is not None:
        kind.require_worker(officer, subject)
        return Opened(subject, [])
    known = FieldOperation.objects.filter(pk=sent.id).first()
    if known is not None and not sent.is_kept_as(known, subject_id):
        sent = sent.under_an_id_of_its_own(subject_id)
        known = FieldOperation.objects.filter(pk=sent.id).first()
    if known is not None:
        return answer(sent, Status.REFUSED, known)
    row = row_of(kind, None, officer, tablet, sent, subject_id)
    try:
        return _made(kind, officer, subject_id, sent, row)
    except Refused as refusal:
        return _refused(kind, subject_id, sent, row, refusal)


def _made(kind: Kind[Any, Any], officer: Officer, subject_id: uuid.UUID, sent: Sent, row: FieldOperation) -> Opened:
    """The subject and its opening in a savepoint. Raises Refused, also for what breaks (which is logged)."""
    try:
        with transaction.atomic():
            refuse_unreadable(sent.payload)
            subject, done = kind.opening.make(officer, subject_id, parsed(kind.opening.shape, sent.payload), row)
            subject.cursor += 1
            row.cursor = subject.cursor
            row.save(force_insert=True)
            return Opened(subject, [Pending(sent.kind, row, done)])
    except (Refused, OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise not_kept(row, error) from error


def not_kept(row: FieldOperation, error: Exception) -> Refused:
    """The refusal of an operation on which something broke; logged."""
    _log.error("operation %s of kind %s was not kept", row.pk, row.kind, exc_info=error)
    return Refused("not_kept", "这一步的内容无法保存，未作任何改动；请核对后重做，仍不行请联系管理员。")


def _refused(kind: Kind[Any, Any], subject_id: uuid.UUID, sent: Sent, row: FieldOperation, refusal: Refused) -> Result:
    """Keep the opening with why it was refused: the same again is answered the same."""
    row.turn_down(refusal)
    row.cursor = 0
    row.save(force_insert=True)
    facts = {"kind": row.kind, "code": refusal.code, "detail": refusal.detail}
    append_all(kind, subject_id, [Pending("refused", row, Done(facts))])
    return answer(sent, Status.REFUSED, row)
