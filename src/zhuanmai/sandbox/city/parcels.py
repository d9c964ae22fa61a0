"""Parcels that carriers report: most are tea and clothes; some carry cigarettes, some senders are known dealers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from zhuanmai.sandbox.city.arrays import Chance, Floats, stream
from zhuanmai.sandbox.city.effects import Effects
from zhuanmai.sandbox.city.identities import Registry
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.shops import Shops
from zhuanmai.sandbox.city.slips import Slips
from zhuanmai.sandbox.city.spells import Spell
from zhuanmai.sandbox.city.unlicensed import Places

_CARRIERS = ("顺丰速运", "中通快递", "圆通速递", "韵达快递", "极兔速递", "德邦快递", "邮政EMS")
_GOODS = ("茶叶", "服装", "食品", "日用品", "鞋", "海产干货", "化妆品", "配件", "文件", "玩具")
_FAR = (
    "云南省昆明市官渡区", "广东省揭阳市普宁市", "福建省漳州市云霄县", "广东省深圳市宝安区", "浙江省金华市义乌市",
    "河南省郑州市管城区", "湖南省长沙市雨花区", "上海市嘉定区", "四川省成都市郫都区", "江西省赣州市章贡区",
)  # fmt: skip
_PORTS = ("福建省福州市马尾区", "广东省深圳市盐田区", "广东省珠海市拱北", "福建省漳州市龙海区", "广西防城港市东兴市")
_ROADS = ("建设路", "人民路", "工业大道", "新华街", "物流园A区", "站前路", "民主西路")
_USUAL, _PRIVATE, _FORCED, _DEALER = 0.0016, 0.0010, 0.30, 0.13
_SEIZED = 0.035
_CONTACTS_A_SHOP = 0.05


@dataclass(frozen=True)
class Contact:
    """Somebody in another city."""

    name: str
    phone: str
    address: str


@dataclass(frozen=True)
class Senders:
    """Who sends and receives elsewhere: dealers known from cases, people at ports, and everybody else."""

    dealers: list[Contact]
    ports: list[Contact]
    anybody: list[Contact]


@dataclass(frozen=True)
class Parcel:
    """A parcel as reported, and, when it was seized, whose it was."""

    row: dict[str, Any]
    shop: int
    place: int
    other: Contact


def find_senders(parameters: Parameters, registry: Registry) -> Senders:
    """The people in other cities that this city posts to and from."""
    chance = stream(parameters.seed, "senders")

    def some(count: int, where: tuple[str, ...]) -> list[Contact]:
        return [
            Contact(
                registry.person(),
                registry.phone(),
                where[int(chance.integers(len(where)))] + _ROADS[int(chance.integers(len(_ROADS)))]
                + f"{int(chance.integers(1, 400))}号",
            )
            for _ in range(count)
        ]  # fmt: skip

    shops = parameters.retailers
    dealers = int(np.clip(12 + shops * 0.0012, 12, 60))
    return Senders(some(dealers, _FAR), some(dealers, _PORTS), some(200 + int(_CONTACTS_A_SHOP * shops), _FAR + _PORTS))


def week_parcels(
    parameters: Parameters, shops: Shops, places: Places, senders: Senders, effects: Effects, posting: Floats, week: int
) -> list[Parcel]:
    """This week's parcels."""
    chance = stream(parameters.seed, "parcels", week)
    clerk = _Clerk(parameters, chance, shops, places, senders, week)
    scale = parameters.couriers
    open_now = shops.open_on(week * 7 + 3)
    kinds = {spell.shop: spell for spell in effects.active if spell.shop >= 0}
    made = []
    for trace, inward in (("parcels_in", True), ("known_supplier", True), ("parcels_out", False)):
        forced = effects.force[trace]
        usual = _USUAL * posting if trace != "known_supplier" else 0.00006 * posting
        extra = _DEALER if trace == "known_supplier" else _FORCED
        number = chance.poisson(scale * (usual + extra * forced) * open_now)
        for shop in np.repeat(np.flatnonzero(number), number[number > 0]).tolist():
            meant = forced[shop] > 0 and chance.random() < 0.9
            made.append(clerk.of_shop(shop, inward, trace, kinds.get(shop) if meant else None))
    for spell in effects.offending:
        if spell.place >= 0 and "parcels_in" in spell.traces:
            for _ in range(chance.poisson(scale * 2 * _FORCED * spell.force(week * 7 + 2))):
                made.append(clerk.of_place(spell.place, spell))
    for _ in range(chance.poisson(scale * _PRIVATE * shops.count)):
        place = int(chance.integers(places.selling, len(places.address))) if places.address else -1
        made.append(clerk.of_place(place, None))
    return made


