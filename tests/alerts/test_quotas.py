"""How many alerts go out: spread over the week, part by lot, within what each squad can handle. Pure."""

from __future__ import annotations

import pytest

from zhuanmai.alerts.daily.quotas import fitting, quota, random_part


@pytest.mark.parametrize(
    "raised, weekday, per_week, wanted",
    [(0, 0, 13, 2), (2, 1, 13, 2), (0, 0, 7, 1), (0, 0, 8, 2), (1, 1, 8, 2), (6, 6, 7, 1), (8, 6, 7, 0), (0, 0, 0, 0)],
)
def test_a_days_part_of_the_week_is_whole_and_never_passes_it(
    raised: int, weekday: int, per_week: int, wanted: int
) -> None:
    found = quota(raised, weekday, per_week)
    assert (found, type(found)) == (wanted, int)


@pytest.mark.parametrize(
    "made, drawn, wanted, share, now",
    [(0, 0, 10, 0.0, 0), (0, 0, 10, 0.15, 2), (100, 0, 10, 0.15, 10), (100, 15, 10, 0.15, 1), (100, 20, 10, 0.15, 0)],
)
def test_the_share_by_lot_makes_up_for_what_was_drawn(
    made: int, drawn: int, wanted: int, share: float, now: int
) -> None:
    assert random_part(made, drawn, wanted, share) == now


def test_a_squad_gets_up_to_its_limit_the_likeliest_first() -> None:
    waiting = [("a", "S1"), ("b", "S1"), ("c", ""), ("d", "S2"), ("e", "S1"), ("f", "S2")]
    assert fitting(waiting, {"S2": 1}, 2) == {"a": "S1", "b": "S1", "d": "S2"}
    assert fitting(waiting, {}, 1) == {"a": "S1", "d": "S2"}
    assert fitting(waiting, {}, 0) == {}
