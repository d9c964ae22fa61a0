"""Pages of the exchange: the list with filters, a message with its attempts, dead letters' retry, reconciliation."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from zhuanmai.accounts.queries import names
from zhuanmai.accounts.requests import asked, asked_id, officer_of
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.listing import Column, Listing, Table, day_of, declare
from zhuanmai.core.masking import masked_numbers
from zhuanmai.exchange import queries, reconciliation, services
from zhuanmai.exchange.kinds import kind_words
from zhuanmai.exchange.models import Message, Reconciliation
from zhuanmai.exchange.partners import registry
from zhuanmai.exchange.queries import Filters
from zhuanmai.ledger.queries import timeline

MOST_SHOWN = 200  # of what a reconciliation found, in each way
MESSAGES = declare(
    Listing(
        "exchange:monitor",
        "messages",
        gettext_lazy("Exchange"),
        (
            Column("number", gettext_lazy("Number of the message"), lambda one: one.row.pk, on_page=False),
            Column("when", gettext_lazy("When"), lambda one: one.row.created_at, "created_at", link=True, nowrap=True),
            Column("partner", gettext_lazy("Partner system"), lambda one: one.partner, "partner", on_page=False),
            Column("kind", gettext_lazy("Kind"), lambda one: one.kind, "kind", nowrap=True,
                   template="exchange/_message_kind.html"),
            Column("about", gettext_lazy("About"), lambda one: one.subject.title,
                   template="exchange/_message_about.html"),
            Column("state", gettext_lazy("State"), lambda one: one.row.get_state_display(), "state", nowrap=True,
                   template="exchange/_message_state.html"),
            Column("attempts", gettext_lazy("Attempts"), lambda one: one.row.attempts, "attempts", number=True),
            Column("received", gettext_lazy("Received at"), lambda one: one.row.received_at, on_page=False),
            Column("arrived", gettext_lazy("Day of arrival"), lambda one: one.row.received_on, on_page=False),
            Column("said", gettext_lazy("Receipt or reason"), lambda one: one.row.receipt or one.row.last_error,
                   mask=masked_numbers),
            Column("acts", gettext_lazy("Acts"), bare=True, number=True, template="exchange/_message_acts.html",
                   in_sheet=False),
        ),
        default="-when",
        href=lambda one: reverse("exchange:message", args=[one.row.pk]),
    )
)  # fmt: skip


@signed_in_only
def monitor(request: HttpRequest) -> HttpResponse:
    """Messages by partner, state and kind, newest first."""
    officer = officer_of(request)
    filters = Filters(
        state=asked(request, "state"),
        partner=asked(request, "partner"),
        kind=asked(request, "kind"),
        subject_id=asked_id(request, "subject"),
    )
    found, counts = queries.messages(officer=officer, filters=filters), queries.counts(officer=officer)
    table = Table(MESSAGES, request, found, dress=lambda rows: queries.lines(officer, rows))
    if answer := table.sheet():
        return answer
    context = table.context() | {
        "filters": filters,
        "counts": [(value, words, counts[value]) for value, words in Message.State.choices],
        "partners": registry.partners(),
        "kinds": queries.kinds_of(filters.partner),
        "may_retry_all": counts[Message.State.DEAD] and officer.may("exchange.retry"),
        "sees_reconciliations": queries.sees_reconciliations(officer),
    }
    return render(request, "exchange/monitor.html", context)


@signed_in_only
def message(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """One message: what it is about, where it stands, what the partner answered each time, its history."""
    line = queries.message(officer=officer_of(request), message_id=message_id)
    context = {"line": line, "row": line.row, "tries": line.row.tries.all(), "timeline": _history(message_id)}
    return render(request, "exchange/message.html", context)


def _history(message_id: uuid.UUID) -> list[dict[str, Any]]:
    found = timeline(object_id=message_id, limit=50)
    who = names({one.actor_id for one in found if one.actor_id})
    return [
        {"at": one.at, "seq": one.seq, "sentence": one.sentence, "actor": who.get(one.actor_id or message_id, "")}
        for one in found
    ]


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
    """Send every dead letter in the officer's reach again."""
    sent = services.retry_all(actor=officer_of(request))
    words = ngettext("%(sent)s message is being sent again.", "%(sent)s messages are being sent again.", sent)
    messages.success(request, words % {"sent": sent})
    return redirect("exchange:monitor")


@signed_in_only
def reconciliations(request: HttpRequest) -> HttpResponse:
    """How each partner stands, with the button for a new run of it, and the latest runs."""
    officer = officer_of(request)
    if request.method == "POST":
        row = reconciliation.ask(
            actor=officer,
            partner=request.POST.get("partner", ""),
            since=day_of(request.POST.get("since")),
            until=day_of(request.POST.get("until")),
        )
        return redirect("exchange:reconciliation", reconciliation_id=row.pk)
    partner = asked(request, "partner")
    context = {
        "standings": queries.standings(officer=officer),
        "rows": [_named(row) for row in queries.reconciliations(officer=officer, partner=partner)],
        "partner": partner,
        "may_reconcile": queries.may_reconcile(officer),
    }
    return render(request, "exchange/reconciliations.html", context)


def _named(row: Reconciliation) -> tuple[Reconciliation, str]:
    return row, registry.words(row.partner)


@signed_in_only
def reconciled(request: HttpRequest, reconciliation_id: uuid.UUID) -> HttpResponse:
    """One reconciliation: its figures and each message that differs; the page looks again while the job runs."""
    officer = officer_of(request)
    row = queries.reconciliation(officer=officer, reconciliation_id=reconciliation_id)
    ours = [
        (words, len(keys), queries.by_keys(officer=officer, keys=keys[:MOST_SHOWN]))
        for words, keys in ((_("Missing there"), row.missing_there), (_("Different content"), row.differing))
    ]
    unknown = [{**held, "words": kind_words(row.partner, held["kind"])} for held in row.unknown_here[:MOST_SHOWN]]
    context = {"row": row, "partner": registry.words(row.partner), "ours": ours, "unknown": unknown}
    return render(request, "exchange/reconciled.html", context | {"most_shown": MOST_SHOWN})
