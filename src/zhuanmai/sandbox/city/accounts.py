"""What orders are placed, paid and fetched with, and who shares it: families, chains, drivers, neighbours, rings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zhuanmai.sandbox.city.arrays import Chance, stream
from zhuanmai.sandbox.city.identities import Registry
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.planting import Planted
from zhuanmai.sandbox.city.shops import NEVER, Shops

KINDS = ("phone", "pay_account", "device", "vehicle")
_OWN = {"phone": 1.0, "pay_account": 0.97, "device": 0.9, "vehicle": 0.45}
_REPLACED_A_YEAR = 0.12
# Honest sharing: kind of group → share of shops in one, smallest and largest, probability of each kind being shared.
_SHARING = {
    "family": (0.08, 2, 4, {"phone": 0.40, "pay_account": 0.45, "device": 0.40, "vehicle": 0.40}),
    "chain": (0.018, 3, 13, {"phone": 0.35, "pay_account": 0.85, "device": 0.4, "vehicle": 0.5}),
    "drivers": (0.10, 5, 31, {"vehicle": 1.0}),
    "neighbour": (0.05, 2, 7, {"device": 0.8, "phone": 0.35}),
}
_RING = {"phone": 0.35, "pay_account": 0.45, "device": 0.45, "vehicle": 0.45}


@dataclass
class Accounts:
    """Rows of order_accounts as they are found, and the chains, which move in step."""

    rows: list[tuple[int, str, str, int, int]] = field(default_factory=list)  # shop, kind, value, first, last day
    chains: list[list[int]] = field(default_factory=list)

    def add(self, shops: Shops, shop: int, kind: str, value: str, first: int, last: int) -> None:
        """One value used by one shop, within its life."""
        first, last = max(first, int(shops.opens[shop])), min(last, int(shops.closes[shop]))
        if first < last:
            self.rows.append((shop, kind, value, first, last))


def open_accounts(parameters: Parameters, shops: Shops, planted: Planted, registry: Registry) -> Accounts:
    """All values of all shops."""
    chance = stream(parameters.seed, "accounts")
    accounts = Accounts()
    for kind in KINDS:
        for shop in np.flatnonzero(chance.random(shops.count) < _OWN[kind]).tolist():
            _own(chance, parameters, shops, accounts, registry, shop, kind)
    for name, (share, low, high, kinds) in _SHARING.items():
        _honest(chance, parameters, shops, accounts, registry, name, share, (low, high), kinds)
    _rings(chance, parameters, shops, planted, accounts, registry)
    return accounts


def _own(
    chance: Chance, parameters: Parameters, shops: Shops, accounts: Accounts, registry: Registry, shop: int, kind: str
) -> None:
    """A shop's own value; now and then a new one takes its place."""
    value = str(shops.phone[shop]) if kind == "phone" else registry.account(kind)
    end = parameters.days
    if chance.random() < _REPLACED_A_YEAR * parameters.days / 365:
        change = int(chance.integers(0, parameters.days))
        earlier = registry.account(kind)
        accounts.add(shops, shop, kind, earlier, -int(chance.integers(100, 1500)), change)
        accounts.add(shops, shop, kind, value, change, end)
    else:
        accounts.add(shops, shop, kind, value, -int(chance.integers(30, 1500)), end)


def _honest(
    chance: Chance, parameters: Parameters, shops: Shops, accounts: Accounts, registry: Registry,
    name: str, share: float, sizes: tuple[int, int], kinds: dict[str, float],
) -> None:  # fmt: skip
    wanted, made = share * shops.count, 0
    while made < wanted:
        count = min(int(chance.integers(*sizes)), shops.count)
        first = int(chance.integers(shops.count))
        away = np.hypot(*(shops.position - shops.position[first]).T)
        reach = shops.count if name in ("family", "chain") and chance.random() < 0.5 else min(60, shops.count)
        members = [first, *np.argsort(away, kind="stable")[:reach][chance.permutation(reach)[:count]].tolist()][:count]
        members = sorted(set(members))
        if name == "family":
            surname = str(shops.holder[first])[0]
            for shop in members[1:]:
                if chance.random() < 0.6:
                    shops.holder[shop] = registry.person(surname)
        elif name == "chain":
            accounts.chains.append(members)
        since = -int(chance.integers(0, 1200)) if chance.random() < 0.7 else int(chance.integers(0, parameters.days))
        for kind, probability in kinds.items():
            if chance.random() < probability:
                _share(chance, shops, accounts, registry, members, kind, [since] * len(members), parameters.days, 0.9)
        made += len(members)


def _share(
    chance: Chance, shops: Shops, accounts: Accounts, registry: Registry, members: list[int], kind: str,
    since: list[int], until: int, joins: float,
) -> None:  # fmt: skip
    """One value used by most of these shops, each from about its day."""
    value = str(shops.phone[members[0]]) if kind == "phone" and chance.random() < 0.5 else registry.account(kind)
    for shop, day in zip(members, since, strict=True):
        if chance.random() < joins:
            accounts.add(shops, shop, kind, value, day + int(chance.exponential(25)), until)


def _rings(
    chance: Chance, parameters: Parameters, shops: Shops, planted: Planted, accounts: Accounts, registry: Registry
) -> None:
    """Rings and fronts share what their dealer uses, those that show it; who reopens may keep an old number."""
    by_group: dict[int, list[Any]] = {}
    for spell in planted.offences:
        if spell.shop >= 0 and "shared_account" in spell.traces and spell.starts < parameters.days:
            by_group.setdefault(spell.group if spell.group >= 0 else -2 - spell.shop, []).append(spell)
        if "same_phone" in spell.traces and spell.shop >= 0 and shops.predecessor[spell.shop] >= 0:
            phone = str(shops.phone[shops.predecessor[spell.shop]])
            accounts.add(shops, spell.shop, "phone", phone, spell.starts, parameters.days)
    for spells in by_group.values():
        members = [spell.shop for spell in spells]
        if len(members) == 1:  # alone in a ring: it shares with a shop that knows nothing of it
            members.append(int(chance.integers(shops.count)))
        since = [spell.starts - int(chance.integers(0, 60)) for spell in spells] + [spells[0].starts]
        shared = [kind for kind in KINDS if chance.random() < _RING[kind]] or [KINDS[int(chance.integers(4))]]
        for kind in shared:
            _share(chance, shops, accounts, registry, members, kind, since[: len(members)], parameters.days, 0.75)


def account_columns(parameters: Parameters, shops: Shops, accounts: Accounts) -> dict[str, list[Any]]:
    """The order_accounts table. Values in use were last seen in the window's last week."""
    chance = stream(parameters.seed, "last seen")
    latest: dict[tuple[int, str, str], tuple[int, int]] = {}
    for shop, kind, value, first, last in accounts.rows:
        before = latest.get((shop, kind, value), (NEVER, -NEVER))
        latest[shop, kind, value] = (min(first, before[0]), max(last, before[1]))
    rows = sorted((str(shops.licence[shop]), kind, value, *span) for (shop, kind, value), span in latest.items())
    idle = chance.integers(1, 8, len(rows)).tolist()
    day = [parameters.start + dt.timedelta(days=each) for each in range(-4000, parameters.days + 1)]
    return {
        "licence_no": [row[0] for row in rows],
        "kind": [row[1] for row in rows],
        "value": [row[2] for row in rows],
        "first_seen": [day[row[3] + 4000] for row in rows],
        "last_seen": [day[max(row[3], row[4] - wait) + 4000] for row, wait in zip(rows, idle, strict=True)],
    }
