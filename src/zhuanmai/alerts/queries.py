"""What can be asked about alerts: lists, a squad's waiting ones, and what became of them, counted."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.accounts.permissions import all_within, may, require, scope_units
from zhuanmai.accounts.queries import officers_of, unit_tree
from zhuanmai.alerts.models import Alert, Run, Whereabouts
from zhuanmai.alerts.permissions import alerts_of
from zhuanmai.alerts.procedure import OPEN, State
from zhuanmai.alerts.search import legs, reads
from zhuanmai.core.clock import today
from zhuanmai.core.errors import NotFound
from zhuanmai.core.models import Work
from zhuanmai.core.search import all_keys

FOUND = (Alert.Outcome.CASE, Alert.Outcome.MINOR)
ENTERED = (*FOUND, Alert.Outcome.CLEAR)
_Z = 1.96
_TENTHS = 10


@dataclass(frozen=True)
class Filters:
    """What a list of alerts is narrowed to."""

    words: str = ""
    state: str = ""
    offence: str = ""
    district: str = ""
    detector: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether anything but what is open was asked for."""
        return self != Filters(state="open")


@dataclass(frozen=True)
class Share:
    """Visits that found something among visits that got in, with the 95 % Wilson interval."""

    alerts: int
    visits: int
    hits: int

    @property
    def rate(self) -> float | None:
        """Hits over visits; None before the first visit."""
        return self.hits / self.visits if self.visits else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The Wilson score interval."""
        return wilson(self.hits, self.visits)


def wilson(hits: int, of: int) -> tuple[float, float] | None:
    """The 95 % Wilson score interval of a share; None of nothing."""
    if not of:
        return None
    share, square = hits / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = _Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def alerts(officer: Officer, filters: Filters) -> QuerySet[Alert]:
    """The alerts that the officer sees, narrowed. `state` may also be `open` (anything that still waits)."""
    require(officer, "alerts.see")
    found = alerts_of(officer).select_related("unit")
    if filters.state == "open":
        found = found.filter(state__in=OPEN)
    elif filters.state in [state.value for state in State]:
        found = found.filter(state=filters.state)
    elif filters.state in Alert.Outcome.values:
        found = found.filter(outcome=filters.state)
    for name in ("offence", "district", "detector"):
        if value := getattr(filters, name):
            found = found.filter(**{{"district": "district_code", "detector": "leading"}.get(name, name): value})
    if filters.since:
        found = found.filter(day__gte=filters.since)
    if filters.until:
        found = found.filter(day__lte=filters.until)
    if filters.words:
        found = found.filter(pk__in=all_keys(legs(officer, reads(filters.words))))
    return found


def waiting_for(officer: Officer) -> QuerySet[Alert]:
    """New and late alerts of the squads in which the officer acts."""
    units = scope_units(officer, "alerts.act")
    return Alert.objects.filter(unit_id__in=units, state__in=(State.ASSIGNED, State.OVERDUE)).order_by(
        "due", "-probability"
    )


def count_waiting(officer: Officer) -> int:
    """How many alerts of the officer's squads wait; for who gives them out, how many wait to be given."""
    waiting = waiting_for(officer).count()
    if waiting or not may(officer, "alerts.assign"):
        return waiting
    return alerts_of(officer).filter(state=State.RAISED).count()


def partners(officer: Officer, unit: Unit) -> list[Officer]:
    """Who may go along: others of the unit who act on its alerts, with a valid certificate."""
    acting = all_within("alerts.act", unit) - {officer.pk}
    return [one for one in officers_of(unit) if one.pk in acting and one.certificate_is_valid()]


def squads(officer: Officer) -> list[Unit]:
    """The squads to which the officer may give alerts."""
    units = scope_units(officer, "alerts.assign")
    return [unit for unit in unit_tree() if unit.pk in units and not unit.is_bureau]


def runs(*, officer: Officer) -> QuerySet[Run]:
    """Runs, newest first, with how many alerts each raised."""
    require(officer, "alerts.study")
    return Run.objects.annotate(count=Count("alerts")).order_by("-created_at")


def run_of(*, officer: Officer, run_id: uuid.UUID) -> Run:
    """One run with how many alerts it raised. Raises NotFound (no_run)."""
    return _one(runs(officer=officer), run_id)


def watched_runs(*, officer: Officer) -> QuerySet[Run]:
    """Runs, newest first, for the bar that says how far one is: whoever sees alerts may watch."""
    require(officer, "alerts.see")
    return Run.objects.order_by("-created_at")


def watched_run(*, officer: Officer, run_id: uuid.UUID) -> Run:
    """One of these. Raises NotFound (no_run)."""
    return _one(watched_runs(officer=officer), run_id)


def _one(found: QuerySet[Run], run_id: uuid.UUID) -> Run:
    row = found.filter(pk=run_id).first()
    if row is None:
        raise NotFound("no_run", "没有这次分析；请回到列表刷新。")
    return row


