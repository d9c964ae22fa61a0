"""Whose an alert is: the squad of its street, else of the nearest street; within what a squad can handle. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhuanmai.alerts.matching import one_slip, read_address


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


def fitting(waiting: Sequence[tuple[str, str]], load: Mapping[str, int], limit: int) -> dict[str, str]:
    """Which waiting alerts (key, squad; the likeliest first) go out now: no squad gets more than it can handle."""
    held = dict(load)
    given: dict[str, str] = {}
    for key, squad in waiting:
        if squad and held.get(squad, 0) < limit:
            given[key] = squad
            held[squad] = held.get(squad, 0) + 1
    return given


def quota(raised: int, weekday: int, per_week: int) -> int:
    """How many alerts a day's run raises, so that a week's number is spread evenly and never passed.

    `raised` this week so far; `weekday` 0 Monday … 6 Sunday.
    """
    return max(0, -(-per_week * (weekday + 1) // 7) - raised)


def random_part(made: int, drawn: int, wanted: int, share: float) -> int:
    """How many of the next `wanted` alerts are drawn at random, so that the share holds over time."""
    return min(wanted, max(0, round((made + wanted) * share) - drawn))
