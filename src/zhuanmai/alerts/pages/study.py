"""Pages about the alerts as a whole: detectors and their records, results, calibration and drift, fairness, runs."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zhuanmai.accounts.permissions import may, require
from zhuanmai.accounts.requests import officer_of
from zhuanmai.alerts import phrases, queries, wording
from zhuanmai.alerts.daily import asking
from zhuanmai.alerts.detectors import DETECTORS
from zhuanmai.alerts.pages import charts
from zhuanmai.alerts.pages.tabs import frame, how_far
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.clock import today
from zhuanmai.core.errors import NotFound
from zhuanmai.core.listing import Column, Listing, Table, day_of, declare
from zhuanmai.core.progress import bar
from zhuanmai.lake.schema import TABLES

_HALF_YEAR = 182
_STILL, _MOVED = 0.1, 0.25  # population stability index: below nothing moved, above the market is another


@signed_in_only
@require_GET
def detectors(request: HttpRequest) -> HttpResponse:
    """All detectors: what each does, and its record."""
    officer = officer_of(request)
    require(officer, "alerts.see")
    records = queries.records(officer)
    nothing = queries.Share(0, 0, 0)
    context = {
        "rows": [(one, _(one.label), _(one.words), records.get(one.name, nothing)) for one in DETECTORS],
        "others": [(wording.detector_words(name), records[name]) for name in ("place", "random") if name in records],
    }
    return render(request, "alerts/detectors.html", context | frame(request, "detectors"))


@signed_in_only
@require_GET
def detector(request: HttpRequest, name: str) -> HttpResponse:
    """One detector: what it does, what it measures and how, its parameters, its record."""
    officer = officer_of(request)
    require(officer, "alerts.see")
    one = next((each for each in DETECTORS if each.name == name), None)
    if one is None:
        raise NotFound("no_detector", "没有这个探测器；请回到列表。")
    whole, weeks = queries.record_of(officer, name)
    context = {
        "one": one,
        "title": _(one.label),
        "words": _(one.words),
        "look_for": _(one.look_for),
        "offence": wording.offence_words(one.offence),
        "needs": [_(TABLES[table].title) for table in one.needs],
        "columns": [(column, _plain_words(column.words), column.towards) for column in one.columns],
        "parameters": [(_(words), value) for words, value in one.parameters.items()],
        "whole": whole,
        "weeks": weeks,
    }
    return render(request, "alerts/detector.html", context | frame(request, "detectors"))


def _plain_words(words: str) -> str:
    """What a column measures, without the places for its numbers."""
    return _(words).format(value="…", peers="…").replace("; ", ";").partition(";")[0].partition("；")[0]


@signed_in_only
@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """Conversion by detector, by squad, by week."""
    officer = officer_of(request)
    since = day_of(request.GET.get("since")) or today() - dt.timedelta(days=_HALF_YEAR)
    until = day_of(request.GET.get("until")) or today()
    found = queries.conversion(officer, since=since, until=until)
    drawn = dict(found["drawn"])
    nothing = queries.Share(0, 0, 0)
    most = max((share.alerts for _week, share in found["week"]), default=1)
    context = {
        "since": since,
        "until": until,
        "directed": drawn.get(False, nothing),
        "drawn": drawn.get(True, nothing),
        "detectors": sorted(
            ((wording.detector_words(name), share) for name, share in found["detector"]),
            key=lambda each: -each[1].alerts,
        ),
        "squads": found["squad"],
        "weeks": [
            (week, share, round(100 * share.alerts / most), round(100 * share.visits / most),
             round(100 * share.hits / most))
            for week, share in found["week"]
        ],
    }  # fmt: skip
    return render(request, "alerts/results.html", context | frame(request, "results"))


@signed_in_only
@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """Whether "70 %" means 70 of 100, and whether the market still looks like the one that was learned from."""
    officer = officer_of(request)
    bins, error = queries.calibration(officer)
    run = queries.latest_run()
    drifts = sorted((run.numbers.get("drift") or {}).items(), key=lambda each: -each[1]) if run else []
    context = {
        "bins": bins,
        "points": [
            charts.squared(one.said, one.share.rate or 0.0, one.share.interval or (0.0, 1.0), one.share.visits)
            for one in bins
        ],
        "square": charts.SQUARE,
        "error": error,
        "run": run,
        "drifts": [
            (phrases.label_of(name), value, "success" if value < _STILL else "warning" if value < _MOVED else "danger")
            for name, value in drifts
        ],
    }
    return render(request, "alerts/quality.html", context | frame(request, "quality"))


@signed_in_only
@require_GET
def fairness(request: HttpRequest) -> HttpResponse:
    """Visit rates by district and by business type, beside what random visits find there."""
    officer = officer_of(request)
    since = today() - dt.timedelta(days=_HALF_YEAR)
    found = queries.fairness(officer, since=since)
    words = {"district": wording.district_words, "business": wording.business_words}
    titles = {"district": _("By district"), "business": _("By business type")}
    context = {
        "since": since,
        "groups": [
            (titles[name], [(words[name](one.key), one) for one in rows], max((r.rate or 0 for r in rows), default=0))
            for name, rows in found.items()
        ],
    }
    return render(request, "alerts/fairness.html", context | frame(request, "fairness"))


RUNS = declare(
    Listing(
        "alerts:runs",
        "runs",
        gettext_lazy("Runs"),
        (
            Column("day", gettext_lazy("Data up to"), lambda one: one.day, "day", link=True),
            Column("state", gettext_lazy("State"), lambda one: one.get_state_display(), "work__state",
                   template="alerts/_run_in_list.html"),
            Column("alerts", gettext_lazy("Alerts"), lambda one: one.count, "count", number=True),
            Column("begun", gettext_lazy("Begun"), lambda one: one.begun_at, "work__begun_at", nowrap=True),
            Column("ended", gettext_lazy("Ended"), lambda one: one.ended_at, "work__ended_at", nowrap=True),
        ),
        href=lambda one: reverse("alerts:run", args=[one.pk]),
    )
)  # fmt: skip


@signed_in_only
@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    """Runs, newest first; one is asked for here."""
    officer = officer_of(request)
    table = Table(RUNS, request, queries.runs(officer=officer))
    if answer := table.sheet():
        return answer
    context = table.context() | {
        "may_run": may(officer, "alerts.run"),
        "until": asking.last_whole_day(),
    }
    return render(request, "alerts/runs.html", context | frame(request, "runs"))


@signed_in_only
@require_POST
def ask_run(request: HttpRequest) -> HttpResponse:
    """Put a run in the queue."""
    row = asking.ask(actor=officer_of(request))
    messages.success(request, _("The run is in the queue."))
    return redirect("alerts:run", row.pk)


@signed_in_only
@require_GET
def run_page(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run: how far it is, what it raised, what it went without."""
    row = queries.run_of(officer=officer_of(request), run_id=run_id)
    context = {
        "row": row,
        "without": [_(TABLES[name].title) for name in row.without],
        "alerts": [(alert, wording.offence_words(alert.offence)) for alert in row.alerts.select_related("unit")],
        **how_far(row),
    }
    return render(request, "alerts/run.html", context | frame(request, "runs"))


@signed_in_only
@require_GET
def progress(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The bar of a running run, asked for every two seconds; the page is loaded anew when it has ended."""
    row = queries.watched_run(officer=officer_of(request), run_id=run_id)
    return bar(request, how_far(row), goes_on=row.is_open)
