"""Dated events as shops × weeks: complaints, parcels, cases, cartons found elsewhere, visits; and places without."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from zhuanmai.alerts.facts.arrays import Floats, Ints, Texts
from zhuanmai.alerts.facts.shops import Shops
from zhuanmai.alerts.facts.tables import columns
from zhuanmai.alerts.facts.weeks import Weeks
from zhuanmai.reference.addresses import Address, masked_phone, plain_phone, read_address

CATEGORIES = ("counterfeit", "unlicensed", "smuggled", "price", "minor", "service", "other")
ACCUSED = ("counterfeit", "unlicensed", "smuggled", "minor")
FOUND = ("case", "minor")
DONE = (*FOUND, "clear")
HEAVY_KG = 5.0
_MOST_RECEIVERS = 30  # who posts to more is a trader like any other
_NEAR_DEGREES = 0.0035  # about 350 m


@dataclass(frozen=True)
class Visits:
    """Past visits by week: whom (a shop's number, or -1 and the place), why, what came of it."""

    shop: Ints
    week: Ints
    reason: Texts
    outcome: Texts
    place: list[Address | None]
    case_no: Texts


@dataclass
class Mention:
    """Something that names an address where no licence is."""

    week: int
    address: Address
    spelling: str
    what: str  # a complaint's category, "parcel", or "visit:<outcome>"
    weight_kg: float = 0.0
    dealer: bool = False
    until: int = 10**6  # from this week on the address is known to be a shop's


@dataclass
class Events:
    """Counts by name (shops × weeks), visits, mentions of places, and what past cases were about."""

    counts: dict[str, Floats]
    visits: Visits
    mentions: list[Mention] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)


class _Reader:
    """Reads event tables one by one into one `Events`."""

    def __init__(self, lake: Any, weeks: Weeks, shops: Shops) -> None:
        self.lake, self.weeks, self.shops = lake, weeks, shops
        self.counts: dict[str, Floats] = {}
        self.mentions: list[Mention] = []
        self.regions = _regions(shops)
        self.named: list[tuple[int, str, Any]] = []  # week, phone, name of who cases name as supplier or party

    def count(self, name: str, shop: int, week: int, by: float = 1.0) -> None:
        """Add to one cell; weeks before the first go to none."""
        if name not in self.counts:
            self.counts[name] = np.zeros((self.shops.count, self.weeks.count), dtype=np.float32)
        if week >= 0:
            self.counts[name][shop, week] += by

    def who(self, week: int, licence: Any, phone: Any, address: Any, name: Any = None) -> tuple[int, int]:
        """The shop that is meant and the week since which that could be known, or (-1, 0).

        Decided once, by what was known in the week itself, else in the first later week in which somebody fits: a
        shop that came still later does not change what earlier weeks saw.
        """
        place = self.shops.place.get(licence) if licence else None
        if place is not None:
            return place, 0
        aliases = self.shops.aliases
        all_of = [aliases.by_address(address), aliases.by_phone(phone), aliases.by_name(name)]
        since = [first for found in all_of for first in found.values()]
        if not since:
            return -1, 0
        now = max(week, min(since))
        at, by, called = ({shop: first for shop, first in found.items() if first <= now} for found in all_of)
        both = {shop: max(first, by[shop]) for shop, first in at.items() if shop in by}
        for fitting in (both, by, at, called):
            if len(fitting) == 1:
                return next(iter(fitting)), now if now > week else 0
        rooms = at if aliases.exact(address) else {}
        return (max(rooms), now if now > week else 0) if rooms else (-1, 0)

    def mention(
        self, week: int, text: Any, what: str, *, weight: float = 0.0, dealer: bool = False, until: int = 10**6
    ) -> None:
        """Keep an address of this city at which no licence is."""
        address = read_address(text)
        if address is None or week < 0:
            return
        street = self.shops.aliases.street(address.street)
        if street not in self.regions.streets or not self.regions.local(str(text), address.street):
            return
        self.mentions.append(Mention(week, Address(street, address.numbers), str(text), what, weight, dealer, until))


@dataclass(frozen=True)
class _Regions:
    """How addresses of this city begin, and its streets."""

    heads: frozenset[str]
    streets: frozenset[str]

    def local(self, text: str, street: str) -> bool:
        """Whether what stands before the street is how this city's addresses begin, or a part of that."""
        head = text.split(street, 1)[0] if street in text else ""
        return not head or any(known.endswith(head) for known in self.heads)


