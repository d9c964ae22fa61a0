"""Maps as geometry: district outlines, cells and flows, projected to a picture that a template draws as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from zhuanmai.alerts.maps.hotspots import Point, border
from zhuanmai.reference.outlines import outlines

WIDTH = 760
_EDGE = 16
_STEPS = ((2.58, 3), (1.96, 2), (1.64, 1))  # z-scores of 99, 95, 90 %


@dataclass(frozen=True)
class Projection:
    """Degrees to points of the picture: equirectangular, true in the middle of the city."""

    west: float
    north: float
    scale: float
    squeeze: float
    height: int

    def at(self, point: Point) -> Point:
        """A place in the picture."""
        x = _EDGE + (point[0] - self.west) * self.squeeze * self.scale
        return round(x, 1), round(_EDGE + (self.north - point[1]) * self.scale, 1)

    def path(self, points: Iterable[Point]) -> str:
        """A closed path."""
        return "M" + "L".join(f"{x:g},{y:g}" for x, y in map(self.at, points)) + "Z"


@cache
def projection() -> Projection:
    """So that all districts are in the picture."""
    points = [point for rings in outlines().values() for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * _EDGE) / ((east - west) * squeeze)
    return Projection(west, north, scale, squeeze, round((north - south) * scale) + 2 * _EDGE)


@dataclass(frozen=True)
class District:
    """A district's outline and where its name stands."""

    code: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Hexagon:
    """A cell in the picture; `level` 0 no hot spot, 1 to 3 the surer the higher."""

    path: str
    level: int
    count: int
    gi_star: float


@dataclass(frozen=True)
class Arrow:
    """A flow between two districts in the picture."""

    path: str
    width: float
    x: float
    y: float
    cartons: int
    from_district: str
    to_district: str


@cache
def districts() -> tuple[District, ...]:
    """All districts."""
    ground, found = projection(), []
    for code, rings in outlines().items():
        x, y = ground.at(_middle(rings))
        found.append(District(code, " ".join(ground.path(ring) for ring in rings), x, y))
    return tuple(found)


def _middle(rings: Sequence[Sequence[Point]]) -> Point:
    """The centroid of the largest ring."""
    ring = max(rings, key=lambda each: abs(_twice_area(each)))
    area = _twice_area(ring)
    x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        x, y = x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return x / (3 * area), y / (3 * area)


def _twice_area(ring: Sequence[Point]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True))


def hexagons(rows: Sequence[dict[str, Any]]) -> list[Hexagon]:
    """Cells with events, the hottest drawn last."""
    ground, found = projection(), []
    for row in reversed(rows):
        level = next((step for score, step in _STEPS if row["gi_star"] >= score), 0) if row["hot"] else 0
        found.append(Hexagon(ground.path(border(row["cell"])), level, row["count"], row["gi_star"]))
    return found


def arrows(rows: Sequence[dict[str, Any]]) -> list[Arrow]:
    """Flows from district to district, the thickest first; what stays in a district is a ring."""
    sums: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["from_district"], row["to_district"])
        sums[key] = sums.get(key, 0) + row["cartons"]
    at = {each.code: (each.x, each.y) for each in districts()}
    most = max(sums.values(), default=1) or 1
    found = []
    for (start, end), cartons in sorted(sums.items(), key=lambda each: -each[1]):
        if start not in at or end not in at:
            continue
        (x1, y1), (x2, y2) = at[start], at[end]
        width = round(1.5 + 8 * math.sqrt(cartons / most), 1)
        if start == end:
            path = f"M{x1 - 14:g},{y1 - 8:g}a14,14 0 1 1 28,0"
            found.append(Arrow(path, width, x1, y1 - 26, cartons, start, end))
            continue
        bend_x, bend_y = (x1 + x2) / 2 - (y2 - y1) * 0.18, (y1 + y2) / 2 + (x2 - x1) * 0.18
        path = f"M{x1:g},{y1:g}Q{bend_x:.1f},{bend_y:.1f} {x2:g},{y2:g}"
        found.append(Arrow(path, width, round((x1 + x2) / 4 + bend_x / 2, 1), round((y1 + y2) / 4 + bend_y / 2, 1),
                           cartons, start, end))  # fmt: skip
    return found
