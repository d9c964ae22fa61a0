"""Districts, streets and where on them shops lie: boxes like Xiamen's, streets as lines, shops along them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhuanmai.sandbox.city.arrays import Chance, Floats, Ints, stream

LOCATIONS = ("residential", "commercial", "scenic", "school", "rural", "transport")
BUSINESSES = ("grocery", "convenience", "supermarket", "mall", "tobacco_liquor", "hospitality", "other")
BUSINESS_WORDS = ("食杂店", "便利店", "超市", "商场", "烟酒行", "酒家", "商行")


@dataclass(frozen=True)
class District:
    """A district: share of the shops, centre and half-width of its box (WGS-84), mix of locations, streets."""

    code: str
    name: str
    share: float
    centre: tuple[float, float]
    reach: tuple[float, float]
    locations: tuple[float, ...]
    streets: tuple[str, ...]
    island: bool
    squads: int


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


DISTRICTS = (
    District("350203", "思明区", 0.30, (118.110, 24.460), (0.050, 0.024), (40, 32, 14, 5, 0, 9), _words(
        "中山路 思明南路 湖滨南路 湖滨北路 莲前西路 莲前东路 嘉禾路 厦禾路 大同路 开元路 环岛南路 "
        "曾厝垵路 鼓浪屿龙头路 体育路 文塔路 前埔路"), True, 5),
    District("350206", "湖里区", 0.25, (118.125, 24.515), (0.042, 0.022), (44, 34, 4, 4, 2, 12), _words(
        "枋湖南路 枋湖东路 湖里大道 金山路 华昌路 殿前路 园山南路 悦华路 兴隆路 高崎路 五缘湾道 "
        "安岭路 禾山路 金尚路"), True, 4),
    District("350211", "集美区", 0.15, (118.080, 24.600), (0.055, 0.040), (42, 20, 5, 12, 14, 7), _words(
        "杏林路 集源路 灌口路 后溪路 乐海路 石鼓路 集岑路 杏滨路 理工路 侨英路 孙坂路"), False, 3),
    District("350212", "同安区", 0.12, (118.150, 24.740), (0.065, 0.050), (36, 18, 3, 5, 33, 5), _words(
        "同集路 环城东路 西柯路 大同南路 洪塘路 祥平路 五显路 莲花路 汀溪路 新民路"), False, 2),
    District("350205", "海沧区", 0.10, (118.010, 24.490), (0.048, 0.036), (42, 26, 3, 5, 16, 8), _words(
        "海沧大道 沧虹路 新阳路 霞阳路 东孚路 滨湖路 钟林路 嵩屿路 马青路"), False, 2),
    District("350213", "翔安区", 0.08, (118.260, 24.640), (0.060, 0.045), (34, 18, 3, 7, 32, 6), _words(
        "马巷路 新店路 巷南路 内厝路 舫山南路 大嶝路 翔安东路 新圩路"), False, 2),
)  # fmt: skip

# Mix of business types by location, in the order of BUSINESSES.
_BUSINESS_MIX = np.array(
    [
        [46, 26, 8, 0.5, 14, 2, 3.5],
        [24, 26, 8, 3, 24, 11, 4],
        [28, 30, 4, 1, 16, 17, 4],
        [40, 42, 9, 1, 4, 2, 2],
        [72, 10, 7, 0, 7, 2, 2],
        [34, 38, 4, 1, 12, 7, 4],
    ]
)


@dataclass(frozen=True)
class Streets:
    """All streets: district, name, middle, direction (unit vector in degrees), half-length, squad, weekday."""

    district: Ints
    names: tuple[str, ...]
    middle: Floats
    along: Floats
    squad: Ints
    weekday: Ints


def lay_streets(seed: int) -> Streets:
    """The city's streets, the squads they belong to and the weekday on which their shops order."""
    chance = stream(seed, "streets")
    district = np.repeat(np.arange(len(DISTRICTS)), [len(each.streets) for each in DISTRICTS])
    names = tuple(name for each in DISTRICTS for name in each.streets)
    centre = np.array([each.centre for each in DISTRICTS])[district]
    reach = np.array([each.reach for each in DISTRICTS])[district]
    middle = centre + reach * chance.uniform(-0.85, 0.85, (len(names), 2))
    angle = chance.uniform(0, np.pi, len(names))
    length = chance.uniform(0.004, 0.014, len(names))
    along = np.stack([np.cos(angle), np.sin(angle)], axis=1) * length[:, None]
    squad = np.zeros(len(names), dtype=np.int64)
    first = 0
    for index, each in enumerate(DISTRICTS):
        own = np.flatnonzero(district == index)
        squad[own] = first + np.arange(len(own)) * each.squads // len(own)
        first += each.squads
    return Streets(district, names, middle, along, squad, chance.integers(0, 5, len(names)))


def squad_rows(streets: Streets) -> list[dict[str, object]]:
    """The squads table: number, unit, streets."""
    rows: list[dict[str, object]] = []
    for index, each in enumerate(DISTRICTS):
        for place in range(each.squads):
            number = len(rows)
            own = [streets.names[i] for i in np.flatnonzero(streets.squad == number)]
            unit = f"{DISTRICTS[index].name}稽查大队{'一二三四五六'[place]}中队"
            rows.append({"squad_no": f"Z{number + 1:02d}", "unit": unit, "streets": own})
    return rows


def settle(chance: Chance, streets: Streets, count: int) -> tuple[Ints, Ints, Ints, Floats, Ints]:
    """Street, location type, business type, position and house number of so many shops."""
    shares = np.array([each.share for each in DISTRICTS])
    district = chance.choice(len(DISTRICTS), count, p=shares / shares.sum())
    street, location, business = (np.zeros(count, dtype=np.int64) for _ in range(3))
    for index, each in enumerate(DISTRICTS):
        own = np.flatnonzero(district == index)
        choices = np.flatnonzero(streets.district == index)
        weight = chance.gamma(2.0, 1.0, len(choices))
        street[own] = chance.choice(choices, len(own), p=weight / weight.sum())
        mix = np.array(each.locations, dtype=float)
        location[own] = chance.choice(len(LOCATIONS), len(own), p=mix / mix.sum())
    for index in range(len(LOCATIONS)):
        own = np.flatnonzero(location == index)
        mix = _BUSINESS_MIX[index]
        business[own] = chance.choice(len(BUSINESSES), len(own), p=mix / mix.sum())
    along = chance.uniform(-1, 1, count)
    position = streets.middle[street] + streets.along[street] * along[:, None] + chance.normal(0, 0.0006, (count, 2))
    number = np.round((along + 1) * 200 + chance.uniform(0, 6, count)).astype(np.int64) + 1
    return street, location, business, np.round(position, 6), number


def written_address(streets: Streets, street: int, number: int, room: int) -> str:
    """An address as the register writes it."""
    tail = f"之{room}店面" if room else ""
    return f"厦门市{DISTRICTS[int(streets.district[street])].name}{streets.names[street]}{number}号{tail}"
