"""What can be asked: messages by state and kind, how many of each, reconciliations."""

from __future__ import annotations

import uuid

from django.db.models import Count, QuerySet

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core.errors import NotFound
from zhuanmai.exchange.models import Message, Reconciliation

LATEST_RECONCILIATIONS = 20


def messages(
    *, officer: Officer, state: str = "", kind: str = "", case_id: uuid.UUID | None = None
) -> QuerySet[Message]:
    """Messages, newest first, by state, kind and case where these are given."""
    require(officer, "exchange.see")
    found = Message.objects.order_by("-created_at")
    if state in Message.State.values:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    return found.filter(case_id=case_id) if case_id else found


def message(*, officer: Officer, message_id: uuid.UUID) -> Message:
    """One message with its attempts. Raises NotFound (no_message)."""
    require(officer, "exchange.see")
    found = Message.objects.filter(pk=message_id).prefetch_related("tries").first()
    if found is None:
        raise NotFound("no_message", "没有这封报文；请回到列表刷新。")
    return found


def counts(*, officer: Officer) -> dict[str, int]:
    """How many messages stand in each state."""
    require(officer, "exchange.see")
    found = Message.objects.order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(Message.State.values, 0) | dict(found)


def kinds() -> list[str]:
    """The kinds of message that have been written."""
    return list(Message.objects.order_by("kind").values_list("kind", flat=True).distinct())


def reconciliations(*, officer: Officer) -> list[Reconciliation]:
    """The latest reconciliations, newest first."""
    require(officer, "exchange.see")
    return list(Reconciliation.objects.order_by("-created_at")[:LATEST_RECONCILIATIONS])


def reconciliation(*, officer: Officer, reconciliation_id: uuid.UUID) -> Reconciliation:
    """One reconciliation. Raises NotFound (no_reconciliation)."""
    require(officer, "exchange.see")
    found = Reconciliation.objects.filter(pk=reconciliation_id).first()
    if found is None:
        raise NotFound("no_reconciliation", "没有这次对账；请回到对账列表。")
    return found
