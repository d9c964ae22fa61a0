"""Whose territory an address is: the lake's squads, their streets and districts, as units of the bureau."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhuanmai.accounts.models import Unit
from zhuanmai.accounts.queries import unit_tree
from zhuanmai.alerts.facts.tables import columns
from zhuanmai.core.errors import Refused
from zhuanmai.reference.addresses import one_slip, read_address

_LEFT_OUT = ("大队", "支队", "烟草专卖局")


@dataclass(frozen=True)
class Squad:
    """A squad of the lake's table: its number, unit as written there, streets."""

    number: str
    unit: str
    streets: tuple[str, ...]


@dataclass(frozen=True)
class Areas:
    """Streets and points by squad."""

    by_street: Mapping[str, str]
    points: Sequence[tuple[float, float, str]]  # longitude, latitude, squad

    @classmethod
    def of(cls, squads: Sequence[Squad], shops: Sequence[tuple[str, float, float]]) -> Areas:
        """From the squads' streets and the addresses and positions of shops, which say where each street is."""
        by_street = {street: squad.number for squad in squads for street in squad.streets}
        points = []
        for address, longitude, latitude in shops:
            place = read_address(address)
            squad = by_street.get(place.street) if place else None
            if squad is not None and longitude == longitude and latitude == latitude:
                points.append((longitude, latitude, squad))
        return cls(by_street, points)

    def squad_of(self, address: str, longitude: float | None, latitude: float | None) -> str:
        """The number of the squad whose street it is (also mistyped by one slip), else of the nearest; or empty."""
        place = read_address(address)
        if place is not None:
            if place.street in self.by_street:
                return self.by_street[place.street]
            near = {squad for street, squad in self.by_street.items() if one_slip(street, place.street)}
            if len(near) == 1:
                return near.pop()
        if longitude is None or latitude is None or not self.points:
            return ""
        return min(self.points, key=lambda point: (_apart(point, longitude, latitude), point[2]))[2]


def _apart(point: tuple[float, float, str], longitude: float, latitude: float) -> float:
    return ((point[0] - longitude) * 0.9) ** 2 + (point[1] - latitude) ** 2


@dataclass(frozen=True)
class Places:
    """Streets to squads, squads and districts to units."""

    areas: Areas
    squads: Mapping[str, Unit]
    bureaus: Mapping[str, Unit]
    city: Unit

    def whose(
        self, address: str, district: str, longitude: float | None, latitude: float | None
    ) -> tuple[Unit | None, Unit, str]:
        """The squad whose street it is (None: no squad is known there), the bureau it waits in, its district."""
        squad = self.squads.get(self.areas.squad_of(address, longitude, latitude))
        known = district or (squad.district_code if squad else "")
        return squad, self.bureaus.get(known, self.city), known


def places_of(lake: Any) -> Places:
    """From the lake's squads and register and the bureau's units. Raises Refused (no_bureau) where there are none."""
    units = unit_tree()
    bureaus = [unit for unit in units if unit.is_bureau]
    if not bureaus:
        raise Refused("no_bureau", "还没有建立单位；请系统管理员先建立本局与各中队。")
    named = {_short(unit.name): unit for unit in units if not unit.is_bureau}
    squads = _squads(lake)
    found = {}
    for squad in squads:
        unit = next((unit for unit in units if unit.code == squad.number), None) or named.get(_short(squad.unit))
        if unit is not None:
            found[squad.number] = unit
    return Places(
        Areas.of(squads, _shops(lake) if squads else []),
        found,
        {unit.district_code: unit for unit in reversed(bureaus) if unit.district_code},
        next((unit for unit in bureaus if unit.parent_id is None), bureaus[0]),
    )


def _short(name: str) -> str:
    """A unit's name without what one system writes and another leaves out."""
    for words in _LEFT_OUT:
        name = name.replace(words, "")
    return name


def _squads(lake: Any) -> list[Squad]:
    if not lake.has("squads"):
        return []
    rows = columns(lake, lake.table("squads").order_by("squad_no"))
    return [
        Squad(number, unit or "", tuple(streets if streets is not None else ()))
        for number, unit, streets in zip(rows["squad_no"], rows["unit"], rows["streets"], strict=True)
    ]


def _shops(lake: Any) -> list[tuple[str, float, float]]:
    rows = columns(lake, lake.table("licences").select("address", "longitude", "latitude"))
    return list(zip(rows["address"], rows["longitude"].tolist(), rows["latitude"].tolist(), strict=True))
