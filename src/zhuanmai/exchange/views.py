"""Pages of the exchange: the monitor with filters, a message with its attempts, dead letters' retry, reconciliation."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from zhuanmai.accounts.permissions import may
from zhuanmai.accounts.requests import officer_of
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.exports import exported
from zhuanmai.core.listing import listed
from zhuanmai.core.masking import masked_numbers
from zhuanmai.core.templatetags.zhuanmai import minute
from zhuanmai.exchange import queries, reconciliation, services
from zhuanmai.exchange.models import Message
from zhuanmai.exchange.templatetags.partners import message_kind

_COLUMNS = {"when": "created_at", "kind": "kind", "attempts": "attempts"}
_HEADINGS = ("报文编号", "时间", "类别", "案源编号", "状态", "次数", "接收时间", "回执", "原因")


@signed_in_only
def monitor(request: HttpRequest) -> HttpResponse:
    """Messages by state and kind, newest first."""
    officer = officer_of(request)
    found = queries.messages(officer=officer, state=request.GET.get("state", ""), kind=request.GET.get("kind", ""))
    counts = queries.counts(officer=officer)
    if answer := exported(request, "messages", _("Exchange"), _HEADINGS, lambda: map(_cells, found)):
        return answer
    context = listed(request, found, columns=_COLUMNS, default="-when") | {
        "exports": 1,
        "counts": [(value, words, counts[value]) for value, words in Message.State.choices],
        "dead": counts[Message.State.DEAD],
        "kinds": queries.kinds(),
        "may_retry": may(officer, "exchange.retry"),
    }
    return render(request, "exchange/monitor.html", context)


def _cells(row: Message) -> tuple[object, ...]:
    """A message as a sheet shows it; its content stays here."""
    return (
        str(row.pk), minute(row.created_at), message_kind(row.kind), row.body.get("clue_no", ""),
        row.get_state_display(), row.attempts, minute(row.received_at), row.receipt, masked_numbers(row.last_error),
    )  # fmt: skip


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
