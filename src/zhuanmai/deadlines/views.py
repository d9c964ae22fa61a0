"""One page of what runs out: the terms of every subject that the officer sees."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.requests import asked, asked_id, officer_of
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.exports import exported
from zhuanmai.core.listing import day_of, listed
from zhuanmai.core.templatetags.zhuanmai import minute
from zhuanmai.deadlines import queries
from zhuanmai.deadlines.queries import Filters, Line
from zhuanmai.deadlines.subjects import kinds

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
    if answer := exported(request, "deadlines", _("Deadlines"), _HEADINGS, lambda: map(_cells, queries.lines(found))):
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


def _states() -> list[tuple[str, str]]:
    words = (_("open"), _("over"), _("met"), _("no longer due"), _("expired"), _("all"))
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
