"""Small pictures as geometry: lines and bars that a template draws as SVG. Bars begin at zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 560, 150
_LEFT, _BOTTOM, _TOP = 36, 20, 8


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, and what stands there."""

    at: float
    words: str


@dataclass(frozen=True)
class Lines:
    """Two lines over the same weeks: points of each, marks of both axes, what the newest values are."""

    own: str
    peers: str
    up: list[Tick]
    along: list[Tick]
    own_last: float
    peers_last: float
    end: float  # where the lines end
    width: int = WIDTH
    height: int = HEIGHT


def lines(picture: dict[str, Any]) -> Lines | None:
    """The picture of an alert as two lines; None where there is none."""
    own, peers, weeks = (picture.get(name) or [] for name in ("own", "peers", "weeks"))
    if len(own) < 2:
        return None
    most = _round_up(max(*own, *peers, 1.0))
    step = (WIDTH - _LEFT - 48) / (len(own) - 1)

    def y(value: float) -> float:
        return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - value / most), 1)

    def points(values: Sequence[float]) -> str:
        return " ".join(f"{round(_LEFT + at * step, 1)},{y(value)}" for at, value in enumerate(values))

    along = [Tick(round(_LEFT + at * step, 1), weeks[at][5:]) for at in range(0, len(weeks), max(1, len(weeks) // 5))]
    up = [Tick(y(share * most), f"{share * most:g}") for share in (0, 0.5, 1)]
    return Lines(points(own), points(peers), up, along, own[-1], peers[-1], round(WIDTH - 48, 1))


def _round_up(value: float) -> float:
    """The next number that reads well: 1, 2, 4, 5, 10 times a power of ten."""
    size = 1.0
    while size * 10 <= value:
        size *= 10
    return next(step * size for step in (1, 2, 4, 5, 10) if step * size >= value)


@dataclass(frozen=True)
class Point:
    """A group of visits in the calibration picture: said, found, its interval, how many visits."""

    x: float
    y: float
    low: float
    high: float
    radius: float
    words: str


SQUARE = 260


def squared(said: float, found: float, interval: tuple[float, float], visits: int) -> Point:
    """What was said (to the right) against what was found (upward), both 0 to 1."""

    def place(value: float) -> float:
        return round(_LEFT + (SQUARE - _LEFT - 8) * value, 1)

    def rise(value: float) -> float:
        return round(_TOP + (SQUARE - _TOP - _BOTTOM) * (1 - value), 1)

    words = f"{said:.0%} → {found:.0%} ({visits})"
    return Point(place(said), rise(found), rise(interval[0]), rise(interval[1]), min(9, 3 + visits / 12), words)
