"""JSON of the exchange: counts and messages, for whoever may see them. Bodies hold personal data and stay inside."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest
from ninja import Query, Router, Schema

from zhuanmai.accounts.requests import officer_of
from zhuanmai.core.masking import masked_numbers
from zhuanmai.exchange import queries
from zhuanmai.exchange.queries import Filters, Line

router = Router(tags=["exchange"])


class CountsOut(Schema):
    """How many messages wait, were received, are dead."""

    waiting: int
    received: int
    dead: int


class SubjectOut(Schema):
    """What a message is about; `href` is empty for who does not see it in its room."""

    kind: str
    id: uuid.UUID
    title: str
    href: str


class MessageOut(Schema):
    """A message, without its body."""

    id: uuid.UUID
    partner: str
    kind: str
    subject: SubjectOut
    state: str
    attempts: int
    created_at: dt.datetime
    next_at: dt.datetime | None
    received_at: dt.datetime | None
    received_on: dt.date | None
    receipt: str
    sha256: str
    last_error: str


@router.get("/counts", response=CountsOut)
def counts(request: HttpRequest) -> dict[str, int]:
    """How many messages wait, were received, are dead."""
    return queries.counts(officer=officer_of(request))


@router.get("/messages", response=list[MessageOut])
def messages(
    request: HttpRequest,
    state: str = "",
    partner: str = "",
    kind: str = "",
    subject_id: uuid.UUID | None = None,
    limit: int = Query(50, ge=1, le=500),  # type: ignore[type-arg]
) -> list[MessageOut]:
    """Messages, newest first."""
    officer = officer_of(request)
    filters = Filters(state=state, partner=partner, kind=kind, subject_id=subject_id)
    return [_shown(line) for line in queries.lines(officer, queries.messages(officer=officer, filters=filters)[:limit])]


def _shown(line: Line) -> MessageOut:
    """A message as JSON; what went wrong without the numbers of people that a partner may have quoted."""
    row, subject = line.row, line.subject
    about = SubjectOut(kind=row.subject_kind, id=row.subject_id, title=subject.title, href=subject.href)
    return MessageOut(
        id=row.pk, partner=row.partner, kind=row.kind, subject=about, state=row.state, attempts=row.attempts,
        created_at=row.created_at, next_at=row.next_at, received_at=row.received_at, received_on=row.received_on,
        receipt=row.receipt, sha256=row.sha256, last_error=str(masked_numbers(row.last_error)),
    )  # fmt: skip
