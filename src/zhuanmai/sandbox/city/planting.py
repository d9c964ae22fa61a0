"""Planting: who offends when, in which ring, how strongly and with which traces, and who only looks like it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from zhuanmai.sandbox.city.arrays import Chance, Ints, stream
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.places import LOCATIONS
from zhuanmai.sandbox.city.shops import NEVER, Shops, move_in
from zhuanmai.sandbox.city.spells import CATCH, TRACES, Spell

# Share of each kind among the offending shops that are not in outflow.
_OTHER_KINDS = {"counterfeit": 0.42, "front": 0.20, "smuggled": 0.15, "reopened": 0.10, "minor_sales": 0.13}
_LONE = 0.22  # share of outflow shops that work alone
_PLACES_PER_SHOP = 0.006  # unlicensed places over the window
# Honest spells for each trace, per open shop at any time; each shows one trace, now and then a second.
_DOUBLES = {
    "at_cap": 0.022, "in_step": 0.005, "till_gap": 0.022, "found_elsewhere": 0.006, "parcels_out": 0.010,
    "more": 0.030, "premium_fall": 0.014, "complaints": 0.010, "parcels_in": 0.009, "known_supplier": 0.003,
    "foreign_fall": 0.010, "term_rhythm": 0.010,
}  # fmt: skip
_SECOND = 0.15
_FITS = {"smuggled": ("scenic", "transport", "commercial"), "minor_sales": ("school", "residential")}


@dataclass
class Planted:
    """All spells, and the rings: number → shops."""

    offences: list[Spell] = field(default_factory=list)
    doubles: list[Spell] = field(default_factory=list)
    rings: dict[int, list[int]] = field(default_factory=dict)
    groups: int = 0

    def new_group(self) -> int:
        """A number for a set of shops that move in step."""
        self.groups += 1
        return self.groups - 1


def plant(parameters: Parameters, shops: Shops) -> Planted:
    """Draw all spells of the window. The share of shops offending on a day is the city's parameter."""
    chance = stream(parameters.seed, "planting")
    planted = Planted()
    free = set(np.flatnonzero(shops.closes > 0).tolist())
    open_shops = float((shops.open_on(parameters.days // 2)).sum())
    duty = 0.60  # what pauses and closings leave of a spell
    spells = parameters.offending * open_shops * (parameters.days / 7 + parameters.spell_weeks)
    spells /= parameters.spell_weeks * duty
    outflow = round(spells * parameters.outflow)
    _outflow(chance, parameters, shops, planted, free, outflow)
    others = spells - outflow
    for kind, share in _OTHER_KINDS.items():
        _others(chance, parameters, shops, planted, free, kind, round(others * share))
    for place in range(round(parameters.retailers * _PLACES_PER_SHOP)):
        starts, ends = _times(chance, parameters)
        planted.offences.append(_offence(chance, parameters, "unlicensed", -1, starts, ends, place=place))
    _double(chance, parameters, shops, planted, free)
    return planted


def _times(chance: Chance, parameters: Parameters) -> tuple[int, int]:
    length = max(8.0, chance.gamma(2.2, parameters.spell_weeks / 2.2)) * 7
    starts = chance.uniform(-parameters.spell_weeks * 7, parameters.days)
    return int(starts), int(starts + length)


def _strength(chance: Chance, parameters: Parameters) -> float:
    mean = parameters.strength
    return float(np.clip(chance.beta(3.6 * mean, 3.6 * (1 - mean)), 0.08, 1.0))


def _offence(
    chance: Chance, parameters: Parameters, kind: str, shop: int, starts: int, ends: int, *,
    group: int = -1, place: int = -1, strength: float = 0.0,
) -> Spell:  # fmt: skip
    """One offence with its traces, its own pauses, and how surely a visit finds it."""
    shown = {
        trace
        for trace, probability in TRACES[kind].items()
        if chance.random() < np.clip(probability + parameters.shown, 0.05, 0.95)
    }
    spell = Spell(
        kind, shop, starts, ends, strength or _strength(chance, parameters), frozenset(shown), group, place,
        float(np.clip(CATCH[kind] * parameters.catching + chance.normal(0, 0.04), 0.2, 0.9)),
    )  # fmt: skip
    day = starts + chance.exponential(260)
    while day < ends:
        length = chance.uniform(14, 56)
        spell.pause(int(day), int(day + length))
        day += length + chance.exponential(260)
    return spell


def _near(chance: Chance, shops: Shops, free: set[int], count: int) -> list[int]:
    """Some free shops, half of them around one of them, the rest anywhere."""
    pool = np.array(sorted(free))
    first = int(pool[int(chance.integers(len(pool)))])
    away = np.hypot(*(shops.position[pool] - shops.position[first]).T)
    close = pool[np.argsort(away, kind="stable")[1 : 1 + 12 * count]]
    found = [first]
    while len(found) < min(count, len(pool)):
        source = close if chance.random() < 0.5 else pool
        shop = int(source[int(chance.integers(len(source)))])
        if shop not in found:
            found.append(shop)
    return found


def _outflow(
    chance: Chance, parameters: Parameters, shops: Shops, planted: Planted, free: set[int], wanted: int
) -> None:
    """Rings of three to eleven run by one dealer, and some who work alone."""
    made = 0
    while made < wanted and len(free) > 20:
        size = 1 if chance.random() < _LONE * 3 else int(chance.integers(3, 12))
        starts, ends = _times(chance, parameters)
        strength, group = _strength(chance, parameters), planted.new_group()
        members = _near(chance, shops, free, size)
        for shop in members:
            begins = starts + int(chance.exponential(45) if size > 1 else 0)
            own = float(np.clip(strength * chance.uniform(0.6, 1.3), 0.08, 1.0))
            planted.offences.append(
                _offence(chance, parameters, "outflow", shop, begins, ends - int(chance.exponential(20)),
                         group=group, strength=own)
            )  # fmt: skip
            free.discard(shop)
        if size > 1:
            planted.rings[group] = members
        made += len(members)


def _fitting(chance: Chance, shops: Shops, free: set[int], kind: str) -> int:
    pool = np.array(sorted(free))
    if kind in _FITS:
        wanted = [LOCATIONS.index(each) for each in _FITS[kind]]
        weight = np.where(np.isin(shops.location[pool], wanted), 4.0, 1.0)
        return int(chance.choice(pool, p=weight / weight.sum()))
    return int(pool[int(chance.integers(len(pool)))])


def _others(
    chance: Chance, parameters: Parameters, shops: Shops, planted: Planted, free: set[int], kind: str, wanted: int
) -> None:
    made = 0
    while made < wanted and len(free) > 20:
        starts, ends = _times(chance, parameters)
        if kind == "front":
            members = _near(chance, shops, free, int(chance.integers(2, 6)))
            group = planted.new_group()
            planted.rings[group] = members
        elif kind == "reopened":
            members, group = _reopened(chance, shops, free), -1
            starts = int(shops.opens[members[0]]) if members else 0
        else:
            members, group = [_fitting(chance, shops, free, kind)], -1
        if not members:
            return
        for shop in members:
            planted.offences.append(_offence(chance, parameters, kind, shop, starts, ends, group=group))
            free.discard(shop)
        made += len(members)


def _reopened(chance: Chance, shops: Shops, free: set[int]) -> list[int]:
    """A young shop that carries on what a revoked one did; it may show by its rooms or its phone."""
    young = np.array([shop for shop in sorted(free) if shops.opens[shop] > -300])
    if not len(young):
        return []
    shop = int(young[int(chance.integers(len(young)))])
    gap = shops.opens[shop] - shops.closes
    earlier = np.flatnonzero((gap > 0) & (gap < 500))
    if len(earlier):
        before = int(earlier[int(chance.integers(len(earlier)))])
        shops.revoked[before] = True
        move_in(shops, shop, before)
    return [shop]


def _double(chance: Chance, parameters: Parameters, shops: Shops, planted: Planted, free: set[int]) -> None:
    """Honest spells: a wedding season, a works canteen next door, a rival who complains, a till seldom used."""
    open_shops = float(shops.open_on(parameters.days // 2).sum())
    names = list(_DOUBLES)
    pool: Ints = np.array(sorted(free))
    shift = (parameters.days / 7 + parameters.spell_weeks) / parameters.spell_weeks
    for trace in names:
        for _ in range(round(_DOUBLES[trace] * parameters.doubles * open_shops * shift)):
            starts, ends = _times(chance, parameters)
            traces = {trace}
            if chance.random() < _SECOND:
                traces.add(names[int(chance.integers(len(names)))])
            shop = int(pool[int(chance.integers(len(pool)))])
            group = planted.new_group() if "in_step" in traces else -1
            strength = _strength(chance, parameters)
            planted.doubles.append(Spell("", shop, starts, ends, strength, frozenset(traces), group))
            if group >= 0:
                _company(chance, shops, planted, pool, planted.doubles[-1])


def _company(chance: Chance, shops: Shops, planted: Planted, pool: Ints, first: Spell) -> None:
    """Who honestly moves in step: a chain, a family, a buying group."""
    away = np.hypot(*(shops.position[pool] - shops.position[first.shop]).T)
    for shop in pool[np.argsort(away, kind="stable")[1 : 1 + int(chance.integers(1, 5))]]:
        planted.doubles.append(
            Spell("", int(shop), first.starts, first.ends, first.strength, frozenset({"in_step"}), first.group)
        )


def sure_open(shops: Shops, planted: Planted) -> None:
    """An offence cannot last longer than its shop."""
    for spell in planted.offences:
        if spell.shop >= 0:
            spell.starts = max(spell.starts, int(shops.opens[spell.shop]))
            if shops.closes[spell.shop] < NEVER:
                spell.ends = min(spell.ends, int(shops.closes[spell.shop]))
