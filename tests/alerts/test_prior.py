"""What is known before any visit: rows off the usual of their week, and trees that never take a higher score for less."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from benchmarks.prior import arrays_of, grow

from zhuanmai.alerts.model import prior as room
from zhuanmai.alerts.model.features import HEADS, NAMES, SHOP_FACTS, TOWARDS, Frame
from zhuanmai.alerts.model.prior import Prior, off_the_usual, prior

DICE = np.random.default_rng(4)


def page(values: Any) -> Frame:
    """A week of shops that all trade."""
    return Frame(30, np.asarray(values, dtype=np.float32), np.ones(len(values), bool))


def test_rows_stand_off_the_usual_whatever_the_unit() -> None:
    values = DICE.gamma(2.0, 3.0, (400, len(NAMES)))
    values[:, 0] = 7.0  # the same for all
    values[:, 1] = np.nan  # known of nobody
    off = off_the_usual(page(values))
    assert np.abs(off[:, 2:-3].mean(axis=0)).max() < 0.2
    assert np.abs(off[:, :2]).max() < 1e-6
    assert (off[:, [NAMES.index(name) for name in SHOP_FACTS]] == 0).all()
    assert off_the_usual(page(values), values[5:6].astype(np.float32)) == pytest.approx(off[5:6])


def test_more_of_a_detectors_score_never_lowers_the_odds() -> None:
    rows = DICE.normal(0, 1.5, (200, len(NAMES)))
    before = prior().odds(rows)
    for at, towards in enumerate(TOWARDS):
        if towards > 0 and at in HEADS:
            more = rows.copy()
            more[:, at] += 2
            assert (prior().odds(more) >= before - 1e-6).all(), NAMES[at]
    assert prior().odds(np.zeros((1, len(NAMES))))[0] < -3  # a shop like all others


def test_trees_grown_on_other_columns_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "NAMES", (*NAMES, "new"))
    prior.cache_clear()
    with pytest.raises(ValueError, match=r"benchmarks\.prior"):
        prior()
    prior.cache_clear()


def test_trees_written_as_arrays_say_what_the_trees_said() -> None:
    rows = DICE.normal(0, 1.5, (600, len(NAMES)))
    offends = rows[:, HEADS[0]] + DICE.normal(0, 0.5, 600) > 0
    grown = grow(rows, offends, np.ones(600))
    assert Prior.of(arrays_of(grown)).odds(rows) == pytest.approx(grown.decision_function(rows), abs=1e-4)


SMALL = Prior(
    base=-1.0,
    roots=np.array([0, 3]),
    feature=np.array([0, 0, 0, 1, 0, 0]),
    threshold=np.array([0.5, 9.0, 9.0, 2.0, 9.0, 9.0]),
    branches=np.array([1, 2, 1, 1, 2, 2, 4, 5, 4, 4, 5, 5]),
    value=np.array([99.0, 0.25, 0.75, 99.0, 10.0, 20.0]),
)


@pytest.mark.parametrize(
    "row, odds",
    [
        ((0.5, 2.0), -1 + 0.25 + 10),  # at a threshold: left
        ((0.51, 2.0), -1 + 0.75 + 10),
        ((0.5, 2.01), -1 + 0.25 + 20),
        ((9.0, 9.0), -1 + 0.75 + 20),
    ],
)
def test_a_row_goes_left_up_to_the_threshold_of_each_tree(row: tuple[float, float], odds: float) -> None:
    assert SMALL.odds(np.array([row])) == pytest.approx([odds])


def test_rows_are_scored_each_for_itself_over_any_number_of_blocks() -> None:
    rows = np.array([(0.0, 0.0), (1.0, 3.0)] * 4100)
    assert SMALL.odds(rows) == pytest.approx([9.25, 19.75] * 4100)
    assert SMALL.odds(np.zeros((0, 2))).shape == (0,)


def test_what_stands_far_off_is_bounded_on_both_sides() -> None:
    values = DICE.gamma(2.0, 3.0, (400, len(NAMES)))
    week = page(values)
    far = values[:2].astype(np.float32)
    far[0], far[1] = 1e30, -1e30
    off = off_the_usual(week, far)
    assert (off.max(), off.min(), off.dtype) == (6.0, -4.0, np.float32)
    middle, width = week.usual
    one = np.log1p(values[7]) if (values[7] >= 0).all() else None
    wanted = (one - middle) / width
    known = [at for at, name in enumerate(NAMES) if name not in SHOP_FACTS]
    assert off_the_usual(week)[7][known] == pytest.approx(np.clip(wanted, -4, 6)[known], rel=1e-4)
