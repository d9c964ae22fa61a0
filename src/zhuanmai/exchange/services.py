"""What can be done: put a message in the outbox, deliver it, send dead letters again."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from typing import Any

from django.db import transaction

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core import files
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict, NotFound
from zhuanmai.core.jobs import defer
from zhuanmai.exchange.connectors import Answer, Registry, registry
from zhuanmai.exchange.models import Attempt, Message
from zhuanmai.ledger.canonical import digest_of
from zhuanmai.ledger.services import append, as_found

KINDS = {"case": "案件", "items": "涉案物品", "document": "封签文书"}  # as the ledger says them
MAX_ATTEMPTS = 60  # some nine hours: a night without the partner makes no dead letters
_FIRST_PAUSE_SECONDS = 1
_LONGEST_PAUSE_SECONDS = 600


def enqueue(
    *,
    kind: str,
    key: uuid.UUID,
    body: dict[str, Any],
    case_id: uuid.UUID,
    files_by_field: dict[str, str] | None = None,
    partner: str = "national",
) -> Message:
    """Write a message in the running transaction; a job delivers it afterwards. The same key twice is one message.

    `files_by_field`: digests of kept files that are put into the body (base64) when it is sent.
    """
    message, created = Message.objects.get_or_create(
        id=key,
        defaults={"partner": partner, "kind": kind, "body": body, "case_id": case_id, "files": files_by_field or {}},
    )
    if created:
        defer("exchange.deliver", message_id=str(message.pk))
        _record("exchange.sent", message, sha256=sent_digest(message))
    return message


def deliver(*, message_id: uuid.UUID, connectors: Registry = registry) -> Message:
    """Try to deliver one message: received, dead after a refusal or too many attempts, or to be tried again later."""
    message = Message.objects.get(pk=message_id)
    if message.state != Message.State.WAITING:
        return message
    try:
        body = full_body(message)
    except NotFound as lost:
        answer = Answer("refused", detail=lost.detail)
    else:
        answer = connectors.of(message.partner).deliver(str(message.pk), message.kind, body)
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=message_id)
        if message.state == Message.State.WAITING:
            _note(message, answer)
        return message


def _note(message: Message, answer: Answer) -> None:
    """Keep an attempt and what follows from it, in the running transaction."""
    as_found(message)
    message.attempts += 1
    Attempt.objects.create(
        message=message,
        status=answer.status,
        outcome=answer.outcome,
        detail=answer.detail,
        milliseconds=answer.milliseconds,
    )
    message.last_error = "" if answer.outcome == "received" else (answer.detail or f"HTTP {answer.status}")
    if answer.outcome == "received":
        message.state, message.receipt, message.received_at = Message.State.RECEIVED, answer.receipt, now()
    elif answer.outcome == "refused" or message.attempts >= MAX_ATTEMPTS:
        message.state = Message.State.DEAD
    else:
        pause = pause_after(message.attempts)
        message.next_at = now() + dt.timedelta(seconds=pause)
        defer("exchange.deliver", message_id=str(message.pk), in_seconds=pause)
    message.save()
    if message.state != Message.State.WAITING:
        _record(
            "exchange.received" if message.state == Message.State.RECEIVED else "exchange.dead",
            message,
            receipt=message.receipt,
            attempts=message.attempts,
            reason=message.last_error,
        )


def _record(entry: str, message: Message, *, actor: Officer | None = None, **facts: Any) -> None:
    append(
        entry,
        actor_id=actor.pk if actor else None,
        object_kind="message",
        object_id=message.pk,
        case_id=message.case_id,
        facts={"kind": KINDS.get(message.kind, message.kind), **facts},
        rows=[message],
    )


def pause_after(attempts: int) -> int:
    """Seconds to wait after so many attempts: one, doubled each time, ten minutes at most."""
    doubled: int = _FIRST_PAUSE_SECONDS << min(attempts - 1, 16)
    return min(_LONGEST_PAUSE_SECONDS, doubled)


def full_body(message: Message) -> dict[str, Any]:
    """The body as it is sent: with the files that it names."""
    carried = {name: base64.b64encode(files.load(digest)).decode() for name, digest in message.files.items()}
    return {**message.body, **carried}


def retry(*, actor: Officer, message_id: uuid.UUID) -> Message:
    """Send a dead letter again. Raises Conflict (not_dead)."""
    require(actor, "exchange.retry")
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=message_id)
        if message.state != Message.State.DEAD:
            raise Conflict("not_dead", "该报文不是死信，无需重发。")
        as_found(message)
        message.state, message.attempts, message.next_at = Message.State.WAITING, 0, None
        message.save()
        defer("exchange.deliver", message_id=str(message.pk))
        _record("exchange.retried", message, actor=actor)
        return message


def retry_all(*, actor: Officer) -> int:
    """Send every dead letter again, each an act of its own; returns how many."""
    require(actor, "exchange.retry")
    sent = 0
    for pk in list(Message.objects.filter(state=Message.State.DEAD).values_list("pk", flat=True)):
        try:
            retry(actor=actor, message_id=pk)
        except Conflict:
            continue  # somebody else was faster
        sent += 1
    return sent


def sent_digest(message: Message) -> str:
    """The digest of a message as the partner computes it: SHA-256 over the canonical body."""
    return digest_of(full_body(message))
