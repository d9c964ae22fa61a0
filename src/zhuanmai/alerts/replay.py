"""The replay: history as it would have happened, week by week, each week with what was known by then."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from zhuanmai.alerts.facts import Facts, read_facts
from zhuanmai.alerts.model.ranking import forget, likeliest, standing

COLUMNS = ("alert_no", "day", "subject_kind", "subject", "score", "probability", "offence", "reasons")


@dataclass(frozen=True)
class Alert:
    """One row of the table `alerts` (docs: the lake)."""

    alert_no: str
    day: dt.date
    subject_kind: str
    subject: str
    score: float
    probability: float
    offence: str
    reasons: str

    def row(self) -> dict[str, Any]:
        """As a row."""
        return asdict(self)


def run_days(first: dt.date, last: dt.date) -> list[dt.date]:
    """The days of the weekly runs."""
    return [first + dt.timedelta(weeks=week) for week in range((last - first).days // 7 + 1)]


def replay(
    lake: Any, first: dt.date, last: dt.date, per_week: int, progress: Callable[[str], None] | None = None
) -> tuple[list[Alert], tuple[str, ...]]:
    """The alerts of every weekly run, and the tables it went without."""
    days = run_days(first, last)
    facts = read_facts(lake, days[-1])
    alerts: list[Alert] = []
    known = {week: day for day in days if (week := facts.weeks.index(day)) >= 0}
    for week, made in weekly(facts, known, per_week):
        alerts += made
        if progress:
            progress(f"{known[week]}: {len(made)}")
    return alerts, facts.without


def weekly(facts: Facts, weeks: Iterable[int], per_week: int) -> Iterator[tuple[int, list[Alert]]]:
    """Each week with its alerts, no subject twice."""
    raised: set[str] = set()
    for week in weeks:
        made = raise_alerts(facts, week, per_week, raised)
        raised |= {alert.subject for alert in made}
        yield week, made
        forget(facts, week)


def raise_alerts(facts: Facts, week: int, per_week: int, raised: Collection[str]) -> list[Alert]:
    """The alerts of one run: the likeliest subjects that were not alerted in the period yet."""
    day = facts.weeks.ends(week)
    return [
        Alert(f"A{day:%Y%m%d}-{number:03d}", day, each.kind, each.subject, round(each.share, 6), round(each.share, 6),
              each.offence, json.dumps(each.reasons, ensure_ascii=False))
        for number, each in enumerate(likeliest(facts, week, standing(facts, week), per_week, raised), start=1)
    ]  # fmt: skip
