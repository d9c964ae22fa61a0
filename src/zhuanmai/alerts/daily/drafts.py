"""The daily run as a pure function: a lake, a day and what not to raise again → drafts of alerts, and measurements."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zhuanmai.alerts.daily.pictures import Past, past_of, picture, similar
from zhuanmai.alerts.detectors import DETECTORS
from zhuanmai.alerts.facts import Facts, read_facts
from zhuanmai.alerts.facts.arrays import Floats, hashed
from zhuanmai.alerts.facts.tables import columns
from zhuanmai.alerts.model.features import HEADS, frame
from zhuanmai.alerts.model.ranker import learn
from zhuanmai.alerts.model.ranking import Suspect, just_visited, likeliest, model_of, standing, use_model
from zhuanmai.alerts.model.store import Kept, version
from zhuanmai.alerts.model.training import Looks
from zhuanmai.alerts.phrases import RANDOM

_SPARE = 3  # candidates looked at for each alert wanted, as some are barred for their first reason
_SPARE_AT_MOST = 60
_DRIFT_WEEKS, _BINS, _LEAST_SHARE = 26, 10, 1e-4
Barred = Mapping[str, frozenset[str]]  # subject → first reasons not to raise again; with "*" none at all
NONE_AT_ALL = frozenset({"*"})


@dataclass(frozen=True)
class Wish:
    """What a run is to raise: so many for what the data say, so many at random, none of what is barred."""

    day: dt.date
    directed: int
    drawn: int
    barred: Barred = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """An alert before it is kept: the subject, its chance and why, and what the pages show."""

    kind: str
    subject: str
    chance: float
    offence: str
    leading: str
    drawn: bool
    reasons: list[dict[str, Any]]
    picture: dict[str, Any]
    similar: list[dict[str, Any]]
    shop: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a run made: drafts, best first, the drawn ones last; the tables it went without; its measurements."""

    drafts: list[Draft]
    without: tuple[str, ...]
    numbers: dict[str, Any]
    kept: Kept


def run(
    lake: Any, wish: Wish, tell: Callable[[str], None], kept: Kept | None = None, looks: Looks | None = None
) -> Outcome:
    """The run for a day, with a kept model or one that it learns. `tell` hears each step: reading, ranking, explaining.

    A kept model learned within the week before; what was found since is among the features, not among the lessons. A
    lesson takes from `looks` how shops looked before visits that an earlier one learned from.
    """
    tell("reading")
    facts = read_facts(lake, wish.day, with_orders=True)
    week = facts.weeks.count - 1
    tell("ranking")
    if kept is None:
        looks = {} if looks is None else looks
        ranker = learn(facts, week, looks)
        kept = Kept(wish.day, version(), ranker, past_of(facts, week, looks), looks)
    use_model(facts, week, kept.ranker)
    drafts = drafts_of(lake, facts, week, wish, kept.past, lambda: tell("explaining"))
    return Outcome(drafts, facts.without, measured(lake, facts, week) | {"learned_on": str(kept.learned_on)}, kept)


def drafts_of(
    lake: Any, facts: Facts, week: int, wish: Wish, past: Past | None = None, ranked: Callable[[], None] = lambda: None
) -> list[Draft]:
    """The alerts of a week, from facts that were read up to then or beyond; nothing later is looked at."""
    chance = standing(facts, week)
    chosen = _directed(facts, week, chance, wish)
    drawn = _drawn(facts, week, chance, wish, {each.subject for each in chosen})
    ranked()
    shops = [each.shop for each in (*chosen, *drawn) if each.shop >= 0]
    alike = similar(facts, past or past_of(facts, week, {}), frame(facts, week), shops)
    register = _register(lake, [facts.shops.licence[shop] for shop in shops])
    return [_draft(facts, week, each, alike, register, drawn=False) for each in chosen] + [
        _draft(facts, week, each, alike, register, drawn=True) for each in drawn
    ]


def measured(lake: Any, facts: Facts, week: int) -> dict[str, Any]:
    """What the pages about the model need of a run."""
    ranker = model_of(facts, week)
    return {
        "findings": ranker.found,
        "learned": ranker.learned,
        "orders_until": str(facts.weeks.ends(week)),
        "drift": drift(facts, week),
        "population": _population(lake, facts, week),
    }


