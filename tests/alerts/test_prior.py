"""What is known before any visit: rows off the usual of their week, and trees that never take a higher score for less."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zhuanmai.alerts.model import prior as room
from zhuanmai.alerts.model.features import HEADS, NAMES, SHOP_FACTS, TOWARDS, Frame
from zhuanmai.alerts.model.prior import off_the_usual, prior

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
