"""Planting: who offends when, in which ring, how strongly and with which traces, and who only looks like it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from zhuanmai.sandbox.city.arrays import Bools, Chance, Ints, stream
from zhuanmai.sandbox.city.makes import make_of
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.shops import NEVER, Shops, move_in
from zhuanmai.sandbox.city.spells import CATCH, Spell
from zhuanmai.sandbox.city.suiting import around, chosen, suitability

_PLACES_PER_SHOP = 0.006  # unlicensed places over the window


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
    free = shops.closes > 0
    open_shops = float((shops.open_on(parameters.days // 2)).sum())
    duty = 0.55  # what pauses and closings leave of a spell
    spells = parameters.offending * open_shops * (parameters.days / 7 + parameters.spell_weeks)
    spells /= parameters.spell_weeks * duty
    outflow = round(spells * parameters.outflow)
    _outflow(chance, parameters, shops, planted, free, outflow)
    others = spells - outflow
    for kind, share in make_of(parameters.make).kinds.items():
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
        for trace, probability in make_of(parameters.make).traces[kind].items()
        if chance.random() < np.clip(probability + parameters.shown, 0.05, 0.95)
    }
    spell = Spell(
        kind, shop, starts, ends, strength or _strength(chance, parameters), frozenset(shown), group, place,
        float(np.clip(CATCH[kind] * parameters.catching + chance.normal(0, 0.04), 0.2, 0.9)),
    )  # fmt: skip
    day = starts + chance.exponential(340)
    while day < ends:
        length = chance.uniform(14, 56)
        spell.pause(int(day), int(day + length))
        day += length + chance.exponential(340)
    return spell


def _outflow(chance: Chance, parameters: Parameters, shops: Shops, planted: Planted, free: Bools, wanted: int) -> None:
    """Rings of three to eleven run by one dealer, and some who work alone."""
    made, weight = 0, suitability(shops, "outflow")
    lone = make_of(parameters.make).lone
    while made < wanted and free.sum() > 20:
        size = 1 if chance.random() < lone * 3 else int(chance.integers(3, 12))
        starts, ends = _times(chance, parameters)
        strength, group = _strength(chance, parameters), planted.new_group()
        members = around(chance, shops, weight, free, size)
        for shop in members:
            begins = starts + int(chance.exponential(45) if size > 1 else 0)
            own = float(np.clip(strength * chance.uniform(0.6, 1.3), 0.08, 1.0))
            planted.offences.append(
                _offence(chance, parameters, "outflow", shop, begins, ends - int(chance.exponential(20)),
                         group=group, strength=own)
            )  # fmt: skip
            free[shop] = False
        if size > 1:
            planted.rings[group] = members
        made += len(members)


def _others(
    chance: Chance, parameters: Parameters, shops: Shops, planted: Planted, free: Bools, kind: str, wanted: int
) -> None:
    made, weight = 0, suitability(shops, kind)
    while made < wanted and free.sum() > 20:
        starts, ends = _times(chance, parameters)
        group = -1
        if kind == "front":
            members, group = around(chance, shops, weight, free, int(chance.integers(2, 6))), planted.new_group()
            planted.rings[group] = members
        elif kind == "reopened":
            young = free & (shops.opens > -300)
            if not young.any():
                return
            members = [chosen(chance, weight, young)]
            starts, ends = int(shops.opens[members[0]]), int(shops.opens[members[0]]) + ends - starts
        else:
            members = [chosen(chance, weight, free)]
        for shop in members:
            planted.offences.append(_offence(chance, parameters, kind, shop, starts, ends, group=group))
            free[shop] = False
            if kind == "reopened":
                _reopen(chance, shops, planted.offences[-1])
        made += len(members)


def _reopen(chance: Chance, shops: Shops, spell: Spell) -> None:
    """Make a young shop carry on what a revoked one did; it may show by its rooms or its phone."""
    gap = shops.opens[spell.shop] - shops.closes
    earlier = np.flatnonzero((gap > 0) & (gap < 500))
    if len(earlier):
        before = int(earlier[int(chance.integers(len(earlier)))])
        shops.revoked[before] = True
        if "same_rooms" in spell.traces:
            move_in(shops, spell.shop, before)
        else:
            shops.predecessor[spell.shop] = before


def _double(chance: Chance, parameters: Parameters, shops: Shops, planted: Planted, free: Bools) -> None:
    """Honest spells: a wedding season, a works canteen next door, a rival who complains, a till seldom used."""
    open_shops = float(shops.open_on(parameters.days // 2).sum())
    make = make_of(parameters.make)
    names = list(make.doubles)
    pool = np.flatnonzero(free)
    shift = (parameters.days / 7 + parameters.spell_weeks) / parameters.spell_weeks
    for trace in names:
        for _ in range(round(make.doubles[trace] * parameters.doubles * open_shops * shift)):
            starts, ends = _times(chance, parameters)
            traces = {trace}
            if chance.random() < make.second:
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
