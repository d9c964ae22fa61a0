"""Pages of the exchange: the monitor with filters, a dead letter's reason and its retry, reconciliation."""

from __future__ import annotations

import uuid

import httpx
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.requests import officer_of, signed_in_only
from zhuanmai.core.errors import Refused
from zhuanmai.exchange import services
from zhuanmai.exchange.models import Message

PAGE_ROWS = 50


@signed_in_only
def monitor(request: HttpRequest) -> HttpResponse:
    """Messages by state and kind, newest first."""
    require(officer_of(request), "exchange.see")
    found = Message.objects.order_by("-created_at").prefetch_related("tries")
    if state := request.GET.get("state"):
        found = found.filter(state=state)
    if kind := request.GET.get("kind"):
        found = found.filter(kind=kind)
    context = {
        "page_obj": Paginator(found, PAGE_ROWS).get_page(request.GET.get("page")),
        "counts": dict(Message.objects.values_list("state").annotate(n=Count("pk"))),
        "states": Message.State.choices,
        "kinds": sorted(set(Message.objects.values_list("kind", flat=True))),
    }
    return render(request, "exchange/monitor.html", context)


@signed_in_only
@require_POST
def retry(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """Send a dead letter again."""
    services.retry(actor=officer_of(request), message_id=message_id)
    messages.success(request, _("The message is being sent again."))
    return redirect("exchange:monitor")


@signed_in_only
@require_POST
def reconcile(request: HttpRequest) -> HttpResponse:
    """Compare with the partner now and show the outcome."""
    require(officer_of(request), "exchange.retry")
    try:
        outcome = services.reconcile(actor=officer_of(request))
    except httpx.HTTPError as error:
        raise Refused(
            "partner_down", f"国家局系统暂时连不上（{type(error).__name__}），稍后再对账。", status=503
        ) from error
    return render(request, "exchange/reconciled.html", {"outcome": outcome})
