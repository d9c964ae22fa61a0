"""The replay: history as it would have happened, week by week, each week with what was known by then."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from zhuanmai.alerts.arrays import Floats, Ints
from zhuanmai.alerts.facts import Facts, read_facts
from zhuanmai.alerts.facts.events import Visits
from zhuanmai.alerts.features import frame
from zhuanmai.alerts.ranker import Ranker, learn
from zhuanmai.alerts.reasons import explain, place_reasons
from zhuanmai.alerts.spots import suspected

RELEARN_WEEKS = 4
_LIES_LOW_WEEKS, _LIES_LOW = 8, 0.35
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


@dataclass(frozen=True)
class Suspect:
    """A subject with its probability, the offence most likely meant and why; `shop` is -1 for a place."""

    kind: str
    subject: str
    share: float
    shop: int
    offence: str
    reasons: list[dict[str, Any]]


def likeliest(facts: Facts, week: int, chance: Floats, most: int, barred: Collection[str]) -> list[Suspect]:
    """The likeliest subjects as of a week that are not barred, best first, each with its reasons."""
    order = np.lexsort((np.array(facts.shops.licence), -chance))
    shops = [int(at) for at in order[: most + len(barred)] if chance[at] > 0 and facts.shops.licence[at] not in barred]
    places = [each for each in suspected(facts, week)[: most + len(barred)] if each[0].address not in barred]
    named: list[tuple[float, str, int]] = [(float(chance[shop]), facts.shops.licence[shop], shop) for shop in shops]
    named += [(share, place.address, -1) for place, share in places]
    chosen = sorted(named, key=lambda each: (-each[0], each[1]))[:most]
    told = explain(facts, frame(facts, week), model_of(facts, week), [shop for _, _, shop in chosen if shop >= 0])
    by_address = {place.address: place for place, _ in places}
    made = []
    for share, subject, shop in chosen:
        offence, reasons = told[shop] if shop >= 0 else ("unlicensed", place_reasons(by_address[subject].numbers))
        made.append(Suspect("licence" if shop >= 0 else "place", subject, share, shop, offence, reasons))
    return made


def model_of(facts: Facts, week: int) -> Ranker:
    """The model in use in a week: learned every fourth week, by the calendar."""
    at = facts.weeks.renewed(week, RELEARN_WEEKS)
    key = ("ranker", at)
    if key not in facts.kept:
        facts.kept[key] = learn(facts, at)
    found: Ranker = facts.kept[key]
    return found


def use_model(facts: Facts, week: int, ranker: Ranker) -> None:
    """Take this model in a week, and until the next is due, instead of learning one."""
    facts.kept["ranker", facts.weeks.renewed(week, RELEARN_WEEKS)] = ranker


def standing(facts: Facts, week: int) -> Floats:
    """Each shop's probability; who was just visited lies low, whatever was found."""
    chance = model_of(facts, week).probability(frame(facts, week))
    chance[just_visited(facts, week)] *= _LIES_LOW
    return chance


def just_visited(facts: Facts, week: int) -> Ints:
    """The shops that were visited within the last eight weeks, whatever was found."""
    visits: Visits = facts.events.visits
    late = (visits.week <= week) & (visits.week > week - _LIES_LOW_WEEKS) & (visits.shop >= 0)
    return np.unique(visits.shop[late])


def forget(facts: Facts, week: int) -> None:
    """Drop what later weeks do not need again."""
    for key in [key for key in facts.kept if key[0] == "steps" and key[1] < week]:
        del facts.kept[key]
