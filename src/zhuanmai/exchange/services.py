"""What can be done: put a message in the outbox, deliver it, retry a dead letter, reconcile with the partner."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core import files
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict
from zhuanmai.core.ids import new_id
from zhuanmai.core.jobs import defer
from zhuanmai.exchange.connectors import Registry, registry
from zhuanmai.exchange.models import Attempt, Message
from zhuanmai.ledger.canonical import digest_of
from zhuanmai.ledger.services import append

MAX_ATTEMPTS = 12
_FIRST_PAUSE_SECONDS = 1
_LONGEST_PAUSE_SECONDS = 600


@dataclass(frozen=True)
class Reconciliation:
    """What they have against what we sent, by key."""

    agreed: int
    missing_there: list[Message]
    unknown_here: list[str]
    differing: list[str]


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
    return message


def deliver(*, message_id: uuid.UUID, connectors: Registry = registry) -> Message:
    """Try to deliver one message: received, dead after a refusal or too many attempts, or to be tried again later."""
    message = Message.objects.get(pk=message_id)
    if message.state != Message.State.WAITING:
        return message
    answer = connectors.of(message.partner).deliver(str(message.pk), message.kind, full_body(message))
    with transaction.atomic():
        message = Message.objects.select_for_update().get(pk=message_id)
        if message.state != Message.State.WAITING:
            return message
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
            pause = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** (message.attempts - 1))
            message.next_at = now() + dt.timedelta(seconds=pause)
            defer("exchange.deliver", message_id=str(message.pk), in_seconds=pause)
        message.save()
        if message.state != Message.State.WAITING:
            kind = "exchange.received" if message.state == Message.State.RECEIVED else "exchange.dead"
            append(
                kind,
                actor_id=None,
                object_kind="message",
                object_id=message.pk,
                case_id=message.case_id,
                facts={
                    "kind": message.kind,
                    "receipt": message.receipt,
                    "attempts": message.attempts,
                    "reason": message.last_error,
                },
            )
        return message


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
        message.state, message.attempts = Message.State.WAITING, 0
        message.save()
        defer("exchange.deliver", message_id=str(message.pk))
        append(
            "exchange.retried",
            actor_id=actor.pk,
            object_kind="message",
            object_id=message.pk,
            case_id=message.case_id,
            facts={"kind": message.kind},
        )
        return message


def reconcile(*, actor: Officer | None, partner: str = "national", connectors: Registry = registry) -> Reconciliation:
    """Compare what the partner holds with what we sent. Raises what the connector raises when it cannot be reached."""
    theirs = {row["key"]: row["sha256"] for row in connectors.of(partner).held()}
    ours = {str(one.pk): one for one in Message.objects.filter(partner=partner)}
    missing = [one for key, one in ours.items() if key not in theirs and one.state == Message.State.RECEIVED]
    differing = [key for key, one in ours.items() if key in theirs and theirs[key] != sent_digest(one)]
    outcome = Reconciliation(
        agreed=sum(key in theirs for key in ours) - len(differing),
        missing_there=missing,
        unknown_here=sorted(theirs.keys() - ours.keys()),
        differing=differing,
    )
    with transaction.atomic():
        append(
            "exchange.reconciled",
            actor_id=actor.pk if actor else None,
            object_kind="partner",
            object_id=new_id(),
            facts={
                "agreed": outcome.agreed,
                "missing": len(missing),
                "unknown": len(outcome.unknown_here),
                "differing": len(differing),
            },
        )
    return outcome


def sent_digest(message: Message) -> str:
    """The digest of a message as the partner computes it: SHA-256 over the canonical body."""
    return digest_of(full_body(message))