def whereabouts(officer: Officer, what: str) -> QuerySet[Whereabouts]:
    """The newest run's hot spots or flows, by kind and length of the period; the rows are not loaded."""
    require(officer, "alerts.see")
    return Whereabouts.objects.filter(what=what).select_related("run").defer("rows").order_by("kind", "weeks")


def latest_run() -> Run | None:
    """The newest run that ended well."""
    return Run.objects.filter(work__state=Work.State.DONE).order_by("-day", "-created_at").first()


def _done(officer: Officer) -> QuerySet[Alert]:
    require(officer, "alerts.study")
    return Alert.objects.filter(unit_id__in=scope_units(officer, "alerts.study"))


def conversion(officer: Officer, *, since: dt.date, until: dt.date) -> dict[str, list[tuple[Any, Share]]]:
    """What became of the alerts of a period: by first reason, by squad, by week (its Monday), directed and drawn."""
    rows = list(
        _done(officer)
        .filter(day__gte=since, day__lte=until)
        .values_list("leading", "unit__name", "day", "drawn", "outcome")
    )
    keys: dict[str, Callable[[Any], Any]] = {
        "detector": lambda row: row[0],
        "squad": lambda row: row[1],
        "week": lambda row: row[2] - dt.timedelta(days=row[2].weekday()),
        "drawn": lambda row: row[3],
    }
    return {
        name: sorted(_shares((key(row), row[4]) for row in rows).items(), key=lambda each: str(each[0]))
        for name, key in keys.items()
    }


def _shares(rows: Iterable[tuple[Any, str]]) -> dict[Any, Share]:
    counts: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])
    for key, outcome in rows:
        counts[key][0] += 1
        counts[key][1] += outcome in ENTERED
        counts[key][2] += outcome in FOUND
    return {key: Share(*numbers) for key, numbers in counts.items()}


def record_of(officer: Officer, detector: str, *, weeks: int = 26) -> tuple[Share, list[tuple[dt.date, Share]]]:
    """A detector's record: of all alerts in which it came first, and by week."""
    rows = alerts_of(officer).filter(leading=detector)
    found = list(rows.values_list("day", "outcome"))
    whole = _shares((0, outcome) for _, outcome in found).get(0, Share(0, 0, 0))
    since = today() - dt.timedelta(weeks=weeks)
    by_week = _shares((day - dt.timedelta(days=day.weekday()), outcome) for day, outcome in found if day >= since)
    return whole, sorted(by_week.items())


def records(officer: Officer) -> dict[str, Share]:
    """The record of every detector."""
    return _shares(alerts_of(officer).values_list("leading", "outcome"))


@dataclass(frozen=True)
class Bin:
    """Visits whose alerts said about the same: what was said on average, and what was found."""

    said: float
    share: Share


def calibration(officer: Officer) -> tuple[list[Bin], float | None]:
    """By what was said, in steps of a tenth; and the mean distance between said and found, weighted by visits."""
    rows = _done(officer).filter(outcome__in=ENTERED).values_list("probability", "outcome")
    groups: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for said, outcome in rows:
        groups[min(_TENTHS - 1, int(said * _TENTHS))].append((said, outcome in FOUND))
    bins = [
        Bin(sum(said for said, _ in group) / len(group), Share(len(group), len(group), sum(hit for _, hit in group)))
        for _, group in sorted(groups.items())
    ]
    total = sum(one.share.visits for one in bins)
    apart = sum(abs(one.said - (one.share.rate or 0.0)) * one.share.visits for one in bins)
    return bins, apart / total if total else None


@dataclass(frozen=True)
class Exposure:
    """How often a group of shops is visited: shops, visits for alerts, visits at random, what each found."""

    key: str
    shops: int
    directed: Share
    drawn: Share

    @property
    def rate(self) -> float | None:
        """Alerts per thousand shops; None where the population is not known."""
        return 1000 * self.directed.alerts / self.shops if self.shops else None


def fairness(officer: Officer, *, since: dt.date) -> dict[str, list[Exposure]]:
    """Visit rates by district and by business type, against the shops that trade there."""
    run = latest_run()
    population = run.numbers.get("population", []) if run else []
    rows = list(
        _done(officer)
        .filter(day__gte=since, subject_kind="licence")
        .values_list("district_code", "business_type", "drawn", "outcome")
    )
    found = {}
    for name, at, field in (("district", 0, "district"), ("business", 1, "business")):
        shares = _shares(((row[at], row[2]), row[3]) for row in rows)
        shops: dict[str, int] = defaultdict(int)
        for each in population:
            shops[each[field]] += each["shops"]
        keys = sorted({*shops, *(key for key, _ in shares)})
        nothing = Share(0, 0, 0)
        found[name] = [
            Exposure(key, shops.get(key, 0), shares.get((key, False), nothing), shares.get((key, True), nothing))
            for key in keys
        ]
    return found


def earlier(officer: Officer, row: Alert) -> list[Alert]:
    """Other alerts about the same subject, newest first."""
    return list(alerts_of(officer).filter(subject=row.subject).exclude(pk=row.pk).order_by("-day")[:5])
