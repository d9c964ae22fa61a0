"""What orders are placed, paid and fetched with: who shares it with whom, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from zhuanmai.alerts.facts.arrays import Floats, Ints
from zhuanmai.alerts.facts.shops import Shops
from zhuanmai.alerts.facts.tables import columns
from zhuanmai.alerts.facts.weeks import Weeks
from zhuanmai.reference.addresses import plain_phone

KINDS = ("phone", "pay_account", "device", "vehicle")
_PAIRED = 16  # what more shops than that share (a driver's lorry) ties nobody together
_IDLE_WEEKS = 13


@dataclass(frozen=True)
class Accounts:
    """Uses of shared values (shop, value, kind, weeks from–to) and pairs of shops (both ways) that share one."""

    shop: Ints
    value: Ints
    kind: Ints
    first: Ints
    until: Ints
    left: Ints
    right: Ints
    pair_kind: Ints
    pair_first: Ints
    pair_until: Ints
    pair_value: Ints
    foreign_phone: Floats  # week from which a shop's orders come from the phone of another licence's holder; inf: never

    def users(self, kind: int, week: int, shops: int) -> Floats:
        """With how many other shops each shop shares a value of this kind in a week (the widest counts)."""
        on = (self.kind == kind) & (self.first <= week) & (self.until >= week)
        found = np.zeros(shops)
        if on.any():
            size = np.bincount(self.value[on], minlength=int(self.value.max()) + 1)
            np.maximum.at(found, self.shop[on], size[self.value[on]] - 1.0)
        return found

    def pairs(self, week: int) -> tuple[Ints, Ints, Ints, Ints]:
        """The pairs of a week: one shop, the other, the kind of value, how many share it."""
        on = (self.pair_first <= week) & (self.pair_until >= week)
        begun = self.value[self.first <= week]
        size = np.bincount(begun, minlength=int(self.value.max(initial=0)) + 1)
        return self.left[on], self.right[on], self.pair_kind[on], size[self.pair_value[on]]


def read_accounts(lake: Any, weeks: Weeks, shops: Shops) -> Accounts:
    """All values that more than one shop used."""
    rows = columns(lake, lake.table("order_accounts"))
    uses: dict[tuple[int, str], dict[int, tuple[int, int]]] = {}
    first = np.where(np.isnat(rows["first_seen"]), rows["last_seen"], rows["first_seen"])
    begin = np.maximum(weeks.of_days(np.where(np.isnat(first), np.datetime64("1990-01-01"), first)), 0)
    end = weeks.of_days(np.where(np.isnat(rows["last_seen"]), np.datetime64(weeks.last), rows["last_seen"]))
    own = [plain_phone(phone) for phone in shops.phone]
    by_phone: dict[str, list[int]] = {}
    for shop, number in enumerate(own):
        if number and "*" not in number:
            by_phone.setdefault(number, []).append(shop)
    foreign = np.full(shops.count, np.inf)
    for number, kind, value, start, stop in zip(
        rows["licence_no"], rows["kind"], rows["value"], begin, end, strict=True
    ):
        place = shops.place.get(number)
        if place is None or not value or "*" in value or kind not in KINDS:
            continue
        key = (KINDS.index(kind), value.strip().upper())
        was = uses.setdefault(key, {}).get(place, (start, stop))
        uses[key][place] = (min(was[0], start), max(was[1], stop) + _IDLE_WEEKS)
        if kind == "phone":
            owners = by_phone.get(plain_phone(value), [])
            if owners and place not in owners and all(shops.holder[each] != shops.holder[place] for each in owners):
                foreign[place] = min(foreign[place], max(start, *(int(shops.known[each]) for each in owners)))
    return _shared(uses, foreign)


def _shared(uses: dict[tuple[int, str], dict[int, tuple[int, int]]], foreign: Floats) -> Accounts:
    flat: list[tuple[int, int, int, int, int]] = []
    pairs: list[tuple[int, int, int, int, int, int]] = []
    for value, ((kind, _), users) in enumerate(item for item in sorted(uses.items()) if len(item[1]) > 1):
        flat += [(shop, value, kind, first, until) for shop, (first, until) in users.items()]
        ordered = sorted((first, until, shop) for shop, (first, until) in users.items())
        crowded = ordered[_PAIRED][0] - 1 if len(ordered) > _PAIRED else 10**6  # from then on it ties nobody
        for first, until, one in ordered[:_PAIRED]:
            for begins, ends, other in ordered[:_PAIRED]:
                if one != other and max(first, begins) <= min(until, ends, crowded):
                    pairs.append((one, other, kind, max(first, begins), min(until, ends, crowded), value))
    use = np.array(flat, dtype=np.int64).reshape(-1, 5).T
    pair = np.array(pairs, dtype=np.int64).reshape(-1, 6).T
    return Accounts(
        use[0], use[1], use[2], use[3], use[4], pair[0], pair[1], pair[2], pair[3], pair[4], pair[5], foreign
    )
