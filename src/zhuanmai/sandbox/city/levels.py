"""How much each shop would order in each week if it were honest and alone: ramp, season, shifts, noise, gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhuanmai.sandbox.city import rhythm
from zhuanmai.sandbox.city.arrays import Floats, Ints, stream
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.places import DISTRICTS, LOCATIONS
from zhuanmai.sandbox.city.shops import NEVER, Shops

_RAMP_WEEKS = 17  # new shops climb for four months
_MISSED = 0.03
_SHIFTS_A_YEAR = 0.35


@dataclass(frozen=True)
class Levels:
    """Shops × weeks (32 bit): factor on the plain week, 0 where nothing is ordered; tier by week; classes × weeks."""

    level: Floats
    tier: Ints
    of_class: Floats
    term: Floats  # 1 in weeks of school
    tier_changes: list[tuple[int, int, int, int]]  # shop, week, old, new


def honest_levels(parameters: Parameters, shops: Shops) -> Levels:
    """The factor of every shop in every week."""
    chance = stream(parameters.seed, "levels")
    count, weeks = shops.count, parameters.weeks
    festival = rhythm.festival_factors(parameters)
    located = rhythm.location_factors(parameters)
    island = np.array([each.island for each in DISTRICTS])[shops.district]
    swing = chance.gamma(6.0, 1 / 6.0, count)  # how much a shop goes along with festivals
    level = np.log(festival)[None, :] * swing[:, None]
    tourists = np.log(located[shops.location])
    level += tourists * np.where(island | (shops.location != LOCATIONS.index("scenic")), 1.0, 0.6)[:, None]
    level += _shifts(parameters, count)
    spread = parameters.noise * chance.gamma(5.0, 0.22 / 5.0, count)
    level += chance.normal(0, 1, (count, weeks)) * spread[:, None] - spread[:, None] ** 2 / 2
    level += (chance.normal(0, 0.022 * parameters.noise, (count, weeks))).cumsum(axis=1)
    level = np.exp(level)
    day = np.arange(weeks)[None, :] * 7 + shops.weekday[:, None]
    age = (day - shops.opens[:, None]) / 7
    level *= np.clip(0.35 + 0.65 * age / _RAMP_WEEKS, 0.35, 1.0)
    level[(age < 0) | (day >= shops.closes[:, None])] = 0
    level[chance.random((count, weeks)) < _MISSED] = 0
    holes = festival < 0.3
    level[:, holes] *= chance.random((count, int(holes.sum()))) < 0.25  # most do not order at all in that week
    tier, changes = _tiers(parameters, shops)
    return Levels(
        level.astype(np.float32), tier, rhythm.class_factors(parameters, festival), rhythm.in_term(parameters), changes
    )


def _shifts(parameters: Parameters, count: int) -> Floats:
    """Lasting changes of level: a road closed, a competitor, an estate finished."""
    chance = stream(parameters.seed, "shifts")
    weeks = parameters.weeks
    shifts = np.zeros((count, weeks))
    number = chance.poisson(_SHIFTS_A_YEAR * weeks / 52, count)
    for shop in np.flatnonzero(number):
        for week in chance.integers(0, weeks, number[shop]):
            shifts[shop, week:] += chance.normal(0, 0.33)
    return shifts


def _tiers(parameters: Parameters, shops: Shops) -> tuple[Ints, list[tuple[int, int, int, int]]]:
    """Order tiers by week: some shops are moved up or down at a quarter's end."""
    chance = stream(parameters.seed, "tiers")
    tier = np.repeat(shops.tier[:, None], parameters.weeks, axis=1).astype(np.int16)
    changes = []
    for week in range(12, parameters.weeks, 13):
        moved = np.flatnonzero((chance.random(shops.count) < 0.06) & (shops.closes >= NEVER) & (shops.opens < week * 7))
        step = chance.choice([-3, -2, -1, 1, 2, 3], len(moved))
        for shop, by in zip(moved.tolist(), step.tolist(), strict=True):
            old = int(tier[shop, week])
            new = int(np.clip(old + by, 1, 30))
            if new != old:
                tier[shop, week:] = new
                changes.append((shop, week, old, new))
    return tier, changes
