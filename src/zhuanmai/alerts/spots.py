"""Alerts about places without a licence: the addresses that complaints, parcels and visits name."""

from __future__ import annotations

import numpy as np

from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.events import DONE, FOUND
from zhuanmai.alerts.facts.places import Place, gather

_WEIGHTS = {"accused_13": 0.7, "accused_52": 0.5, "unlicensed_52": 0.2, "parcels_13": 0.2, "heavy_52": 0.2,
            "dealer_52": 0.3, "clear": -0.3}  # fmt: skip
_BASE, _MOST, _FEWEST = -3.2, 2.2, 2
_LIES_LOW_WEEKS = 10
_PRIOR_VISITS, _PRIOR_HITS = 20.0, 5.0


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
