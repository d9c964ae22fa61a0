"""Features: what all detectors say of every shop in one week, with the facts of the shop itself.

No protected trait is among them: nothing is read from a holder's number, name or origin.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np

from zhuanmai.alerts.detectors import DETECTORS
from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.arrays import Bools, Floats, Ints, signed_log

# Shop facts: name → 1/-1/0 as for a detector's columns.
SHOP_FACTS = {"size": 0, "business": 0, "location": 0}
NAMES: tuple[str, ...] = (*(column.name for detector in DETECTORS for column in detector.columns), *SHOP_FACTS)
TOWARDS: tuple[int, ...] = (
    *(column.towards for detector in DETECTORS for column in detector.columns),
    *SHOP_FACTS.values(),
)
OF_DETECTOR: dict[str, str] = {column.name: detector.name for detector in DETECTORS for column in detector.columns}
_LEAST_WIDTH = 1e-3
HEADS: tuple[int, ...] = tuple(NAMES.index(detector.columns[0].name) for detector in DETECTORS)


@dataclass(frozen=True)
class Frame:
    """Shops × features of one week, and who can be visited."""

    week: int
    values: Floats
    trading: Bools

    @functools.cached_property
    def usual(self) -> tuple[Floats, Floats]:
        """Mean and deviation of each feature's logarithm among the trading shops; 0 and 1 where nothing is known."""
        logs = np.ma.masked_invalid(signed_log(self.values[self.trading].astype(np.float64)))
        middle, width = logs.mean(axis=0), logs.std(axis=0)
        return np.ma.filled(middle, 0.0), np.ma.filled(width, 1.0) + _LEAST_WIDTH


def frame(facts: Facts, week: int) -> Frame:
    """All features of a week; nothing later is looked at."""
    key = ("frame", week)
    if key not in facts.kept:
        columns: list[Floats | Ints] = []
        for detector in DETECTORS:
            made = detector.measure(facts, week)
            columns += [made[column.name] for column in detector.columns]
        columns += [facts.size(week), facts.shops.business, facts.shops.location]
        values = np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)
        facts.kept[key] = Frame(week, values, facts.trading(week))
    found: Frame = facts.kept[key]
    return found


def measure_heard(facts: Facts, week: int) -> None:
    """Measure anew, in the frame of a week, what moves with what visits find."""
    page = frame(facts, week)
    values = page.values.copy()
    for detector in DETECTORS:
        if detector.hears:
            made = detector.measure(facts, week)
            for column in detector.columns:
                values[:, NAMES.index(column.name)] = made[column.name]
    facts.kept["frame", week] = replace(page, values=values)
