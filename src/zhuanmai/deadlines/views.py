"""Pages of what runs out: the terms of every subject that the officer sees, and one of them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.queries import names
from zhuanmai.accounts.requests import asked, asked_id, officer_of
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.errors import Refused
from zhuanmai.core.exports import exported
from zhuanmai.core.listing import day_of, listed
from zhuanmai.core.templatetags.zhuanmai import minute
from zhuanmai.deadlines import queries, services
from zhuanmai.deadlines.forms import CloseForm
from zhuanmai.deadlines.queries import Filters, Line
from zhuanmai.deadlines.subjects import kinds
from zhuanmai.ledger.queries import timeline

_COLUMNS = {"due": "due", "term": "code", "began": "trigger_at"}
_HEADINGS = ("到期日", "时刻", "暂计", "事项", "编号", "地点", "承办部门", "起算", "依据", "状态")


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
    found = queries.listed(officer, filters)
    if answer := exported(
        request, "deadlines", _("What runs out"), _HEADINGS, lambda: map(_cells, queries.lines(found))
    ):
        return answer
    context = listed(request, found, columns=_COLUMNS, default="due")
    context |= {
        "lines": queries.lines(context["page_obj"]),
        "exports": 1,
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
    words = (_("open"), _("over"), _("met"), _("no longer due"), _("expired"), _("All"))
    return list(zip((*queries.STATES, "all"), words, strict=True))


def _cells(line: Line) -> tuple[Any, ...]:
    """A term as a sheet shows it."""
    row = line.row
    return (
        row.due.isoformat(), minute(row.due_at) if row.due_at else "", row.note if row.provisional else "", line.words,
        line.subject.title, line.subject.place, line.subject.unit, minute(row.trigger_at), row.source, state_of(line),
    )  # fmt: skip


def state_of(line: Line) -> str:
    """The state of a run in the reader's words."""
    row = line.row
    if row.ending:
        return str(row.get_ending_display())
    if row.is_stopped:
        return _("stopped")
    return _("over") if line.over else _("open")
