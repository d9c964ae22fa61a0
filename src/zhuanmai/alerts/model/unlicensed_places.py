"""Places without a licence: addresses that complaints, parcels and visits name, and what a visit there would find.

Gathered as of a week; the probability is set right by what past visits to such places found.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.events import ACCUSED, DONE, FOUND, HEAVY_KG, Mention

_WEIGHTS = {"accused_13": 0.7, "accused_52": 0.5, "unlicensed_52": 0.2, "parcels_13": 0.2, "heavy_52": 0.2,
            "dealer_52": 0.3, "clear": -0.3}  # fmt: skip
_BASE, _MOST, _FEWEST = -3.2, 2.2, 2
_LIES_LOW_WEEKS = 10
_PRIOR_VISITS, _PRIOR_HITS = 20.0, 5.0

_QUARTER, _YEAR = 13, 52


@dataclass
class Place:
    """One address and what was said of it, as of a week."""

    key: str
    spellings: Counter[str] = field(default_factory=Counter)
    numbers: dict[str, float] = field(default_factory=Counter)  # type: ignore[arg-type]
    visited: int = -999
    found: int = -999

    @property
    def address(self) -> str:
        """How the address is most fully written."""
        return max(self.spellings, key=lambda text: (self.spellings[text] + len(text) / 4, text))


def gather(mentions: list[Mention], week: int) -> list[Place]:
    """The places as of a week. A mention of a house alone goes to the only known rooms in it."""
    seen = [each for each in mentions if each.week <= week < each.until]
    rooms: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for each in seen:
        if len(each.address.numbers) > 1:
            rooms.setdefault((each.address.street, each.address.numbers[0]), set()).add(each.address.numbers)
    places: dict[str, Place] = {}
    for each in seen:
        numbers = each.address.numbers
        known = rooms.get((each.address.street, numbers[0]), set())
        if len(numbers) == 1 and len(known) == 1:
            numbers = next(iter(known))
        key = f"{each.address.street}|{'-'.join(numbers)}"
        _add(places.setdefault(key, Place(key)), each, week)
    return [places[key] for key in sorted(places)]


def _add(place: Place, mention: Mention, week: int) -> None:
    age = week - mention.week
    place.spellings[mention.spelling] += 1
    if mention.what.startswith("visit:"):
        outcome = mention.what.removeprefix("visit:")
        place.visited = max(place.visited, mention.week)
        if outcome in FOUND:
            place.found = max(place.found, mention.week)
        place.numbers["clear"] += outcome == "clear"
        return
    if age > _YEAR:
        return
    kind = "parcels" if mention.what == "parcel" else "accused" if mention.what in ACCUSED else "said"
    place.numbers[f"{kind}_52"] += 1
    place.numbers[f"{kind}_13"] += age <= _QUARTER
    place.numbers["heavy_52"] += mention.weight_kg >= HEAVY_KG
    place.numbers["dealer_52"] += mention.dealer
    place.numbers["unlicensed_52"] += mention.what == "unlicensed"


def odds(place: Place, week: int) -> float:
    """Log odds that a visit now finds somebody selling there."""
    number = place.numbers
    total = _BASE + min(_MOST + 1.0, sum(weight * min(number.get(name, 0.0), 6.0) for name, weight in _WEIGHTS.items()))
    if week - place.visited <= _LIES_LOW_WEEKS:
        total -= 1.0
    return min(total, 0.8)


def suspected(facts: Facts, week: int) -> list[tuple[Place, float]]:
    """The places worth a visit, with the probability that it finds something; set right by past visits to places."""
    shift = _shift(facts, week)
    found = []
    for place in gather(facts.events.mentions, week):
        if sum(place.numbers.get(name, 0) for name in ("accused_52", "parcels_52")) >= _FEWEST and place.numbers.get(
            "accused_52"
        ):
            found.append((place, float(1 / (1 + np.exp(-(odds(place, week) + shift))))))
    return sorted(found, key=lambda each: (-each[1], each[0].key))


def _shift(facts: Facts, week: int) -> float:
    """How much more often than thought past visits to places found something, in log odds, bounded."""
    told = [each for each in facts.events.mentions if each.what.startswith("visit:") and each.week <= week]
    done = [each.what.removeprefix("visit:") for each in told]
    visits = sum(outcome in DONE for outcome in done) + _PRIOR_VISITS
    rate = (sum(outcome in FOUND for outcome in done) + _PRIOR_HITS) / visits
    usual = _PRIOR_HITS / _PRIOR_VISITS
    return float(np.clip(np.log(rate / (1 - rate)) - np.log(usual / (1 - usual)), -1.0, 1.0)) * 0.5
