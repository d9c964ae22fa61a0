"""Pages of what runs out: the terms of every subject that the officer sees, and one of them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.queries import names
from zhuanmai.accounts.requests import asked, asked_id, officer_of
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.errors import Refused
from zhuanmai.core.listing import Column, Listing, Table, day_of, declare
from zhuanmai.deadlines import queries, services
from zhuanmai.deadlines.forms import CloseForm
from zhuanmai.deadlines.queries import Filters, Line
from zhuanmai.deadlines.subjects import kinds
from zhuanmai.ledger.queries import timeline
from zhuanmai.reference.templatetags.reference_words import note_words


def state_of(line: Line) -> str:
    """The state of a run in the reader's words."""
    row = line.row
    if row.ending:
        return capfirst(row.get_ending_display())
    if row.is_stopped:
        return _("Standing still")
    return _("Over") if line.over else _("Open")


DEADLINES = declare(
    Listing(
        "deadlines:list",
        "deadlines",
        gettext_lazy("What runs out"),
        (
            Column("due", gettext_lazy("Due"), lambda one: one.row.due, "due", nowrap=True,
                   template="deadlines/_line_due.html"),
            Column("left", gettext_lazy("Left"), lambda one: one.left.words() if one.left else "", nowrap=True,
                   template="deadlines/_line_left.html"),
            Column("due_at", gettext_lazy("At what time"), lambda one: one.row.due_at, on_page=False),
            Column("provisional", gettext_lazy("Provisional"), on_page=False,
                   value=lambda one: note_words(one.row.note) if one.row.provisional else ""),
            Column("term", gettext_lazy("What is due"), lambda one: one.words, "code", link=True,
                   template="deadlines/_line_term.html"),
            Column("of", gettext_lazy("Of"), lambda one: one.subject.title, on_page=False),
            Column("place", gettext_lazy("Place"), lambda one: one.subject.place,
                   template="deadlines/_line_place.html"),
            Column("unit", gettext_lazy("Unit"), lambda one: one.subject.unit, nowrap=True, hide_phone=True),
            Column("began", gettext_lazy("Since"), lambda one: one.row.trigger_at, "trigger_at", nowrap=True,
                   template="deadlines/_line_began.html"),
            Column("source", gettext_lazy("Source"), lambda one: one.row.source, on_page=False),
            Column("state", gettext_lazy("State"), state_of, nowrap=True, template="deadlines/_line_state.html"),
        ),
        default="due",
        href=lambda one: reverse("deadlines:one", args=[one.row.pk]),
        dress=queries.lines,
    )
)  # fmt: skip


@require_GET
@signed_in_only
def deadline_list(request: HttpRequest) -> HttpResponse:
    """Terms, the nearest first; open ones unless the address asks for others."""
    officer = officer_of(request)
    require(officer, "deadlines.see")
    filters = Filters(
        state=asked(request, "state") or "open",
        mine=asked(request, "mine") == "1",
        unit=asked_id(request, "unit"),
        code=asked(request, "term"),
        kind=asked(request, "kind"),
        since=day_of(asked(request, "since")),
        until=day_of(asked(request, "until")),
    )
    table = Table(DEADLINES, request, queries.listed(officer, filters))
    if answer := table.sheet():
        return answer
    context = table.context() | {
        "filters": filters,
        "states": _states(),
        "terms": queries.terms_in_use(officer),
        "units": queries.units_of(officer),
        "kinds": [(kind.code, kind.title) for kind in kinds()],
    }
    return render(request, "deadlines/list.html", context)


@require_http_methods(["GET", "POST"])
@signed_in_only
def deadline(request: HttpRequest, deadline_id: uuid.UUID) -> HttpResponse:
    """One term: what it rests on, its stops and extension, its history; who works on the subject may close it."""
    officer = officer_of(request)
    require(officer, "deadlines.see")
    line = queries.one(officer, deadline_id)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.close(actor=officer, deadline_id=deadline_id, reason=form.cleaned_data["reason"])
            messages.success(request, _("The deadline is closed."))
            return redirect("deadlines:one", deadline_id=deadline_id)
        except Refused as error:
            form.refuse(error)
    context = {
        "line": line,
        "form": form,
        "may_close": queries.may_close(officer, line.row),
        "timeline": _history(deadline_id),
    }
    return render(request, "deadlines/one.html", context, status=422 if form.errors else 200)


def _history(deadline_id: uuid.UUID) -> list[dict[str, Any]]:
    found = timeline(object_id=deadline_id, limit=50)
    who = names({one.actor_id for one in found if one.actor_id})
    return [
        {"at": one.at, "seq": one.seq, "sentence": one.sentence, "actor": who.get(one.actor_id or deadline_id, "")}
        for one in found
    ]


def _states() -> list[tuple[str, str]]:
    words = (_("Open"), _("Over"), _("Met"), _("No longer due"), _("Expired"), _("All"))
    return list(zip((*queries.STATES, "all"), words, strict=True))
