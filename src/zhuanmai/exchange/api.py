"""JSON of the exchange: counts and messages, for whoever may see them. Bodies hold personal data and stay inside."""

from __future__ import annotations

import datetime as dt
import uuid

from django.http import HttpRequest
from ninja import Query, Router, Schema

from zhuanmai.accounts.requests import officer_of
from zhuanmai.core.masking import masked_numbers
from zhuanmai.exchange import queries
from zhuanmai.exchange.models import Message

router = Router(tags=["exchange"])


class CountsOut(Schema):
    """How many messages wait, were received, are dead."""

    waiting: int
    received: int
    dead: int


class MessageOut(Schema):
    """A message, without its body."""

    id: uuid.UUID
    partner: str
    kind: str
    case_id: uuid.UUID
    state: str
    attempts: int
    created_at: dt.datetime
    next_at: dt.datetime | None
    received_at: dt.datetime | None
    receipt: str
    last_error: str

    @staticmethod
    def resolve_last_error(row: Message) -> str:
        """What went wrong, without the numbers of people that a partner may have quoted."""
        return str(masked_numbers(row.last_error))


@router.get("/counts", response=CountsOut)
def counts(request: HttpRequest) -> dict[str, int]:
    """How many messages wait, were received, are dead."""
    return queries.counts(officer=officer_of(request))


@router.get("/messages", response=list[MessageOut])
def messages(
    request: HttpRequest,
    state: str = "",
    kind: str = "",
    case_id: uuid.UUID | None = None,
    limit: int = Query(50, ge=1, le=500),  # type: ignore[type-arg]
) -> list[Message]:
    """Messages, newest first."""
    found = queries.messages(officer=officer_of(request), state=state, kind=kind, case_id=case_id)
    return list(found[:limit])
