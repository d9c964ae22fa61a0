"""The ranking: each subject's probability as of a week by the model then in use; the likeliest with reasons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.arrays import Floats, Ints
from zhuanmai.alerts.facts.events import Visits
from zhuanmai.alerts.model.features import frame
from zhuanmai.alerts.model.ranker import Ranker, learn
from zhuanmai.alerts.model.reasons import explain, place_reasons
from zhuanmai.alerts.model.unlicensed_places import suspected

RELEARN_WEEKS = 4
_LIES_LOW_WEEKS, _LIES_LOW = 8, 0.35


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
