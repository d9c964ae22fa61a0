"""The licensed shops: where, what kind, how large, whose, when they opened, moved and closed. Struct of arrays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from zhuanmai.sandbox.city.arrays import Bools, Chance, Floats, Ints, Texts, stream, texts
from zhuanmai.sandbox.city.identities import Registry
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.places import BUSINESS_WORDS, BUSINESSES, DISTRICTS, LOCATIONS, Streets, settle
from zhuanmai.sandbox.city.places import written_address as address_of

NEVER = 10**6
TERM_DAYS = 1826  # a licence is issued for five years
_CLOSED_BEFORE = 0.05  # share of licences that ended in the two years before the window
_OPENED_A_YEAR, _CLOSED_A_YEAR = 0.06, 0.04
_TOOK_OVER = 0.45  # share of new shops in the rooms of one that closed
_SIZE_BY_BUSINESS = np.array([0.8, 1.0, 1.5, 1.8, 1.6, 0.7, 0.7])
_AFFLUENCE = np.array([0.0, 0.5, 0.6, -0.5, -0.9, 0.4])


@dataclass
class Shops:
    """Every licence of the window and of two years before. Days count from the window's start."""

    street: Ints
    district: Ints
    location: Ints
    business: Ints
    position: Floats
    house: Ints
    room: Ints
    size: Floats  # cartons in a plain week
    affluence: Floats
    weekday: Ints
    tier: Ints  # at the start
    opens: Ints
    closes: Ints
    revoked: Bools
    till: Bools
    covered: Floats  # share of its sales that the till sees
    licence: Texts
    holder: Texts
    holder_id: Texts
    phone: Texts
    sign: Texts
    uscc: Texts
    address: Texts
    predecessor: Ints  # whose rooms it took over, or -1

    @property
    def count(self) -> int:
        """How many licences."""
        return len(self.street)

    def open_on(self, day: int | Ints) -> Bools:
        """Which are open on a day (one day, or one for each shop)."""
        found: Bools = (self.opens <= day) & (self.closes > day)
        return found


def open_shops(parameters: Parameters, streets: Streets, registry: Registry) -> Shops:
    """All shops of the city, honest so far."""
    count = parameters.retailers
    chance = stream(parameters.seed, "shops")
    street, location, business, position, number = settle(chance, streets, count)
    opens, closes = _lives(chance, parameters)
    size = np.exp(chance.normal(3.45, 0.85, count)) * _SIZE_BY_BUSINESS[business]
    size = np.clip(size * np.where(location == LOCATIONS.index("rural"), 0.7, 1.0), 4, 600)
    rank = np.argsort(np.argsort(size + chance.normal(0, 0.35, count) * size)) / count
    room = np.where(chance.random(count) < 0.4, chance.integers(1, 120, count), 0)
    shops = Shops(
        street=street,
        district=streets.district[street],
        location=location,
        business=business,
        position=position,
        house=number,
        room=room,
        size=size,
        affluence=_AFFLUENCE[location] + chance.normal(0, 0.6, count),
        weekday=np.where(chance.random(count) < 0.85, streets.weekday[street], chance.integers(0, 5, count)),
        tier=np.clip(np.round(1 + 29 * rank**1.15), 1, 30).astype(np.int64),
        opens=opens,
        closes=closes,
        revoked=(closes < NEVER) & (chance.random(count) < 0.15),
        till=(chance.random(count) < parameters.tills) | (business == BUSINESSES.index("supermarket")),
        covered=np.where(chance.random(count) < 0.2, chance.uniform(0.3, 0.7, count), chance.beta(9, 1.6, count)),
        licence=texts([]),
        holder=texts([]),
        holder_id=texts([]),
        phone=texts([]),
        sign=texts([]),
        uscc=texts([]),
        address=texts([]),
        predecessor=np.full(count, -1),
    )
    _take_over(chance, shops)
    _name(shops, streets, registry, chance)
    return shops


def _lives(chance: Chance, parameters: Parameters) -> tuple[Ints, Ints]:
    """First and last day of each licence."""
    count, days = parameters.retailers, parameters.days
    opens = -chance.integers(30, 3600, count)
    closes = np.full(count, NEVER)
    kind = chance.random(count)
    gone = kind < _CLOSED_BEFORE
    closes[gone] = -chance.integers(1, 720, int(gone.sum()))
    opens[gone] = closes[gone] - chance.integers(200, 2500, int(gone.sum()))
    years = days / 365
    new = (kind >= _CLOSED_BEFORE) & (kind < _CLOSED_BEFORE + _OPENED_A_YEAR * years)
    opens[new] = chance.integers(0, days, int(new.sum()))
    closing = (~gone) & (chance.random(count) < _CLOSED_A_YEAR * years)
    closes[closing] = np.maximum(opens[closing] + 60, chance.integers(1, days + 1, int(closing.sum())))
    return opens, np.where(closes >= days, NEVER, closes)


