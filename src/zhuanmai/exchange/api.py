"""JSON of the exchange: counts, for whoever may see it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from ninja import Router

from zhuanmai.accounts.permissions import require
from zhuanmai.exchange.models import Message

router = Router(tags=["exchange"])


@router.get("/counts")
def counts(request: HttpRequest) -> dict[str, Any]:
    """How many messages wait, were received, are dead."""
    require(request.user, "exchange.see")  # type: ignore[arg-type]
    found = Message.objects.values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(Message.State.values, 0) | dict(found)