def _regions(shops: Shops) -> _Regions:
    heads: Counter[str] = Counter()
    streets: Counter[str] = Counter()
    for text in shops.address:
        address = read_address(text)
        if address and address.street in text:
            heads[text.split(address.street, 1)[0]] += 1
            streets[address.street] += 1
    return _Regions(frozenset(heads), frozenset(streets))


def read_events(lake: Any, weeks: Weeks, shops: Shops) -> Events:
    """All events of all tables; a missing table leaves zeros."""
    reader = _Reader(lake, weeks, shops)
    for name in (*CATEGORIES, "accused", "complaints", "parcels_in", "parcels_out", "heavy_in", "kg_in", "dealer_in",
                 "same_sender", "tainted_in", "found", "caught", "near_case"):  # fmt: skip
        reader.counts[name] = np.zeros((shops.count, weeks.count), dtype=np.float32)
    cases = _cases(reader)
    _complaints(reader)
    visits = _visits(reader)
    _parcels(reader)
    return Events(reader.counts, visits, reader.mentions, cases)


def _complaints(reader: _Reader) -> None:
    rows = columns(reader.lake, reader.lake.table("complaints"))
    week = reader.weeks.of_days(rows["received_at"])
    for row, at in enumerate(week.tolist()):
        shop, since = reader.who(
            at, rows["licence_no"][row], rows["subject_phone"][row], rows["address"][row], rows["subject_name"][row]
        )
        category = rows["category"][row] or "other"
        if shop < 0 or since > at:
            reader.mention(at, rows["address"][row], category, until=since if shop >= 0 else 10**6)
        if shop < 0:
            continue
        at = max(at, since)
        reader.count(category, shop, at)
        if category in ACCUSED:
            reader.count("accused", shop, at)
        if category != "service":
            reader.count("complaints", shop, at)


def _visits(reader: _Reader) -> Visits:
    rows = columns(reader.lake, reader.lake.table("inspections").order_by("inspected_on", "inspection_no"))
    week = reader.weeks.of_days(rows["inspected_on"])
    shops, places = [], []
    for row, at in enumerate(week.tolist()):
        shop, since = reader.who(at, rows["licence_no"][row], None, rows["address"][row])
        shop = shop if since <= at else -1
        shops.append(shop)
        places.append(None if shop >= 0 else read_address(rows["address"][row]))
        outcome = rows["outcome"][row]
        if shop < 0:
            reader.mention(at, rows["address"][row], f"visit:{outcome}")
        elif outcome in FOUND:
            reader.count("caught", shop, at)
    return Visits(np.array(shops, dtype=np.int64), week, rows["reason"], rows["outcome"], places, rows["case_no"])


def _cases(reader: _Reader) -> list[dict[str, Any]]:
    lake, weeks, shops = reader.lake, reader.weeks, reader.shops
    cases = columns(lake, lake.table("cases"))
    filed = dict(zip(cases["case_no"], weeks.of_days(cases["filed_on"]).tolist(), strict=True))
    items = columns(lake, lake.table("case_items").order_by("case_no", "seq"))
    parties = columns(lake, lake.table("case_parties").order_by("case_no", "seq"))
    kinds: dict[str, Counter[str]] = {}
    elsewhere: set[tuple[str, int]] = set()
    for number, kind, code in zip(items["case_no"], items["kind"], items["carton_code"], strict=True):
        kinds.setdefault(number, Counter())[kind or ""] += 1
        shop = shops.place.get(code[20:32]) if code and len(code) == 32 else None
        if shop is not None:
            elsewhere.add((number, shop))
    own: dict[str, int] = {}
    for row, number in enumerate(parties["case_no"].tolist()):
        if parties["role"][row] == "party":
            when = filed.get(number, -1)
            shop, since = reader.who(when, parties["licence_no"][row], parties["phone"][row], parties["address"][row])
            if shop >= 0 and since <= when:
                own[number] = shop
        if parties["role"][row] in ("supplier", "party"):
            reader.named.append((filed.get(number, -1), plain_phone(parties["phone"][row]), parties["name"][row]))
    for number, shop in elsewhere:
        if own.get(number) != shop:
            reader.count("found", shop, filed.get(number, -1))
    at = np.stack([cases["longitude"], cases["latitude"]], axis=1) if len(filed) else np.zeros((0, 2))
    listed = []
    for row, number in enumerate(cases["case_no"].tolist()):
        shop = own.get(number, -1)
        where = at[row] if not np.isnan(at[row]).any() else shops.position[shop] if shop >= 0 else at[row]
        _near(reader, where, shop, filed[number])
        kind = kinds[number].most_common(1)[0][0] if number in kinds else ""
        listed.append(
            {"case_no": number, "week": filed[number], "kind": kind, "shop": shop, "cause": cases["cause_code"][row]}
        )
    return listed


