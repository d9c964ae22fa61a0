"""Made-up shops for the demo and the tests: deterministic, no real person, number or place of business."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from stdnum.cn import ric, uscc

_SURNAMES = "陈林黄张李王吴刘蔡杨许郑谢洪郭叶邱曾庄苏赖廖江何徐周高沈施柯"
_GIVEN = (
    "建志明伟国文丽美淑惠秀金玉春华荣福德强辉龙凤雅芳燕琴娟红梅兰菊英杰峰军勇斌涛鹏飞超亮宏达祥瑞安顺和平海山水清松柏"
)
_SHOPS = (
    "顺和", "百味", "永辉源", "鑫隆", "好又来", "惠民", "金桥", "万福", "福满", "兴旺", "益民", "家家乐", "天天",
    "东升", "鹭岛", "海滨", "新世纪", "吉祥", "如意", "泰和", "永盛", "广源", "恒昌", "华联", "嘉美", "宏图",
)  # fmt: skip
_KINDS = {
    "grocery": ("食杂店", 46), "convenience": ("便利店", 22), "supermarket": ("超市", 8), "mall": ("商场", 1),
    "tobacco_liquor": ("烟酒店", 16), "hospitality": ("酒店", 4), "other": ("商行", 3),
}  # fmt: skip
_LOCATIONS = {"residential": 46, "commercial": 26, "rural": 14, "transport": 6, "scenic": 5, "school": 3}
_STATES = {"valid": 94, "suspended": 2, "closed": 3, "revoked": 1}
# District → share of shops, centre (WGS-84), streets.
_DISTRICTS: dict[str, tuple[str, int, float, float, tuple[str, ...]]] = {
    "350203": (
        "思明区",
        26,
        118.085,
        24.455,
        ("中山路", "湖滨南路", "莲前西路", "嘉禾路", "厦禾路", "银江路"),
    ),
    "350206": ("湖里区", 24, 118.120, 24.510, ("枋湖南路", "湖里大道", "金山路", "华昌路", "殿前路", "园山南路")),
    "350205": ("海沧区", 13, 118.030, 24.490, ("海沧大道", "沧虹路", "新阳路", "霞阳路", "东孚路")),
    "350211": ("集美区", 15, 118.100, 24.580, ("杏林路", "集源路", "灌口路", "后溪路", "乐海路")),
    "350212": ("同安区", 13, 118.150, 24.730, ("同集路", "环城东路", "西柯路", "大同路", "洪塘路")),
    "350213": ("翔安区", 9, 118.250, 24.620, ("马巷路", "新店路", "巷南路", "内厝路", "舫山南路")),
}


def shops(count: int = 3000, *, seed: int = 20251030) -> list[dict[str, Any]]:
    """So many rows of the licences table. The first n of a longer list are those of a shorter one."""
    chance = random.Random(seed)
    numbers: set[str] = set()
    return [_shop(chance, numbers) for _ in range(count)]


def _shop(chance: random.Random, numbers: set[str]) -> dict[str, Any]:
    code = _pick(chance, {key: value[1] for key, value in _DISTRICTS.items()})
    district, _, longitude, latitude, streets = _DISTRICTS[code]
    kind = _pick(chance, {key: value[1] for key, value in _KINDS.items()})
    company = kind in ("supermarket", "mall") or (kind == "convenience" and chance.random() < 0.2)
    issued = dt.date(2020, 11, 1) + dt.timedelta(days=chance.randrange(1790))
    name = chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, chance.choice((1, 2, 2, 2))))
    road = f"{chance.choice(streets)}{chance.randint(1, 399)}号"
    room = f"之{chance.randint(1, 120)}店面" if chance.random() < 0.4 else ""
    state = _pick(chance, _STATES)
    return {
        "licence_no": _number(chance, code, "2" if company else "1", numbers),
        "holder_name": name,
        "holder_id": _citizen(chance),
        "uscc": _company(chance, code) if company else "",
        "shop_name": f"{district}{chance.choice(_SHOPS)}{chance.choice(_GIVEN)}{_KINDS[kind][0]}",
        "business_type": kind,
        "location_type": _pick(chance, _LOCATIONS),
        "district_code": code,
        "address": f"厦门市{district}{road}{room}",
        "longitude": round(longitude + chance.gauss(0, 0.02), 6),
        "latitude": round(latitude + chance.gauss(0, 0.015), 6),
        # 13900 and 15900 numbers with a fixed middle: well-formed, of nobody in particular.
        "phone": f"1{chance.choice('35')}900{chance.randrange(10**6):06d}",
        "order_tier": min(30, max(1, round(chance.gauss(13, 6)))),
        "status": state,
        "issued_on": issued,
        "valid_to": issued.replace(year=issued.year + 5) - dt.timedelta(days=1) if issued.month != 2 else
        dt.date(issued.year + 5, issued.month, min(issued.day, 28)),
        "opened_on": issued - dt.timedelta(days=chance.randrange(2000)),
    }  # fmt: skip


def _pick(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), weights=list(weights.values()))[0]


def _number(chance: random.Random, district: str, holder: str, taken: set[str]) -> str:
    while True:
        # 5 serial digits from 60000 on leave the lower numbers to case folders.
        number = f"{district}{holder}{chance.randint(60000, 99999):05d}"
        if number not in taken:
            taken.add(number)
            return number


def _citizen(chance: random.Random) -> str:
    born = dt.date(1955, 1, 1) + dt.timedelta(days=chance.randrange(17000))
    body = f"{chance.choice(list(_DISTRICTS))}{born:%Y%m%d}{chance.randrange(1000):03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def _company(chance: random.Random, district: str) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"92{district}MA" + "".join(chance.choice(alphabet) for _ in range(7))
    return body + str(uscc.calc_check_digit(body))