def _take_over(chance: Chance, shops: Shops) -> None:
    """Many a new shop opens in the rooms of one that closed some months before: nothing wrong with that."""
    closed = np.flatnonzero(shops.closes < NEVER)
    for shop in np.flatnonzero(shops.opens >= -200):
        if chance.random() > _TOOK_OVER:
            continue
        gap = shops.opens[shop] - shops.closes[closed]
        near = closed[(gap > 5) & (gap < 400) & (shops.district[closed] == shops.district[shop]) & (closed != shop)]
        if len(near):
            move_in(shops, int(shop), int(near[int(chance.integers(len(near)))]))


def move_in(shops: Shops, shop: int, earlier: int) -> None:
    """Put a shop into the rooms of an earlier one."""
    shops.predecessor[shop] = earlier
    for column in (shops.street, shops.district, shops.location, shops.house, shops.room):
        column[shop] = column[earlier]
    shops.position[shop] = shops.position[earlier]
    if len(shops.address):
        shops.address[shop] = shops.address[earlier]


def _name(shops: Shops, streets: Streets, registry: Registry, chance: Chance) -> None:
    """Numbers, people and signs."""
    company = np.isin(shops.business, [2, 3]) | (chance.random(shops.count) < 0.06)
    codes = [DISTRICTS[index].code for index in shops.district]
    shops.licence = texts([registry.licence(code, bool(of)) for code, of in zip(codes, company, strict=True)])
    shops.holder = texts([registry.person() for _ in range(shops.count)])
    shops.holder_id = texts([registry.citizen_id() for _ in range(shops.count)])
    shops.phone = texts([registry.phone() for _ in range(shops.count)])
    shops.sign = texts(
        [
            registry.shop_name(DISTRICTS[district].name, BUSINESS_WORDS[business])
            for district, business in zip(shops.district, shops.business, strict=True)
        ]
    )
    shops.uscc = texts([registry.company(code) if of else "" for code, of in zip(codes, company, strict=True)])
    shops.address = texts(
        [
            address_of(streets, *place)
            for place in zip(shops.street.tolist(), shops.house.tolist(), shops.room.tolist(), strict=True)
        ]
    )


def licence_columns(
    shops: Shops, parameters: Parameters, tier: Ints, status: list[str], masked: Texts
) -> dict[str, list[Any]]:
    """The register's last state, one row a licence."""
    start = parameters.start
    opened = [start + dt.timedelta(days=int(day)) for day in shops.opens]
    issued, until = terms(shops, parameters)
    return {
        "licence_no": list(shops.licence),
        "holder_name": list(shops.holder),
        "holder_id": list(masked),
        "uscc": [value or None for value in shops.uscc],
        "shop_name": list(shops.sign),
        "business_type": [BUSINESSES[i] for i in shops.business],
        "location_type": [LOCATIONS[i] for i in shops.location],
        "district_code": [DISTRICTS[i].code for i in shops.district],
        "address": list(shops.address),
        "longitude": shops.position[:, 0].tolist(),
        "latitude": shops.position[:, 1].tolist(),
        "phone": list(shops.phone),
        "order_tier": tier.tolist(),
        "status": status,
        "issued_on": [start + dt.timedelta(days=int(day)) for day in issued],
        "valid_to": [start + dt.timedelta(days=int(day)) for day in until],
        "opened_on": opened,
    }


def terms(shops: Shops, parameters: Parameters) -> tuple[Ints, Ints]:
    """First and last day of each licence as it stands: its last issue before the window, extended within it."""
    issued = shops.opens - stream(parameters.seed, "issued").integers(5, 40, shops.count)
    ends = np.minimum(shops.closes, 0)
    issued = issued + np.maximum((ends - issued) // TERM_DAYS, 0) * TERM_DAYS
    until = issued + TERM_DAYS
    extended = until < np.minimum(shops.closes, parameters.days)
    return issued, np.where(extended, until + TERM_DAYS, until)