@dataclass
class _Clerk:
    """Writes waybills the way carriers do."""

    parameters: Parameters
    chance: Chance
    shops: Shops
    places: Places
    senders: Senders
    week: int

    def __post_init__(self) -> None:
        self._slips = Slips(self.parameters, self.chance)

    def of_shop(self, shop: int, inward: bool, trace: str, spell: Spell | None) -> Parcel:
        """A parcel to or from a shop, in the name of its holder or sign."""
        shops = self.shops
        name = shops.holder[shop] if self.chance.random() < 0.75 else shops.sign[shop]
        here = Contact(str(name), str(shops.phone[shop]), str(shops.address[shop]))
        return self._waybill(here, self._contact(trace, spell, shop), inward, spell, shop, -1)

    def of_place(self, place: int, spell: Spell | None) -> Parcel:
        """A parcel to a place without a licence."""
        places = self.places
        here = Contact(places.keeper[place], places.phone[place], places.address[place])
        return self._waybill(here, self._contact("parcels_in", spell, place), True, spell, -1, place)

    def _contact(self, trace: str, spell: Spell | None, key: int) -> Contact:
        """An offender keeps to two or three people; others post to anybody."""
        senders = self.senders
        if trace == "known_supplier" and spell is not None:
            return senders.dealers[(key * 7 + int(self.chance.integers(2))) % len(senders.dealers)]
        if spell is None or not spell.kind:
            regular = self.chance.random() < 0.6  # honest shops have their regular senders, too
            place = key * 13 + int(self.chance.integers(2)) if regular else int(self.chance.integers(10**6))
            pool = senders.dealers if self.chance.random() < 0.01 else senders.anybody
            return pool[place % len(pool)]
        pool = senders.ports if spell.kind == "smuggled" and self.chance.random() < 0.5 else senders.anybody
        return pool[(key * 11 + int(self.chance.integers(3))) % len(pool)]

    def _waybill(
        self, here: Contact, there: Contact, inward: bool, spell: Spell | None, shop: int, place: int
    ) -> Parcel:
        sender, receiver = (there, here) if inward else (here, there)
        chance, slips = self.chance, self._slips
        offence = spell is not None and bool(spell.kind)
        heavy = offence or (spell is not None and chance.random() < 0.6)
        weight = chance.gamma(3.0, 2.6) + 1 if heavy else chance.gamma(1.4, 2.2) + 0.2
        day = self.parameters.start + dt.timedelta(days=self.week * 7 + int(chance.integers(7)))
        row = {
            "shipped_on": day,
            "carrier": _CARRIERS[int(chance.integers(len(_CARRIERS)))],
            "sender_name": slips.optional(slips.typed(sender.name), 0.6),
            "sender_phone": slips.masked(sender.phone),
            "sender_address": slips.address(sender.address),
            "receiver_name": slips.optional(slips.typed(receiver.name), 0.6),
            "receiver_phone": slips.masked(receiver.phone),
            "receiver_address": slips.address(receiver.address),
            "weight_kg": round(float(weight), 1),
            "declared_goods": slips.optional(_GOODS[int(chance.integers(len(_GOODS)))], 2.0),
            "seized": bool(offence and chance.random() < _SEIZED),
        }
        return Parcel(row, shop, place, there)


def posting_habits(parameters: Parameters, shops: Shops) -> Floats:
    """How often each honest shop posts, around 1: a few live from it."""
    return np.asarray(stream(parameters.seed, "posting").gamma(0.5, 2.0, shops.count))
