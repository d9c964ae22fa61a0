"""Order lines, a week at a time: every shop's shelf, its level, the quotas, and what the spells do to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhuanmai.sandbox.city.arrays import Bools, Chance, Floats, Ints, grouped, stream
from zhuanmai.sandbox.city.effects import Effects
from zhuanmai.sandbox.city.levels import Levels
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.products import Products
from zhuanmai.sandbox.city.shops import Shops

_STOCKED = 0.62  # share of the scarce products open to a shop that it takes at all
_WEDDINGS = 0.004  # per shop and week
_CAP_LIFT, _STEP, _MORE, _FALL = 4.4, 1.6, 0.7, 0.9


@dataclass(frozen=True)
class Shelves:
    """What each shop stocks, one row a shop and product, by shop. Rates in cartons of a plain week."""

    shop: Ints
    product: Ints
    rate: Floats
    first: Ints  # where each shop's rows begin; one more at the end
    uptake: Floats  # per shop: leaning to take a quota in full (log odds)


@dataclass(frozen=True)
class WeekOrders:
    """One week's order lines and what each shop ordered in sum. `late`: comes in with the next month's file."""

    day: Ints
    shop: Ints
    product: Ints
    cartons: Ints
    late: Bools
    total: Floats
    taken: Floats  # per shop: share of its quotas taken; nan without any


def stock(parameters: Parameters, shops: Shops, products: Products) -> Shelves:
    """Choose every shop's range of products and how they sell."""
    chance = stream(parameters.seed, "shelves")
    breadth = np.clip(9 * (shops.size / 20) ** 0.42 * np.exp(chance.normal(0, 0.3, shops.count)), 5, 80)
    weight = np.log(products.popularity)[None, :].astype(np.float32)
    lean = (3.0 - products.price_class)[None, :] * 0.45
    owner, product, gain = [], [], []
    plain = ~products.scarce
    for first in range(0, shops.count, 4096):
        rows = np.arange(first, min(first + 4096, shops.count))
        score = weight + lean * shops.affluence[rows][:, None] + chance.gumbel(0, 0.8, (len(rows), products.count))
        score[:, ~plain] = -np.inf
        order = np.argsort(-score, axis=1, kind="stable")
        chosen, place = grouped(np.minimum(breadth[rows].astype(np.int64), int(plain.sum())))
        owner.append(rows[chosen])
        product.append(order[chosen, place])
        gain.append(np.exp(0.8 * score[chosen, product[-1]]))
    scarce = np.flatnonzero(products.scarce)
    takes = chance.random((shops.count, len(scarce))) < _STOCKED
    taker, which = np.nonzero(takes)
    shop = np.concatenate([*owner, taker])
    item = np.concatenate([*product, scarce[which]])
    share = np.concatenate([*gain, np.zeros(len(taker))])
    total = np.bincount(shop, weights=share, minlength=shops.count)
    rate = shops.size[shop] * share / total[shop]
    rate[share == 0] = 0.03 * shops.size[taker] * chance.gamma(2.0, 0.5, len(taker))  # before it comes under quota
    order = np.lexsort((item, shop))
    first_row = np.searchsorted(shop[order], np.arange(shops.count + 1))
    uptake = chance.normal(-0.45, 0.68 * parameters.eager, shops.count) + 0.35 * shops.affluence
    return Shelves(shop[order], item[order], rate[order].astype(np.float32), first_row, uptake)


