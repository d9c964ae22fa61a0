"""Hot spots: where events lie closer together than chance would put them. H3 cells with Getis-Ord Gi*. Pure.

Gi* (Getis and Ord 1992; Ord and Getis 1995) of a cell compares the sum over the cell and its six neighbours with what
any seven cells of the city would have: a z-score. The city is every cell with a shop or an event, and those beside it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import h3

RESOLUTION = 8  # some 0.7 km² a cell
SURE = 0.05  # false discovery rate below which a cell is called hot
Point = tuple[float, float]


@dataclass(frozen=True)
class Cell:
    """One cell: events in it, its z-score, the two-sided p-value, and whether it is hot among so many cells."""

    cell: str
    count: int
    gi_star: float
    p_value: float
    hot: bool


def cell_of(longitude: float, latitude: float) -> str:
    """The H3 cell of a place (WGS-84 degrees)."""
    return str(h3.latlng_to_cell(latitude, longitude, RESOLUTION))


def area(places: Iterable[Point]) -> set[str]:
    """The cells of a city: those with a place in them, and those beside them."""
    inside = {cell_of(longitude, latitude) for longitude, latitude in places}
    return {near for cell in inside for near in h3.grid_disk(cell, 1)}


def hotspots(events: Iterable[Point], city: Collection[str]) -> list[Cell]:
    """Each cell of the city (widened by the events) that has an event or a high score; the hottest first."""
    counts = Counter(cell_of(longitude, latitude) for longitude, latitude in events)
    cells = {*city, *counts}
    total, number = sum(counts.values()), len(cells)
    if not total or number < 2:
        return []
    mean = total / number
    spread = math.sqrt(max(0.0, sum(count * count for count in counts.values()) / number - mean * mean))
    if not spread:
        return []
    scored = []
    for cell in cells:
        near = [other for other in h3.grid_disk(cell, 1) if other in cells]
        weight = len(near)
        around = sum(counts.get(other, 0) for other in near)
        width = spread * math.sqrt((number * weight - weight * weight) / (number - 1))
        score = (around - mean * weight) / width if width else 0.0
        scored.append((cell, counts.get(cell, 0), score, math.erfc(abs(score) / math.sqrt(2))))
    limit = _discovered([p for _, _, _, p in scored])
    found = [Cell(cell, count, round(score, 4), p, score > 0 and p <= limit) for cell, count, score, p in scored]
    kept = [each for each in found if each.count or each.hot]
    return sorted(kept, key=lambda each: (-each.gi_star, each.cell))


def _discovered(values: list[float]) -> float:
    """The largest p-value that is still a discovery (Benjamini and Hochberg 1995); -1 for none."""
    ordered = sorted(values)
    limits = [p for place, p in enumerate(ordered, 1) if p <= SURE * place / len(ordered)]
    return limits[-1] if limits else -1.0


def border(cell: str) -> list[Point]:
    """A cell's corners as longitude and latitude."""
    return [(longitude, latitude) for latitude, longitude in h3.cell_to_boundary(cell)]


def middle(cell: str) -> Point:
    """A cell's centre as longitude and latitude."""
    latitude, longitude = h3.cell_to_latlng(cell)
    return longitude, latitude
