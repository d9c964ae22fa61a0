"""Pages of the lake: what it holds, imports with their progress, the quarantine and how a row is put right, quality."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import may
from zhuanmai.accounts.requests import officer_of
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.core.listing import ROWS_A_PAGE, Column, Listing, Table, declare, number_of
from zhuanmai.core.masking import masked_numbers
from zhuanmai.core.models import Work
from zhuanmai.core.navigation import tabs
from zhuanmai.core.progress import bar, how_far
from zhuanmai.lake import quality, queries, services
from zhuanmai.lake.forms import RowForm, UnmaskForm, UploadForm
from zhuanmai.lake.models import Import
from zhuanmai.lake.quarantine import Row
from zhuanmai.lake.schema import TABLES

_BAR, _HEIGHT = 6, 48


@signed_in_only
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The tables: rows, from when to when, and how many are put aside."""
    officer = officer_of(request)
    held = queries.held(officer=officer)
    context = {
        "held": held,
        "rows": sum(one.rows for one in held),
        "aside": sum(one.aside for one in held),
        "missing": [one for one in held if not one.rows],
    }
    return render(request, "lake/overview.html", context | _frame(request, "overview"))


IMPORTS = declare(
    Listing(
        "lake:imports",
        "imports",
        gettext_lazy("Imports"),
        (
            Column("when", gettext_lazy("When"), lambda one: one.created_at, "created_at", link=True, nowrap=True),
            Column("file", gettext_lazy("File"), lambda one: one.file_name, "file_name"),
            Column("table", gettext_lazy("Table"), lambda one: _(TABLES[one.table].title), on_page=False),
            Column("state", gettext_lazy("State"), lambda one: one.get_state_display(), "work__state",
                   template="lake/_import_state.html"),
            Column("rows", gettext_lazy("Rows read"), lambda one: one.rows, "rows", number=True),
            Column("taken", gettext_lazy("Taken in"), lambda one: one.taken, "taken", number=True),
            Column("broken", gettext_lazy("In quarantine"), lambda one: one.broken, "broken", number=True),
        ),
        default="-when",
        href=lambda one: reverse("lake:import", args=[one.pk]),
    )
)  # fmt: skip


@signed_in_only
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Imports, newest first; files are handed in here."""
    officer = officer_of(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        handed = _hand_in(request, form)
        if not form.errors:
            return redirect("lake:import", handed[0].pk) if len(handed) == 1 else redirect("lake:imports")
    asked = request.GET
    found = queries.imports(officer=officer, state=asked.get("state", ""), table=asked.get("table", ""))
    table = Table(IMPORTS, request, found)
    if answer := table.sheet():
        return answer
    context = table.context() | {
        "form": form,
        "may_import": may(officer, "lake.import"),
        "states": Work.State.choices,
        "tables": list(TABLES.values()),
        "open": any(one.is_open for one in found[:ROWS_A_PAGE]),
    }
    return render(request, "lake/imports.html", context | _frame(request, "imports"))


def _hand_in(request: HttpRequest, form: UploadForm) -> list[Import]:
    handed = []
    for file in form.cleaned_data["file"]:
        try:
            name = file.name or ""
            handed.append(services.hand_in(actor=officer_of(request), file_name=name, content=file.chunks()))
        except Refused as error:
            form.refuse(error)
    if handed:
        words = ngettext("%(n)s file is in the queue.", "%(n)s files are in the queue.", len(handed))
        messages.success(request, words % {"n": len(handed)})
    return handed


@signed_in_only
@require_GET
def import_page(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """One import: how far it is, what came of it, cancel and resume."""
    officer = officer_of(request)
    row = queries.import_of(officer=officer, import_id=import_id)
    context = {
        "row": row,
        "title": _titles()[row.table],
        "may_import": may(officer, "lake.import"),
        "may_fix": may(officer, "lake.rows"),
        **_progress(row),
    }
    return render(request, "lake/import.html", context | _frame(request, "imports"))


@signed_in_only
@require_GET
def progress(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """The bar of a running import, asked for every two seconds; the page is loaded anew when it has ended."""
    row = queries.import_of(officer=officer_of(request), import_id=import_id)
    return bar(request, _progress(row), goes_on=row.is_open)


@signed_in_only
@require_POST
def cancel(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Have an import stop."""
    services.cancel(actor=officer_of(request), import_id=import_id)
    messages.info(request, _("The import stops; the lake stays as it was."))
    return redirect("lake:import", import_id)


