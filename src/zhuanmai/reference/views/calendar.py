"""The working calendar of a year and the legal terms with how sure each is."""

from __future__ import annotations

import calendar as months
import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from zhuanmai.core.clock import today
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.listing import day_of, number_of
from zhuanmai.reference import calendar, services
from zhuanmai.reference.forms import DayForm, TermForm, YearForm
from zhuanmai.reference.models import DeadlineTerm, WorkingDayOverride
from zhuanmai.reference.views.frame import allowed, history, officer

_AREAS = {
    "penalty": gettext_lazy("Penalty procedure"),
    "licensing": gettext_lazy("Licensing"),
    "credit": gettext_lazy("Credit"),
    "hotline": gettext_lazy("Hotline 12313"),
}


@dataclass(frozen=True)
class Square:
    """One day of the calendar page: working or not, set by hand or not, today or not; None outside the month."""

    day: dt.date
    working: bool
    by_hand: bool
    unusual: bool
    is_today: bool


@require_http_methods(["GET", "POST"])
@allowed("reference.see")
def year(request: HttpRequest) -> HttpResponse:
    """Twelve months of one year; the editor sets days and enters a year's arrangement."""
    shown = _year(request)
    which = request.POST.get("act", "")
    day_form = DayForm(request.POST if which == "day" else None)
    year_form = YearForm(request.POST if which == "year" else None, initial={"year": shown})
    if request.method == "POST" and _acted(request, day_form, year_form):
        return redirect(f"{request.path}?year={shown}")
    kept = calendar.days()
    return render(
        request,
        "reference/calendar.html",
        {
            "year": shown,
            "previous": shown - 1,
            "next": shown + 1,
            "weekdays": [_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su")],
            "months": [(month, _weeks(kept, shown, month)) for month in range(1, 13)],
            "known": kept.knows(shown),
            "overrides": WorkingDayOverride.objects.filter(day__year=shown).order_by("day"),
            "working_days": kept.working_between(dt.date(shown - 1, 12, 31), dt.date(shown, 12, 31)),
            "day_form": day_form,
            "year_form": year_form,
            "may_edit": officer(request).may("reference.edit"),
        },
    )


@require_GET
@allowed("reference.see")
def terms(request: HttpRequest) -> HttpResponse:
    """Every legal term by area; what a term starting on a given day comes to."""
    start = day_of(request.GET.get("from")) or today()
    only = request.GET.get("certainty", "")
    kept = calendar.days()
    rows = [row for row in DeadlineTerm.objects.all() if not only or row.certainty == only]
    areas = [(_AREAS[area], [(row, _due(row, start, kept)) for row in rows if row.area == area]) for area in _AREAS]
    context = {
        "areas": [(title, found) for title, found in areas if found],
        "start": start,
        "only": only,
        "open": sum(row.certainty == "uncertain" for row in rows),
        "may_edit": officer(request).may("reference.edit"),
    }
    return render(request, "reference/terms.html", context)


@require_http_methods(["GET", "POST"])
@allowed("reference.see")
def term(request: HttpRequest, code: str) -> HttpResponse:
    """One term with its history; the editor changes what is not read in the statute."""
    row = calendar.term(code)
    names = ("days", "months", "years", "hours", "minutes")
    initial = {name: getattr(row, name) for name in (*names, "unit", "source", "certainty")}
    form = TermForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.change_term(
                actor=officer(request),
                code=code,
                lengths={name: given[name] for name in names},
                unit=given["unit"],
                source=given["source"],
                certainty=given["certainty"],
            )
            messages.success(request, _("The term is changed."))
            return redirect("reference:terms")
        except Refused as error:
            form.refuse(error)
    may_edit = officer(request).may("reference.edit") and row.certainty != "statute"
    context = {"term": row, "form": form, "may_edit": may_edit, "timeline": history(row.id)}
    return render(request, "reference/term.html", context)


def _acted(request: HttpRequest, day_form: DayForm, year_form: YearForm) -> bool:
    """Do what was posted; True if done, False if a form has something to say."""
    actor, which = officer(request), request.POST.get("act", "")
    if which == "clear":
        day = day_of(request.POST.get("day"))
        if day is None:
            raise Refused("day_wrong", "日期不对；请在日历页重新选择。", "day")
        services.clear_day(actor=actor, day=day)
        return True
    form = day_form if which == "day" else year_form
    if not form.is_valid():
        return False
    try:
        if form is day_form:
            services.set_day(actor=actor, **form.cleaned_data)
            messages.success(request, _("The day is set."))
        else:
            services.enter_year(actor=actor, **form.cleaned_data)
            messages.success(request, _("The year is entered; open terms are counted anew."))
    except Refused as error:
        form.refuse(error)
        return False
    return True


def _year(request: HttpRequest) -> int:
    year = number_of(request.GET.get("year"))
    return year if year is not None and 2004 <= year <= 2100 else today().year


def _weeks(kept: calendar.Days, year: int, month: int) -> list[list[Square | None]]:
    return [
        [_square(kept, day) if day.month == month else None for day in week]
        for week in months.Calendar().monthdatescalendar(year, month)
    ]


def _square(kept: calendar.Days, day: dt.date) -> Square:
    working = kept.is_working(day)
    return Square(day, working, day in kept.overrides, working != (day.weekday() < 5), day == today())


def _due(row: DeadlineTerm, start: dt.date, kept: calendar.Days) -> Any:
    try:
        return calendar.counted(row, start, kept)
    except NotFound:
        return None
