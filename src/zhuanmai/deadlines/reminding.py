"""When somebody is reminded of a term: once at each stage (days before its end, on the day, over). Pure."""

from __future__ import annotations

from collections.abc import Sequence


def stage(stages: Sequence[int], days_left: int, *, lapses: bool) -> int | None:
    """The stage that a term has reached; None before the first, and after the end of one that lapses by itself."""
    if lapses and days_left < 0:
        return None
    return min((one for one in stages if days_left <= one), default=None)


def to_remind(reached: int | None, reminded: int | None) -> bool:
    """Whether a stage is new: nobody was reminded at it, nor at a later one."""
    return reached is not None and (reminded is None or reached < reminded)
