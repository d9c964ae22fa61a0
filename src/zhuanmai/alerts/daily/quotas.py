"""How many alerts go out: a week's number spread evenly, a part drawn, within what a squad can handle. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


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
