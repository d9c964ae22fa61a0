"""Complaints to 12313: most are about service and price, some are right, some come from a rival."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from zhuanmai.sandbox.city.arrays import Chance, Floats, stream
from zhuanmai.sandbox.city.effects import Effects
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.places import DISTRICTS
from zhuanmai.sandbox.city.shops import Shops
from zhuanmai.sandbox.city.slips import Slips
from zhuanmai.sandbox.city.unlicensed import Places

CATEGORIES = ("counterfeit", "unlicensed", "smuggled", "price", "minor", "service", "other")
_RATE = 0.0050  # complaints a shop and week
_LIFT = 16.0  # at full force, times as many more
_PLACE_RATE = 0.10
_USUAL = np.array([0.15, 0.06, 0.04, 0.29, 0.06, 0.29, 0.11])
_CATEGORY = {
    "outflow": "price", "counterfeit": "counterfeit", "front": "other", "smuggled": "smuggled",
    "reopened": "unlicensed", "minor_sales": "minor", "unlicensed": "unlicensed",
}  # fmt: skip
_WORDS = {
    "counterfeit": (
        "在{shop}买了一条烟，抽起来味道不对，怀疑是假烟，请去查一下", "{address}那家店卖的烟包装印刷模糊，像是假烟",
        "我买的烟扫码扫不出来，老板不给退，{shop}", "举报{shop}卖假烟，一包跟平时抽的完全两个味",
    ),
    "unlicensed": (
        "{address}没有证也在卖烟，已经很久了", "{address}一个小店没看到许可证，柜台下面拿烟卖",
        "举报无证卖烟，地址{address}",
        "{address}楼下有人从住家里往外卖烟，经常有快递",
    ),
    "smuggled": (
        "{shop}在卖没有中文警语的外烟", "{address}有人兜售免税烟、外国烟", "举报走私烟，{shop}，外烟很便宜",
    ),
    "price": (
        "{shop}卖烟不按标价，一包多收五块", "{shop}说紧俏烟没货，加价才卖",
        "想买的烟总说没有，{address}这家店加价卖给别人",
        "{shop}没有明码标价",
    ),
    "minor": (
        "{shop}卖烟给穿校服的学生", "看到{address}那家店拆包零卖给未成年人", "学校门口的{shop}卖烟给孩子，没有看身份证",
    ),
    "service": (
        "{shop}态度很差，不给开小票", "咨询办证流程，{address}附近能不能办",
        "订货系统登录不了，{shop}", "送货员没按时到，{shop}",
    ),
    "other": ("{shop}门口堆了很多烟箱，晚上有车来拉", "咨询真伪鉴别",
              "{address}附近有人收烟", "反映{shop}情况，请回电"),
}  # fmt: skip


@dataclass(frozen=True)
class Complaint:
    """A complaint as the bureau has it: its row, and whom it is about as the earlier rules may know it."""

    row: dict[str, Any]
    shop: int
    place: int


def annoyance(parameters: Parameters, shops: Shops) -> Floats:
    """How often each shop is complained about when it is honest, around 1: busy and surly shops more."""
    chance = stream(parameters.seed, "annoyance")
    return np.asarray(chance.gamma(1.6, 1 / 1.6, shops.count) * (shops.size / 40) ** 0.3)


def week_complaints(
    parameters: Parameters, shops: Shops, places: Places, effects: Effects, annoying: Floats, week: int
) -> list[Complaint]:
    """This week's complaints."""
    chance = stream(parameters.seed, "complaints", week)
    slips = Slips(parameters, chance)
    rate = _RATE * parameters.hotline * annoying * (1 + _LIFT * effects.force["complaints"])
    number = chance.poisson(rate * shops.open_on(week * 7 + 3))
    kinds = {spell.shop: spell.kind for spell in effects.offending if "complaints" in spell.traces and spell.shop >= 0}
    forced = effects.force["complaints"]
    made = []
    for shop in np.repeat(np.flatnonzero(number), number[number > 0]).tolist():
        meant = kinds.get(shop) if forced[shop] > 0 and chance.random() < 0.85 else None
        made.append(_complaint(chance, parameters, slips, week, _category(chance, meant, forced[shop]), shops, shop))
    for place, category in places.complained(chance, effects, week, _PLACE_RATE * parameters.hotline):
        made.append(_about_place(chance, parameters, slips, week, category, places, place))
    return made


def _category(chance: Chance, kind: str | None, force: float) -> str:
    """What the caller calls it: about right for an offence, whatever hurts for a rival, the usual mix else."""
    if kind and chance.random() < 0.62:
        return _CATEGORY[kind]
    if not kind and force > 0 and chance.random() < 0.55:
        return CATEGORIES[int(chance.choice([0, 1, 2, 4], p=[0.55, 0.1, 0.15, 0.2]))]
    return CATEGORIES[int(chance.choice(len(CATEGORIES), p=_USUAL))]


def _time(chance: Chance, parameters: Parameters, week: int) -> dt.datetime:
    day = parameters.start + dt.timedelta(days=week * 7 + int(chance.integers(7)))
    return dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=int(chance.triangular(7, 15, 23) * 3600))


def _complaint(
    chance: Chance, parameters: Parameters, slips: Slips, week: int, category: str, shops: Shops, shop: int
) -> Complaint:
    words = _WORDS[category][int(chance.integers(len(_WORDS[category])))]
    address, sign = slips.address(str(shops.address[shop])), slips.typed(str(shops.sign[shop]))
    known = chance.random() < 0.5
    row = {
        "received_at": _time(chance, parameters, week),
        "category": category,
        "text": slips.typed(words.format(shop=sign, address=address)),
        "district_code": slips.optional(DISTRICTS[int(shops.district[shop])].code),
        "address": slips.optional(address, 1.5),
        "licence_no": str(shops.licence[shop]) if known else None,
        "subject_name": slips.optional(sign if chance.random() < 0.7 else str(shops.holder[shop]), 3.0),
        "subject_phone": slips.masked(str(shops.phone[shop])) if chance.random() < 0.15 else None,
    }
    return Complaint(row, shop if known or row["address"] else -1, -1)


def _about_place(
    chance: Chance, parameters: Parameters, slips: Slips, week: int, category: str, places: Places, place: int
) -> Complaint:
    words = _WORDS[category][int(chance.integers(len(_WORDS[category])))]
    address = slips.address(places.address[place]) if chance.random() < 0.5 else places.address[place]
    row = {
        "received_at": _time(chance, parameters, week),
        "category": category,
        "text": slips.typed(words.format(shop="路边小店", address=address)),
        "district_code": slips.optional(places.district_code[place]),
        "address": address,
        "licence_no": None,
        "subject_name": places.keeper[place] if chance.random() < 0.25 else None,
        "subject_phone": slips.masked(places.phone[place]) if chance.random() < 0.12 else None,
    }
    return Complaint(row, -1, place)
