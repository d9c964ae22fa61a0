"""What the spells of a week do: each trace moves one thing of its shop, whether the spell is an offence or honest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhuanmai.sandbox.city.arrays import Floats, Ints, stream
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.planting import Planted
from zhuanmai.sandbox.city.shops import Shops
from zhuanmai.sandbox.city.spells import Spell

_TRACES = (
    "at_cap", "in_step", "till_gap", "found_elsewhere", "parcels_out", "more", "premium_fall", "complaints",
    "parcels_in", "known_supplier", "foreign_fall", "term_rhythm",
)  # fmt: skip
_FALL_DAYS = 150  # a counterfeit seller's own orders come down over five months


@dataclass
class Effects:
    """One week: trace → force per shop (0–1), whom each shop moves in step with, and the active spells."""

    force: dict[str, Floats]
    group: Ints
    active: list[Spell]
    offending: list[Spell]


def effects_of(parameters: Parameters, shops: Shops, planted: Planted, week: int) -> Effects:
    """The forces at work on each shop's order day of this week."""
    force: dict[str, Floats] = {trace: np.zeros(shops.count) for trace in _TRACES}
    group = np.full(shops.count, -1)
    active: list[Spell] = []
    offending: list[Spell] = []
    for spells, found in ((planted.offences, offending), (planted.doubles, active)):
        for spell in spells:
            day = week * 7 + (int(shops.weekday[spell.shop]) if spell.shop >= 0 else 2)
            strong = spell.force(day)
            if strong <= 0:
                continue
            found.append(spell)
            if spell.shop < 0:
                continue
            for trace in spell.traces & force.keys():
                slow = min(1.0, (day - spell.starts) / _FALL_DAYS) if trace.endswith("_fall") else 1.0
                force[trace][spell.shop] = max(force[trace][spell.shop], strong * slow)
            if "in_step" in spell.traces:
                group[spell.shop] = spell.group
    return Effects(force, group, active + offending, offending)


def shocks(parameters: Parameters, planted: Planted, week: int) -> Floats:
    """This week's common move of each group."""
    return stream(parameters.seed, "shocks", week).normal(0, 1, max(1, planted.groups))