def _directed(facts: Facts, week: int, chance: Floats, wish: Wish) -> list[Suspect]:
    """The likeliest, without those that are barred for their first reason."""
    closed = {subject for subject, reasons in wish.barred.items() if reasons == NONE_AT_ALL}
    most = wish.directed * _SPARE + min(len(wish.barred) - len(closed), _SPARE_AT_MOST)
    chosen: list[Suspect] = []
    for each in likeliest(facts, week, chance, most, closed) if wish.directed else []:
        if len(chosen) < wish.directed and _leading(each) not in wish.barred.get(each.subject, frozenset()):
            chosen.append(each)
    return chosen


def _drawn(facts: Facts, week: int, chance: Floats, wish: Wish, taken: set[str]) -> list[Suspect]:
    """Shops by a hash of their number and the day, whatever the data say of them (双随机)."""
    pool = facts.trading(week).copy()
    pool[just_visited(facts, week)] = False
    barred = taken | set(wish.barred)
    order = sorted(
        (hashed(f"{facts.shops.licence[shop]}:{wish.day.toordinal()}"), shop)
        for shop in np.flatnonzero(pool).tolist()
        if facts.shops.licence[shop] not in barred
    )
    return [
        Suspect("licence", facts.shops.licence[shop], float(chance[shop]), shop, "", [])
        for _, shop in order[: wish.drawn]
    ]


def _leading(each: Suspect) -> str:
    return str(each.reasons[0]["detector"]) if each.reasons else RANDOM


def _draft(
    facts: Facts, week: int, each: Suspect, alike: dict[int, list[dict[str, Any]]], register: dict[str, Any], *,
    drawn: bool,
) -> Draft:  # fmt: skip
    licensed = each.shop >= 0
    return Draft(
        kind=each.kind, subject=each.subject, chance=round(each.share, 6), offence=each.offence,
        leading=_leading(each), drawn=drawn, reasons=each.reasons,
        picture=picture(facts, week, each.shop) if licensed else {},
        similar=[] if drawn or not licensed else alike[each.shop],
        shop=register.get(each.subject, {}) if licensed else {"address": each.subject},
    )  # fmt: skip


def _register(lake: Any, licences: list[str]) -> dict[str, dict[str, Any]]:
    """What the register says of these licences."""
    if not licences or not lake.has("licences"):
        return {}
    wanted = lake.table("licences")
    rows = columns(lake, wanted.filter(wanted.licence_no.isin(licences)))
    kept = ("shop_name", "address", "district_code", "business_type", "longitude", "latitude")
    return {
        number: {name: _plain(rows[name][at]) for name in kept} for at, number in enumerate(rows["licence_no"].tolist())
    }


def _plain(value: Any) -> Any:
    """A cell as JSON and the database take it."""
    if value is None or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def drift(facts: Facts, week: int) -> dict[str, float]:
    """How far each detector's score has moved within half a year: the population stability index over tenths.

    Below 0.1 nothing moved; above 0.25 the model sees another market than it learned from.
    """
    then = week - _DRIFT_WEEKS
    if then < 0:
        return {}
    before, after = frame(facts, then), frame(facts, week)
    return {
        detector.name: round(stability_index(before.values[before.trading, at], after.values[after.trading, at]), 4)
        for detector, at in zip(DETECTORS, HEADS, strict=True)
    }


def stability_index(before: Floats, after: Floats) -> float:
    """The population stability index of two samples over tenths of the first, gaps left out; 0: nothing moved. Pure."""
    before, after = before[~np.isnan(before)], after[~np.isnan(after)]
    if not len(before) or not len(after):
        return 0.0
    cuts = np.unique(np.quantile(before, np.linspace(0, 1, _BINS + 1)[1:-1]))
    shares = [
        np.maximum(np.bincount(np.searchsorted(cuts, values, "left"), minlength=len(cuts) + 1) / len(values),
                   _LEAST_SHARE)
        for values in (before, after)
    ]  # fmt: skip
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def _population(lake: Any, facts: Facts, week: int) -> list[dict[str, Any]]:
    """How many shops trade, by district and business type: what visit rates are measured against."""
    if not lake.has("licences"):
        return []
    rows = columns(lake, lake.table("licences").select("licence_no", "district_code", "business_type"))
    trading = {facts.shops.licence[shop] for shop in np.flatnonzero(facts.trading(week)).tolist()}
    counts = Counter(
        (district or "", business or "")
        for number, district, business in zip(*(rows[name].tolist() for name in rows), strict=True)
        if number in trading
    )
    return [{"district": key[0], "business": key[1], "shops": count} for key, count in sorted(counts.items())]
