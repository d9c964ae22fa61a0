"""What can be done: put a message in the outbox, deliver it, give it up, send dead letters again."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from typing import Any

import structlog
from django.db import transaction

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core import files
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Conflict, NotFound, Refused
from zhuanmai.core.ids import derived_id
from zhuanmai.core.jobs import defer
from zhuanmai.exchange.kinds import kind_of, kinds
from zhuanmai.exchange.models import Attempt, Message
from zhuanmai.exchange.partners import Answer, Registry, registry
from zhuanmai.exchange.subjects import reached_by
from zhuanmai.ledger.canonical import digest_of
from zhuanmai.ledger.services import append, as_found

TASK = "exchange.deliver"
MAX_ATTEMPTS = 60  # some nine hours: a night without the partner makes no dead letters
_FIRST_PAUSE_SECONDS = 1
_LONGEST_PAUSE_SECONDS = 600
log = structlog.get_logger(__name__)


def enqueue(
    *,
    partner: str,
    kind: str,
    key: uuid.UUID,
    subject_id: uuid.UUID,
    body: dict[str, Any],
    files_by_field: dict[str, str] | None = None,
) -> Message:
    """Write a message in the running transaction; a job delivers it afterwards. The same key twice is one message.

    `files_by_field`: digests of kept files that are put into the body (base64) when it is sent. Raises LookupError for
    a kind that no room registered for this partner, ValueError where the key is known with another content.
    """
    known, carried = kind_of(partner, kind), files_by_field or {}
    digest = digest_of(_full(body, carried))
    message, created = Message.objects.get_or_create(
        id=key,
        defaults={
            "partner": partner, "kind": kind, "subject_kind": known.subject_kind, "subject_id": subject_id,
            "body": body, "files": carried, "sha256": digest,
        },
    )  # fmt: skip
    if created:
        _put_in_queue(message)
        _record("exchange.sent", message, sha256=message.sha256)
    elif message.sha256 != digest:
        raise ValueError(f"the key {key} was used for another content")
    return message


def report(*, partner: str, kind: str, subject_id: uuid.UUID, body: dict[str, Any]) -> Message:
    """Tell a partner how a subject stands now, in a transaction that holds the subject: a new message wherever the body
    differs from that of the newest one of the kind (so also where it says again what an older one said)."""
    digest, last = digest_of(body), _newest(partner, kind, subject_id)
    if last is not None and last.sha256 == digest:
        return last
    key = derived_id(partner, subject_id, kind, digest, last.pk if last else "")
    return enqueue(partner=partner, kind=kind, key=key, subject_id=subject_id, body=body)


def _newest(partner: str, kind: str, subject_id: uuid.UUID) -> Message | None:
    return Message.objects.filter(partner=partner, kind=kind, subject_id=subject_id).order_by("created_at").last()


def deliver(*, message_id: uuid.UUID, partners: Registry = registry) -> Message:
    """Try to deliver one message: received, dead after a refusal or too many attempts, or to be tried again later.

    One that a newer message of its kind about the same subject has made stale is not sent: it would arrive last.
    """
    message = Message.objects.get(pk=message_id)
    if message.state != Message.State.WAITING:
        return message
    if _is_stale(message):
        return _superseded(message_id)
    answer = _answer(message, partners)
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=message_id)
        if message.state == Message.State.WAITING:
            _note(message, answer)
        return message


def _is_stale(message: Message) -> bool:
    kind = next((one for one in kinds() if (one.partner, one.code) == (message.partner, message.kind)), None)
    if kind is None or not kind.newest_only:
        return False
    return _newest(message.partner, message.kind, message.subject_id) != message


def _superseded(message_id: uuid.UUID) -> Message:
    with transaction.atomic():
        message = as_found(Message.objects.select_for_update().get(pk=message_id))
        if message.state == Message.State.WAITING:
            message.state = Message.State.SUPERSEDED
            message.save()
            _record("exchange.superseded", message)
        return message


def _answer(message: Message, partners: Registry) -> Answer:
    """What the partner says; what goes wrong on this side is an answer too, so that each attempt is seen."""
    try:
        body = _full(message.body, message.files)
    except Refused as lost:
        return Answer("refused", detail=lost.detail)
    if digest_of(body) != message.sha256:
        return Answer("refused", detail="内容与生成时登记的摘要不符，未发送；请核验留痕。")
    try:
        connector = partners.of(message.partner).connector
    except LookupError:
        return Answer("again", detail=f"对接系统 {message.partner} 未登记")
    try:
        return connector.deliver(str(message.pk), message.kind, body)
    except Exception as error:
        log.exception("exchange.connector_failed", partner=message.partner)
        return Answer("again", detail=f"对接程序出错（{type(error).__name__}）")


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
        message.received_on = answer.day or today()
    elif answer.outcome == "refused" or message.attempts >= MAX_ATTEMPTS:
        message.state = Message.State.DEAD
    else:
        pause = pause_after(message.attempts)
        message.next_at = now() + dt.timedelta(seconds=pause)
        _put_in_queue(message, in_seconds=pause)
    message.save()
    if message.state == Message.State.RECEIVED:
        _record("exchange.received", message, **_outcome(message))
    elif message.state == Message.State.DEAD:
        _record("exchange.dead", message, **_outcome(message))


def give_up(message: Message, reason: str) -> None:
    """Make a waiting message, locked, a dead letter for a reason that is no answer of the partner's."""
    as_found(message)
    Attempt.objects.create(message=message, outcome="given_up", detail=reason[:300])
    message.state, message.last_error = Message.State.DEAD, reason[:300]
    message.save()
    _record("exchange.dead", message, **_outcome(message))


