"""Features: what all detectors say of every shop in one week, with the facts of the shop itself.

No protected trait is among them: nothing is read from a holder's number, name or origin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhuanmai.alerts.arrays import Bools, Floats, Ints, ranks
from zhuanmai.alerts.detectors import DETECTORS
from zhuanmai.alerts.facts import Facts

# Shop facts: name → 1/-1/0 as for a detector's columns.
SHOP_FACTS = {"size": 0, "business": 0, "location": 0}
NAMES: tuple[str, ...] = (*(column.name for detector in DETECTORS for column in detector.columns), *SHOP_FACTS)
TOWARDS: tuple[int, ...] = (
    *(column.towards for detector in DETECTORS for column in detector.columns),
    *SHOP_FACTS.values(),
)
OF_DETECTOR: dict[str, str] = {column.name: detector.name for detector in DETECTORS for column in detector.columns}
HEADS: tuple[int, ...] = tuple(NAMES.index(detector.columns[0].name) for detector in DETECTORS)


@dataclass(frozen=True)
class Frame:
    """Shops × features of one week, and who can be visited."""

    week: int
    values: Floats
    trading: Bools


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


def combined(page: Frame) -> Floats:
    """The robust combination that needs no outcomes: the detectors' ranks, those that stand out weighing most."""
    total = np.zeros(len(page.values))
    for at in HEADS:
        total += np.maximum(ranks(page.values[:, at], page.trading) - 0.5, 0) ** 4 * 16
    return total
