"""Pages of the exchange: the monitor with filters, a message with its attempts, dead letters' retry, reconciliation."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from zhuanmai.accounts.permissions import may
from zhuanmai.accounts.requests import officer_of
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.listing import Column, Listing, Table, declare
from zhuanmai.core.masking import masked_numbers
from zhuanmai.exchange import queries, reconciliation, services
from zhuanmai.exchange.models import Message
from zhuanmai.exchange.templatetags.partners import message_kind

MESSAGES = declare(
    Listing(
        "exchange:monitor",
        "messages",
        gettext_lazy("Exchange"),
        (
            Column("number", gettext_lazy("Number of the message"), lambda one: one.pk, on_page=False),
            Column("when", gettext_lazy("When"), lambda one: one.created_at, "created_at", link=True, nowrap=True),
            Column("kind", gettext_lazy("Kind"), lambda one: message_kind(one.kind), "kind"),
            Column("case", gettext_lazy("Case"), lambda one: one.body.get("clue_no", ""), on_page=False),
            Column("state", gettext_lazy("State"), lambda one: one.get_state_display(), "state",
                   template="exchange/_message_state.html"),
            Column("attempts", gettext_lazy("Attempts"), lambda one: one.attempts, "attempts", number=True),
            Column("received", gettext_lazy("Received at"), lambda one: one.received_at, on_page=False),
            Column("said", gettext_lazy("Receipt or reason"), lambda one: one.receipt or one.last_error,
                   mask=masked_numbers),
            Column("acts", gettext_lazy("Acts"), bare=True, number=True, template="exchange/_message_acts.html",
                   in_sheet=False),
        ),
        default="-when",
        href=lambda one: reverse("exchange:message", args=[one.pk]),
    )
)  # fmt: skip


@signed_in_only
def monitor(request: HttpRequest) -> HttpResponse:
    """Messages by state and kind, newest first."""
    officer = officer_of(request)
    found = queries.messages(officer=officer, state=request.GET.get("state", ""), kind=request.GET.get("kind", ""))
    counts = queries.counts(officer=officer)
    table = Table(MESSAGES, request, found)
    if answer := table.sheet():
        return answer
    context = table.context() | {
        "counts": [(value, words, counts[value]) for value, words in Message.State.choices],
        "dead": counts[Message.State.DEAD],
        "kinds": queries.kinds(),
        "may_retry": may(officer, "exchange.retry"),
    }
    return render(request, "exchange/monitor.html", context)


@signed_in_only
def message(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """One message: where it stands, what the partner answered each time, and the retry of a dead letter."""
    officer = officer_of(request)
    found = queries.message(officer=officer, message_id=message_id)
    context = {"message_row": found, "tries": found.tries.all(), "may_retry": may(officer, "exchange.retry")}
    return render(request, "exchange/message.html", context)


@signed_in_only
@require_POST
def retry(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """Send a dead letter again."""
    services.retry(actor=officer_of(request), message_id=message_id)
    messages.success(request, _("The message is being sent again."))
    return redirect("exchange:message", message_id=message_id)


@signed_in_only
@require_POST
def retry_all(request: HttpRequest) -> HttpResponse:
    """Send every dead letter again."""
    sent = services.retry_all(actor=officer_of(request))
    words = ngettext("%(sent)s message is being sent again.", "%(sent)s messages are being sent again.", sent)
    messages.success(request, words % {"sent": sent})
    return redirect("exchange:monitor")


@signed_in_only
def reconciliations(request: HttpRequest) -> HttpResponse:
    """The latest reconciliations, and the button for a new one."""
    officer = officer_of(request)
    if request.method == "POST":
        row = reconciliation.ask(actor=officer)
        return redirect("exchange:reconciliation", reconciliation_id=row.pk)
    context = {
        "rows": queries.reconciliations(officer=officer),
        "may_reconcile": may(officer, "exchange.reconcile"),
    }
    return render(request, "exchange/reconciliations.html", context)


@signed_in_only
def reconciled(request: HttpRequest, reconciliation_id: uuid.UUID) -> HttpResponse:
    """One reconciliation: its figures and each message that differs; the page looks again while the job runs."""
    officer = officer_of(request)
    row = queries.reconciliation(officer=officer, reconciliation_id=reconciliation_id)
    listed = [
        (_("Missing there"), row.missing_there, True),
        (_("Different content"), row.differing, True),
        (_("Unknown here"), row.unknown_here, False),
    ]
    return render(request, "exchange/reconciled.html", {"row": row, "listed": listed})