def send_lost(message: Message) -> None:
    """Put a waiting message, locked, in the queue again whose job is nowhere: no act, so no entry."""
    _put_in_queue(message)


def pause_after(attempts: int) -> int:
    """Seconds to wait after so many attempts: one, doubled each time, ten minutes at most."""
    doubled: int = _FIRST_PAUSE_SECONDS << min(attempts - 1, 16)
    return min(_LONGEST_PAUSE_SECONDS, doubled)


def retry(*, actor: Officer, message_id: uuid.UUID) -> Message:
    """Send a dead letter again. Raises NotFound (no_message) out of the officer's reach too, Conflict (not_dead)."""
    require(actor, "exchange.retry")
    with transaction.atomic():
        found = Message.objects.select_for_update().filter(reached_by(actor, "exchange.retry"), pk=message_id)
        message = found.first()
        if message is None:
            raise NotFound("no_message", "没有这封报文，或不在您的管辖范围内；请回到列表刷新。")
        if message.state != Message.State.DEAD:
            raise Conflict("not_dead", "该报文不是死信，无需重发。")
        as_found(message)
        message.state, message.attempts, message.next_at = Message.State.WAITING, 0, None
        message.save()
        _put_in_queue(message)
        _record("exchange.retried", message, actor=actor)
        return message


def retry_all(*, actor: Officer) -> int:
    """Send every dead letter in the officer's reach again, each an act of its own; returns how many."""
    require(actor, "exchange.retry")
    sent = 0
    dead = Message.objects.filter(reached_by(actor, "exchange.retry"), state=Message.State.DEAD)
    for pk in list(dead.values_list("pk", flat=True)):
        try:
            retry(actor=actor, message_id=pk)
        except Conflict:
            continue  # somebody else was faster
        sent += 1
    return sent


def _full(body: dict[str, Any], carried: dict[str, str]) -> dict[str, Any]:
    """The body as it is sent: with the files that it names."""
    return {**body, **{name: base64.b64encode(files.load(digest)).decode() for name, digest in carried.items()}}


def _put_in_queue(message: Message, *, in_seconds: int | None = None) -> None:
    defer(TASK, message_id=str(message.pk), in_seconds=in_seconds)


def _outcome(message: Message) -> dict[str, Any]:
    return {"receipt": message.receipt, "attempts": message.attempts, "reason": message.last_error}


def _record(entry: str, message: Message, *, actor: Officer | None = None, **facts: Any) -> None:
    append(
        entry,
        actor_id=actor.pk if actor else None,
        object_kind="message",
        object_id=message.pk,
        case_id=message.subject_id,
        facts={"kind": _named(message), **facts},
        rows=[message],
    )


def _named(message: Message) -> str:
    """Partner and kind as the ledger says them: 国家局系统，案件."""
    names = {(kind.partner, kind.code): kind.zh for kind in kinds()}
    return f"{registry.zh(message.partner)}，{names.get((message.partner, message.kind), message.kind)}"