def _near(reader: _Reader, where: Floats, shop: int, week: int) -> None:
    """A case is near every other shop within a few hundred metres."""
    if np.isnan(where).any() or week < 0:
        return
    off = np.hypot((reader.shops.position[:, 0] - where[0]) * 0.9, reader.shops.position[:, 1] - where[1])
    near = np.nan_to_num(off, nan=9.0) < _NEAR_DEGREES
    if shop >= 0:
        near[shop] = False
    reader.counts["near_case"][near, week] += 1


def _parcels(reader: _Reader) -> None:
    """Parcels in and out, those of senders known from cases, of one sender again, and of senders of caught shops."""
    rows = columns(reader.lake, reader.lake.table("parcels").order_by("shipped_on", "waybill_no"))
    week = reader.weeks.of_days(rows["shipped_on"])
    known = _known_suppliers(reader)
    sent: dict[str, list[tuple[int, int]]] = {}
    for row, at in enumerate(week.tolist()):
        weight = float(np.nan_to_num(rows["weight_kg"][row]))
        phone, name = plain_phone(rows["sender_phone"][row]), rows["sender_name"][row]
        since = min((known[key] for key in _keys(phone, name) if key in known), default=None)
        dealer = since is not None and since <= at
        receiver, known_since = reader.who(at, None, rows["receiver_phone"][row], rows["receiver_address"][row])
        sender, from_week = reader.who(at, None, phone, rows["sender_address"][row])
        if receiver >= 0:
            at = max(at, known_since)
            reader.count("parcels_in", receiver, at)
            reader.count("kg_in", receiver, at, weight)
            if weight >= HEAVY_KG:
                reader.count("heavy_in", receiver, at)
            if since is not None:
                reader.count("dealer_in", receiver, max(at, since))
            for key in _keys(phone, name):
                sent.setdefault(key, []).append((receiver, at))
        elif sender < 0:
            reader.mention(at, rows["receiver_address"][row], "parcel", weight=weight, dealer=dealer)
        if sender >= 0:
            reader.count("parcels_out", sender, max(int(week[row]), from_week))
    _senders(reader, sent)


def _senders(reader: _Reader, sent: dict[str, list[tuple[int, int]]]) -> None:
    """Parcels of a sender who had posted to the shop before, and of one who had posted to a shop that was caught."""
    caught = reader.counts["caught"]
    when = {shop: np.flatnonzero(caught[shop]) for shop in np.flatnonzero(caught.any(axis=1)).tolist()}
    for posts in sent.values():
        last: dict[int, int] = {}
        for shop, week in posts:
            if shop in last:
                reader.count("same_sender", shop, week)
            last[shop] = week
        begun: dict[int, int] = {}
        for shop, week in posts:
            begun[shop] = min(begun.get(shop, week), week)
        for shop, week in posts:
            found = [
                max(int(when[other][0]), first) for other, first in begun.items() if other in when and other != shop
            ]
            told = max(week, min(found)) if found else -1
            if told >= 0 and sum(first <= told for first in begun.values()) <= _MOST_RECEIVERS:
                reader.count("tainted_in", shop, told)


def _keys(phone: str, name: Any) -> list[str]:
    """How a person in another city is told apart: by phone, or by a masked phone with the name."""
    keys = [phone] if phone and "*" not in phone else []
    mask = masked_phone(phone)
    return [*keys, f"{mask}|{name}"] if mask and name else keys


def _known_suppliers(reader: _Reader) -> dict[str, int]:
    """Suppliers and parties named in cases: key → the week from which they are known."""
    known: dict[str, int] = {}
    for week, phone, name in reader.named:
        if week >= 0:
            for key in _keys(phone, name):
                known[key] = min(known.get(key, week), week)
    return known
