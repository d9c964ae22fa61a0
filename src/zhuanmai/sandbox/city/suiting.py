"""Which shops an offence suits: a dealer wants quotas, a counterfeiter passing trade, a smuggler tourists."""

from __future__ import annotations

import numpy as np

from zhuanmai.sandbox.city.arrays import Bools, Chance, Floats
from zhuanmai.sandbox.city.places import BUSINESSES, LOCATIONS
from zhuanmai.sandbox.city.shops import Shops

# Kind of offence → how much likelier it is in such a shop; 1 where nothing is said.
_BY_BUSINESS = {
    "outflow": {"tobacco_liquor": 5.0, "grocery": 0.5, "supermarket": 0.4, "mall": 0.3, "hospitality": 0.3},
    "counterfeit": {"tobacco_liquor": 5.0, "hospitality": 2.5, "supermarket": 0.3, "mall": 0.2, "grocery": 0.6},
    "front": {"grocery": 1.5, "tobacco_liquor": 3.0, "supermarket": 0.3},
    "smuggled": {"tobacco_liquor": 3.0, "hospitality": 3.0, "grocery": 0.5},
    "minor_sales": {"grocery": 2.0, "convenience": 2.0, "tobacco_liquor": 0.4},
}
_BY_LOCATION = {
    "outflow": {"commercial": 1.6, "rural": 0.5},
    "counterfeit": {"transport": 3.0, "commercial": 1.8, "rural": 0.6, "residential": 0.6},
    "front": {"commercial": 1.5},
    "smuggled": {"scenic": 6.0, "transport": 5.0, "residential": 0.4, "rural": 0.3},
    "minor_sales": {"school": 12.0, "residential": 0.6, "scenic": 0.3, "transport": 0.3},
}
_YOUNG_DAYS = 1100
_BY_YOUTH = {"counterfeit": 2.0, "front": 2.5}
_BY_TIER = {"outflow": 0.15, "front": 0.08}  # log of the factor for each tier


def suitability(shops: Shops, kind: str) -> Floats:
    """How well an offence of this kind suits each shop."""
    weight = np.ones(shops.count)
    for names, column, factors in (
        (BUSINESSES, shops.business, _BY_BUSINESS),
        (LOCATIONS, shops.location, _BY_LOCATION),
    ):
        weight *= np.array([factors.get(kind, {}).get(name, 1.0) for name in names])[column]
    weight *= np.where(shops.opens > -_YOUNG_DAYS, _BY_YOUTH.get(kind, 1.0), 1.0)
    return np.asarray(weight * np.exp(_BY_TIER.get(kind, 0.0) * (shops.tier - 15)))


def chosen(chance: Chance, weight: Floats, free: Bools) -> int:
    """One of the free shops by weight."""
    pool = np.flatnonzero(free)
    return int(chance.choice(pool, p=weight[pool] / weight[pool].sum()))


def around(chance: Chance, shops: Shops, weight: Floats, free: Bools, count: int) -> list[int]:
    """Some free shops by weight: one, about half of the others near it, the rest anywhere."""
    first = chosen(chance, weight, free)
    away = np.hypot(*(shops.position - shops.position[first]).T)
    near = np.zeros(shops.count, dtype=bool)
    near[np.argsort(np.where(free, away, np.inf), kind="stable")[: 1 + 14 * count]] = True
    left, found = free.copy(), [first]
    left[first] = False
    while len(found) < count and left.any():
        close = left & near
        shop = chosen(chance, weight, close if close.any() and chance.random() < 0.5 else left)
        left[shop] = False
        found.append(shop)
    return found