def week_orders(
    parameters: Parameters, shops: Shops, products: Products, shelves: Shelves, levels: Levels,
    effects: Effects, shocks: Floats, week: int,
) -> WeekOrders:  # fmt: skip
    """What all shops order in one week."""
    chance = stream(parameters.seed, "orders", week)
    step = np.where(effects.group >= 0, shocks[effects.group], 0.0) * effects.force["in_step"]
    level = levels.level[:, week] * (1 + _MORE * effects.force["more"]) * np.exp(0.25 * step)
    cartons = chance.poisson(_demand(products, shelves, levels, effects, level, week))
    quota = products.scarce_from[shelves.product] <= week
    rows = np.flatnonzero(quota)
    cap = _caps(products, shelves, levels, rows, week)
    lean = shelves.uptake + chance.normal(0, 0.55 * parameters.noise, shops.count)
    lean = lean + _CAP_LIFT * effects.force["at_cap"] + 1.6 * _STEP * step
    ready = 1 / (1 + np.exp(-lean))
    open_now = level > 0
    own = shelves.shop[rows]
    cartons[rows] = chance.binomial(cap, ready[own]) * open_now[own]
    _weddings(chance, shops, products, shelves, level, cartons)
    count = shops.count
    asked = np.bincount(own, weights=cap * open_now[own], minlength=count)
    got = np.bincount(own, weights=np.minimum(cartons[rows], cap), minlength=count)
    lines = np.flatnonzero(cartons)
    shop = shelves.shop[lines]
    shifted = np.where(chance.random(count) < 0.03, chance.integers(0, 2, count) + 1, 0)
    late = chance.random(count) < parameters.late
    return WeekOrders(
        day=(week * 7 + shops.weekday + shifted)[shop],
        shop=shop,
        product=shelves.product[lines],
        cartons=cartons[lines],
        late=late[shop],
        total=np.bincount(shop, weights=cartons[lines], minlength=count).astype(np.float64),
        taken=np.divide(got, asked, out=np.full(count, np.nan), where=asked > 0),
    )


def _demand(products: Products, shelves: Shelves, levels: Levels, effects: Effects, level: Floats, week: int) -> Floats:
    """Mean cartons of every row of the shelves, quotas aside."""
    factor = (products.trend[:, week] * levels.of_class[products.price_class - 1, week]).astype(np.float32)
    mean = shelves.rate * level[shelves.shop] * factor[shelves.product]
    falling = np.flatnonzero((effects.force["premium_fall"] > 0) | (effects.force["foreign_fall"] > 0)
                             | (effects.force["term_rhythm"] > 0))  # fmt: skip
    for shop in falling:
        rows = slice(int(shelves.first[shop]), int(shelves.first[shop + 1]))
        own = shelves.product[rows]
        fall = _FALL * effects.force["premium_fall"][shop] * np.where(products.price_class[own] <= 2, 1.0, 0.45)
        foreign = 0.85 * effects.force["foreign_fall"][shop] * products.foreign[own]
        young = (
            0.9
            * effects.force["term_rhythm"][shop]
            * levels.term[week]
            * (products.slim[own] | (products.price_class[own] >= 4))
        )
        mean[rows] *= (1 - fall) * (1 - foreign) * (1 + young)
    return np.asarray(mean)


def _caps(products: Products, shelves: Shelves, levels: Levels, rows: Ints, week: int) -> Ints:
    """The quota of each scarce row: by tier and by the week's supply, rounded down."""
    tier = levels.tier[shelves.shop[rows], week] / 30
    item = shelves.product[rows]
    return np.asarray(np.floor(products.cap[item] * products.supply[item, week] * tier**0.9 + 0.35), dtype=np.int64)


def _weddings(chance: Chance, shops: Shops, products: Products, shelves: Shelves, level: Floats, cartons: Ints) -> None:
    """A family buys for a wedding: one shop, one week, one or two dear products."""
    buying = np.flatnonzero((chance.random(shops.count) < _WEDDINGS) & (level > 0))
    for shop in buying:
        rows = np.arange(shelves.first[shop], shelves.first[shop + 1])
        dear = rows[products.price_class[shelves.product[rows]] <= 2]
        if len(dear):
            chosen = chance.choice(dear, min(len(dear), int(chance.integers(1, 3))), replace=False)
            cartons[chosen] += chance.integers(4, 31, len(chosen))
