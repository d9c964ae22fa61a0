"""Tills that report: what is sold in a week, less what the till never sees, and less what leaves by the back door."""

from __future__ import annotations

import numpy as np

from zhuanmai.sandbox.city.arrays import Floats, Ints, stream
from zhuanmai.sandbox.city.effects import Effects
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.shops import Shops

_GAP = 0.8
_SILENT = 0.05


def week_scans(parameters: Parameters, shops: Shops, effects: Effects, totals: Floats, week: int) -> tuple[Ints, Ints]:
    """Shops whose till reported in this week, and how many cartons each sold."""
    chance = stream(parameters.seed, "tills", week)
    sold = totals[:, max(0, week - 3) : week + 1].mean(axis=1)
    drift = np.exp(0.25 * np.sin(week / 9.0 + np.arange(shops.count)))
    seen = np.clip(shops.covered * np.where(shops.covered < 0.75, drift, 1.0), 0, 1.02)
    seen = seen * (1 - _GAP * effects.force["till_gap"])
    noise = np.exp(chance.normal(0, 0.14 * parameters.noise, shops.count))
    reports = shops.till & shops.open_on(week * 7 + 6) & (chance.random(shops.count) > _SILENT) & (sold > 0)
    found = np.flatnonzero(reports)
    return found, np.round((sold * seen * noise)[found]).astype(np.int64)
