"""What the register says of every shop, and since when: aliases by which others may name it, its rooms before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from zhuanmai.alerts.facts.arrays import Floats, Ints, Texts
from zhuanmai.alerts.facts.tables import columns
from zhuanmai.alerts.facts.weeks import Weeks
from zhuanmai.reference.addresses import Register, plain_phone, read_address

BUSINESSES = ("grocery", "convenience", "supermarket", "mall", "tobacco_liquor", "hospitality", "other")
LOCATIONS = ("residential", "commercial", "scenic", "school", "rural", "transport")
_ENDED = ("closed", "revoked")
_MANY = 6
_EARLY, _LATE = -9, 104  # weeks between an end and a beginning that belong together


@dataclass(frozen=True)
class Shops:
    """One row a licence that ordered or stands in the register. Codes are -1 where unknown."""

    licence: list[str]
    business: Ints
    location: Ints
    district: Ints
    opened: Ints  # week in which the licence began (below zero: before the window); -999 unknown
    known: Ints  # week from which its row is known
    position: Floats  # longitude, latitude; nan where unknown
    address: Texts
    phone: Texts
    holder: Texts
    names: Texts
    aliases: Register
    place: dict[str, int]
    statuses: dict[int, list[tuple[int, str]]]  # shop → weeks in which its status changed, and to what
    kin: list[tuple[str, int, int, int]]  # what two licences share (rooms, phone, holder), both, until which week

    @property
    def count(self) -> int:
        """How many shops."""
        return len(self.licence)


def read_shops(lake: Any, weeks: Weeks, ordering: set[str]) -> Shops:
    """All licences of the register that have been issued, and those of the orders, by number.

    The register carries its last state; `licence_changes` adds what else a shop was called, from the day of the change.
    """
    rows = columns(lake, lake.table("licences").order_by("licence_no"))
    issued = np.where(np.isnat(rows["issued_on"]), rows["opened_on"], rows["issued_on"])
    here = ~(issued > np.datetime64(weeks.last))
    rows = {name: values[here] for name, values in rows.items()}
    issued = issued[here]
    first = np.where(np.isnat(rows["opened_on"]), issued, rows["opened_on"])
    numbers = sorted(({*rows["licence_no"]} | ordering) - {None})
    place = {number: index for index, number in enumerate(numbers)}
    at = np.array([place[number] for number in rows["licence_no"]], dtype=np.int64)
    changed = columns(lake, lake.table("licence_changes").order_by("changed_on", "licence_no", "column"))
    began = np.where(np.isnat(first), -999, weeks.of_days(np.where(np.isnat(first), np.datetime64(weeks.last), first)))
    opened = np.full(len(numbers), -999, dtype=np.int64)
    opened[at] = began
    known = np.zeros(len(numbers), dtype=np.int64)
    known[at] = np.where(
        np.isnat(issued), 0, weeks.of_days(np.where(np.isnat(issued), np.datetime64(weeks.last), issued))
    )
    shops = Shops(
        licence=numbers,
        business=_codes(rows["business_type"], BUSINESSES, at, len(numbers)),
        location=_codes(rows["location_type"], LOCATIONS, at, len(numbers)),
        district=_codes(rows["district_code"], None, at, len(numbers)),
        opened=opened,
        known=np.maximum(known, 0),
        position=_positions(rows, at, len(numbers)),
        address=_spread(rows["address"], at, len(numbers)),
        phone=_spread(rows["phone"], at, len(numbers)),
        holder=_spread(rows["holder_name"], at, len(numbers)),
        names=_spread(rows["shop_name"], at, len(numbers)),
        aliases=Register(),
        place=place,
        statuses={},
        kin=[],
    )
    for index in at.tolist():
        shops.aliases.add(index, int(shops.known[index]), phone=shops.phone[index], address=shops.address[index],
                          name=shops.names[index])  # fmt: skip
    _changes(shops, changed, weeks)
    shops.kin.extend(_kin(shops))
    return shops


def _changes(shops: Shops, changed: dict[str, Any], weeks: Weeks) -> None:
    """What else a shop was called, and how its status moved."""
    when = weeks.of_days(changed["changed_on"]).tolist()
    for week, number, column, old, new in zip(
        when, *(changed[name] for name in ("licence_no", "column", "old", "new")), strict=True
    ):
        shop = shops.place.get(number)
        if shop is None:
            continue
        if column in ("phone", "address"):
            for value in (old, new):
                shops.aliases.add(shop, max(week, int(shops.known[shop])), **{column: value})
        elif column == "status":
            shops.statuses.setdefault(shop, []).append((week, new or ""))


def _codes(values: Any, known: tuple[str, ...] | None, at: Ints, count: int) -> Ints:
    order = known or tuple(sorted({value for value in values if value}))
    code = {value: index for index, value in enumerate(order)}
    found = np.full(count, -1, dtype=np.int64)
    found[at] = [code.get(value, -1) for value in values]
    return found


def _spread(values: Any, at: Ints, count: int) -> Texts:
    found = np.full(count, None, dtype=object)
    found[at] = values
    return found


def _positions(rows: dict[str, Any], at: Ints, count: int) -> Floats:
    found = np.full((count, 2), np.nan)
    found[at, 0] = np.asarray(rows["longitude"], dtype=np.float64)
    found[at, 1] = np.asarray(rows["latitude"], dtype=np.float64)
    return found


def _kin(shops: Shops) -> list[tuple[str, int, int, int]]:
    """Pairs of licences with the same rooms, phone or holder; what many have in common ties nobody."""
    groups: dict[tuple[str, str], list[int]] = {}
    for shop in range(shops.count):
        where = read_address(shops.address[shop])
        number = plain_phone(shops.phone[shop])
        for name, key in (
            ("rooms", where.key if where else ""),
            ("phone", number),
            ("holder", shops.holder[shop] or ""),
        ):
            if key and "*" not in key:
                groups.setdefault((name, key), []).append(shop)
    found = []
    for (name, _), members in sorted(groups.items()):
        since = sorted((int(shops.known[shop]), shop) for shop in members)
        until = since[_MANY][0] - 1 if len(since) > _MANY else 10**6
        first = [shop for _, shop in since[:_MANY]]
        found += [(name, shop, other, until) for shop in first for other in first if shop != other]
    return found


def successors(shops: Shops, cartons: Floats, week: int) -> dict[str, Floats]:
    """How a shop carries on what an ended one did: same rooms, same phone, same holder, and whether that was revoked.

    A licence has ended when a change says so, or (where changes are missing) when its orders stopped before.
    """
    found: dict[str, Floats] = {name: np.zeros(shops.count) for name in ("rooms", "phone", "holder", "revoked")}
    for name, shop, other, until in shops.kin:
        if until < week or shops.opened[shop] < -52 or shops.opened[shop] > week or shops.known[other] > week:
            continue
        end, how = _ended(shops, cartons, week, other)
        if how and _EARLY <= shops.opened[shop] - end <= _LATE:
            found[name][shop] = 1.0
            found["revoked"][shop] = max(found["revoked"][shop], float(how == "revoked"))
    return found


def _ended(shops: Shops, cartons: Floats, week: int, shop: int) -> tuple[int, str]:
    """The week in which a licence ended and how, as known in a week; how is empty while it goes on."""
    told = [(at, status) for at, status in shops.statuses.get(shop, []) if at <= week]
    if told:
        return told[-1] if told[-1][1] in _ENDED else (0, "")
    ordered = np.flatnonzero(cartons[shop, : week + 1])
    if len(ordered) and ordered[-1] < week - 8:
        return int(ordered[-1]), "stopped"
    return 0, ""