@signed_in_only
@require_POST
def resume(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Put a failed or cancelled import in the queue again."""
    services.resume(actor=officer_of(request), import_id=import_id)
    messages.success(request, _("The import is in the queue again."))
    return redirect("lake:import", import_id)


@dataclass(frozen=True)
class Shown:
    """A quarantined row as the list shows it: masked."""

    row: Row
    value: str


class Aside(Sequence[Row]):
    """The rows put aside under these filters, read a page at a time; `first` is what the page itself shows."""

    def __init__(self, officer: Officer, file: str, reason: str, start: int) -> None:
        self._asked = partial(queries.put_aside, officer=officer, file=file, reason=reason)
        self._start, self.first = start, self._asked(offset=start, limit=ROWS_A_PAGE)

    def __len__(self) -> int:
        return self.first.count

    def __getitem__(self, rows: Any) -> Any:
        start, stop = rows.start or 0, min(rows.stop, len(self))
        if (start, stop) == (self._start, min(self._start + ROWS_A_PAGE, len(self))):
            return self.first.rows
        return self._asked(offset=start, limit=stop - start).rows


QUARANTINE = declare(
    Listing(
        "lake:quarantine",
        "quarantine",
        gettext_lazy("Quarantine"),
        (
            Column("file", gettext_lazy("File"), lambda one: one.row.file, link=True, nowrap=True),
            Column("line", gettext_lazy("Line"), lambda one: one.row.line, number=True),
            Column("column", gettext_lazy("Column"), lambda one: one.row.column, code=True),
            Column("content", gettext_lazy("Content"), lambda one: one.value, code=True,
                   template="lake/_content.html"),
            Column("why", gettext_lazy("Why, and what to do"), lambda one: one.row.words),
        ),
        href=lambda one: f"{reverse('lake:quarantine_row')}?{urlencode({'file': one.row.file, 'line': one.row.line})}",
        dress=lambda rows: [Shown(row, queries.shown_value(row)) for row in rows],
    )
)  # fmt: skip


@signed_in_only
@require_GET
def quarantine_list(request: HttpRequest) -> HttpResponse:
    """Rows put aside, by file and reason, personal values masked."""
    officer, asked = officer_of(request), request.GET
    number = number_of(asked.get("page")) or 1
    aside = Aside(officer, asked.get("file", ""), asked.get("reason", ""), (number - 1) * ROWS_A_PAGE)
    table = Table(QUARANTINE, request, aside)
    if answer := table.sheet():
        return answer
    context = table.context() | {
        "files": aside.first.by_file,
        "reasons": [(code, _reasons()[code], count) for code, count in aside.first.by_reason.items()],
    }
    return render(request, "lake/quarantine.html", context | _frame(request, "quarantine"))


@signed_in_only
@require_http_methods(["GET", "POST"])
def quarantine_row(request: HttpRequest) -> HttpResponse:
    """One row: what is wrong, and a form to put it right; in full only after a reason, which is on the ledger."""
    officer = officer_of(request)
    file, line = request.GET.get("file", ""), request.GET.get("line", "")
    row = queries.row_aside(officer=officer, file=file, line=number_of(line) or 0)
    act = request.POST.get("act", "")
    reason_form = UnmaskForm(request.POST if act == "unmask" else None)
    full = False
    if act == "unmask" and reason_form.is_valid():
        try:
            what = f"{row.file}:{row.line}"
            services.unmask(actor=officer, what=what, reason=reason_form.cleaned_data["reason"])
            full = True
        except Refused as error:
            reason_form.refuse(error)
    form = RowForm(row, full=full, data=request.POST if act == "fix" else None)
    if act == "fix" and form.is_valid():
        try:
            services.fix_row(actor=officer, file=row.file, line=row.line, values=form.wanted)
            messages.success(request, _("The row is in the lake."))
            return redirect(f"{reverse('lake:quarantine')}?file={row.file}")
        except Refused as error:
            form.refuse(error)
    context = {
        "row": row,
        "title": _titles()[row.table],
        "form": form,
        "reason_form": reason_form,
        "full": full,
        "raw": row.raw if full else "" if TABLES[row.table].personal else masked_numbers(row.raw),
        "may_unmask": may(officer, "lake.unmask") and TABLES[row.table].personal and not full,
        "fixable": row.reason != "unknown_column",
    }
    return render(request, "lake/quarantine_row.html", context | _frame(request, "quarantine"))


@dataclass(frozen=True)
class Bar:
    """One week in a table's small picture."""

    x: int
    y: int
    height: int
    week: quality.Week


@dataclass(frozen=True)
class State:
    """A table's freshness with its picture."""

    one: quality.Freshness
    title: str
    bars: list[Bar]
    width: int
    stale: bool


@signed_in_only
@require_GET
def quality_page(request: HttpRequest) -> HttpResponse:
    """How fresh each table is, weeks that are missing or thin, what refers to nothing."""
    officer = officer_of(request)
    states = [_state(one) for one in queries.freshness(officer=officer)]
    context = {
        "dated": [state for state in states if state.one.weeks],
        "others": [state for state in states if not state.one.weeks],
        "orphans": [(one, _titles()[one.table], _titles()[one.other]) for one in queries.orphans(officer=officer)],
        "height": _HEIGHT,
    }
    return render(request, "lake/quality.html", context | _frame(request, "quality"))


_STALE_DAYS = 14


def _state(one: quality.Freshness) -> State:
    most = max((week.rows for week in one.weeks), default=0)
    bars = []
    for week in one.weeks:
        place = (week.monday - one.weeks[0].monday).days // 7
        height = max(1, round(week.rows / most * _HEIGHT))
        bars.append(Bar(place * _BAR, _HEIGHT - height, height, week))
    stale = one.age_days is not None and one.age_days > _STALE_DAYS
    width = bars[-1].x + _BAR if bars else 0
    return State(one, _titles()[one.table], bars, width, stale)


def _frame(request: HttpRequest, here: str) -> dict[str, Any]:
    """The tabs of the room."""
    titles = [
        ("lake:overview", _("Tables"), "lake.see"),
        ("lake:imports", _("Imports"), "lake.see"),
        ("lake:quarantine", _("Quarantine"), "lake.rows"),
        ("lake:quality", _("Data quality"), "lake.see"),
    ]
    return tabs(officer_of(request), f"lake:{here}", _("Data lake"), titles)


def _progress(row: Import) -> dict[str, Any]:
    """What the bar shows."""
    may_stop = row.is_open and not row.work.cancel_asked
    return {
        **how_far(row.work, poll_url=reverse("lake:progress", args=[row.pk])),
        "remaining": _remaining(row.work),
        "cancel_url": reverse("lake:cancel", args=[row.pk]) if may_stop else "",
    }


def _remaining(row: Work) -> str:
    if row.step != "reading" or not (row.begun_at and row.done and row.total):
        return ""
    passed = now() - row.begun_at
    left = dt.timedelta(seconds=round(passed.total_seconds() * (row.total - row.done) / row.done))
    return _("about %(seconds)s s left") % {"seconds": int(left.total_seconds())}


def _titles() -> dict[str, str]:
    return {name: _(table.title) for name, table in TABLES.items()}


def _reasons() -> dict[str, str]:
    """The reasons, short, for a filter."""
    return {
        "missing": _("Key is empty"),
        "length": _("Wrong length"),
        "digits": _("Not only digits"),
        "check_digit": _("Wrong check digit"),
        "not_listed": _("Unknown value"),
        "not_flag": _("Not true or false"),
        "not_date": _("Not a date"),
        "not_time": _("Not a time"),
        "not_monday": _("Not a Monday"),
        "not_whole": _("Not a whole number"),
        "not_number": _("Not a number"),
        "not_money": _("Not an amount"),
        "negative": _("Negative"),
        "out_of_range": _("Out of range"),
        "year": _("Impossible year"),
        "coordinates": _("Coordinates out of range"),
        "too_many": _("Too many values"),
        "too_few": _("Too few values"),
        "quote": _("Open quote"),
        "encoding": _("Not UTF-8"),
        "repeated": _("Key repeated"),
        "unknown_column": _("Unknown column"),
    }
