"""Past visits: few, sent by chance, by round, by complaints and by crude earlier rules; and what they found."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zhuanmai.sandbox.city.arrays import Chance, Floats, Ints, stream
from zhuanmai.sandbox.city.cases import CaseFile
from zhuanmai.sandbox.city.hotline import Complaint
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.places import BUSINESSES
from zhuanmai.sandbox.city.planting import Planted
from zhuanmai.sandbox.city.shops import Shops
from zhuanmai.sandbox.city.slips import Slips
from zhuanmai.sandbox.city.spells import Spell
from zhuanmai.sandbox.city.unlicensed import Places

_A_WEEK, _FULL_CITY = 52.0, 8000
_RANDOM = 0.18
_AGAIN_DAYS = 84
_MINOR_OF_FOUND = 0.18


@dataclass
class Visits:
    """Goes week by week through the window: whom the squads visited and what came of it."""

    parameters: Parameters
    shops: Shops
    places: Places
    planted: Planted
    files: CaseFile
    rows: list[dict[str, Any]] = field(default_factory=list)
    _last: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _heard: list[Complaint] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._last = np.full(self.shops.count, -1000)
        self._by_shop: dict[int, list[Spell]] = {}
        self._by_place: dict[int, Spell] = {}
        self._by_group: dict[int, list[Spell]] = {}
        for spell in self.planted.offences:
            if spell.shop >= 0:
                self._by_shop.setdefault(spell.shop, []).append(spell)
            else:
                self._by_place[spell.place] = spell
            if spell.group >= 0:
                self._by_group.setdefault(spell.group, []).append(spell)

    def week(self, week: int, totals: Floats, taken: Floats, heard: list[Complaint]) -> None:
        """The visits of one week, from what was known by the end of the week before."""
        chance = stream(self.parameters.seed, "visits", week)
        budget = chance.poisson(_A_WEEK * self.parameters.visits * min(1.0, (self.shops.count / _FULL_CITY) ** 0.7))
        if week < 4:
            budget //= 2
        for shop, reason in self._chosen(chance, week, budget, totals, taken):
            self._visit(chance, week * 7 + int(chance.integers(0, 6)), shop, -1, reason)
        for complaint in self._heard:
            if complaint.place >= 0 and chance.random() < 0.3:
                self._visit(chance, week * 7 + int(chance.integers(0, 6)), -1, complaint.place, "complaint")
        self._heard = heard

    def _chosen(self, chance: Chance, week: int, budget: int, totals: Floats, taken: Floats) -> list[tuple[int, str]]:
        """Shops to visit with the reason, none that was visited within twelve weeks."""
        shops, bias = self.shops, self.parameters.bias
        ready = shops.open_on(week * 7) & (week * 7 - self._last > _AGAIN_DAYS)
        pool = np.flatnonzero(ready)
        streets = stream(self.parameters.seed, "round").permutation(int(shops.street.max()) + 1)
        here = pool[np.isin(shops.street[pool], streets[(week * 2 + np.arange(3)) % len(streets)])]
        named = [each.shop for each in self._heard if each.shop >= 0 and ready[each.shop]]
        score = self._rule(week, totals, taken) + chance.gumbel(0, 0.5, shops.count)
        score[~ready] = -np.inf
        suspects = np.argsort(-score, kind="stable")[:budget]
        wealthy = pool[np.isin(shops.business[pool], [BUSINESSES.index("tobacco_liquor")])]
        wanted = [
            (pool, "random", _RANDOM), (here, "routine", 1 - _RANDOM - bias),
            (np.array(named), "complaint", 0.40 * bias),
            (suspects, "alert", 0.45 * bias), (wealthy, "special", 0.15 * bias),
        ]  # fmt: skip
        chosen: dict[int, str] = {}
        for source, reason, share in wanted:
            order = source[chance.permutation(len(source))] if reason != "alert" else source
            fresh = [int(shop) for shop in order if int(shop) not in chosen]
            chosen |= dict.fromkeys(fresh[: round(share * budget)], reason)
        return list(chosen.items())

    def _rule(self, week: int, totals: Floats, taken: Floats) -> Floats:
        """The earlier rules: an order far above the last three, and quotas always taken in full."""
        recent, before = totals[:, max(0, week - 4) : week], totals[:, max(0, week - 5) : max(0, week - 1)]
        if week < 5:
            return np.zeros(self.shops.count)
        surge = recent[:, -1] / np.maximum(before[:, -3:].mean(axis=1), 5)
        full = np.nan_to_num(taken[:, max(0, week - 8) : week]).mean(axis=1)
        return np.asarray(np.clip(surge - 1.5, 0, 3) + 3.0 * full)

    def _visit(self, chance: Chance, day: int, shop: int, place: int, reason: str) -> None:
        """One visit: its outcome, its case, and who lies low after it."""
        if shop >= 0:
            self._last[shop] = day
        spell = self._offence(shop, place, day)
        case = None
        outcome = str(chance.choice(["clear", "minor", "closed_door", "wrong_address"], p=[0.915, 0.025, 0.045, 0.015]))
        if spell is not None:
            found = chance.random() < spell.catch
            if found:
                outcome = "minor" if chance.random() < _MINOR_OF_FOUND else "case"
            else:
                outcome = "closed_door" if chance.random() < 0.12 else "clear"
            if outcome == "case":
                case = self.files.from_visit(chance, day, shop, place, spell.kind)
            self._after(chance, spell, day, found)
        elif outcome == "minor" and chance.random() < 0.12:
            outcome, case = "case", self.files.from_visit(chance, day, shop, place, "")
        slips = Slips(self.parameters, chance)
        address = str(self.shops.address[shop]) if shop >= 0 else self.places.address[place]
        self.rows.append(
            {
                "inspected_on": self.parameters.start + dt.timedelta(days=day),
                "licence_no": str(self.shops.licence[shop]) if shop >= 0 and chance.random() < 0.97 else None,
                "address": slips.address(address) if chance.random() < 0.3 else address,
                "reason": reason,
                "outcome": outcome,
                "case_no": case,
            }
        )

    def _offence(self, shop: int, place: int, day: int) -> Spell | None:
        spells = (
            self._by_shop.get(shop, []) if shop >= 0 else [self._by_place[place]] if place in self._by_place else []
        )
        return next((spell for spell in spells if spell.active(day)), None)

    def _after(self, chance: Chance, spell: Spell, day: int, found: bool) -> None:
        """Who was found stops or pauses; who was only visited may pause; so may the others of the ring."""
        if found and chance.random() < 0.4:
            spell.stop(day + 1)
        elif found:
            spell.pause(day + 1, day + 1 + int(chance.integers(42, 120)))
        elif chance.random() < self.parameters.wary:
            spell.pause(day + 1, day + 1 + int(chance.integers(14, 50)))
        for other in self._by_group.get(spell.group, []) if spell.group >= 0 and found else []:
            if other is not spell and other.active(day) and chance.random() < 0.3:
                other.pause(day + 1, day + 1 + int(chance.integers(14, 60)))
