"""How much each judge counts, and which visits teach most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from zhuanmai.alerts.model import training, weighing
from zhuanmai.alerts.model.features import NAMES, Frame
from zhuanmai.alerts.model.weighing import weigh

DICE = np.random.default_rng(8)
CEILING = 0.6
BOTH: dict[str, Any] = {"expected": np.array([1.0, 0.0]), "hold": np.array([1.0, 1.0]), "ceiling": CEILING}


def visits(number: int, true: tuple[float, float, float]) -> tuple[Any, Any]:
    """Odds of two judges and what visits find, where the first judge counts `true[0]`, the second `true[1]`."""
    dice = np.random.default_rng(8)
    odds = dice.normal(0, 2, (number, 2))
    offends = 1 / (1 + np.exp(-(odds @ np.array(true[:2]) + true[2])))
    return odds, (dice.random(number) < CEILING * offends).astype(np.int64)


def test_the_weights_of_the_judges_are_found_below_the_ceiling() -> None:
    odds, found = visits(60_000, (0.7, 1.1, -1.0))
    told = weigh(odds, found, np.ones(len(found)), **BOTH)
    assert told.weights == pytest.approx([0.7, 1.1], abs=0.06)
    assert told.ceiling == pytest.approx(CEILING, abs=0.03)
    assert told.base == pytest.approx(-1.0, abs=0.1)


def test_visits_to_the_most_suspect_alone_do_not_say_that_suspicion_tells_little() -> None:
    """What the list itself sent to is a sample of the top, where hardly more is found the higher one goes."""
    odds, found = visits(200_000, (1.0, 0.5, -1.0))
    top = odds.sum(axis=1) > 1.5
    told = weigh(odds[top], found[top], np.ones(top.sum()), **BOTH)
    assert told.weights == pytest.approx([1.0, 0.5], abs=0.15)


def test_few_lessons_leave_the_weights_as_expected_and_no_judge_counts_against_itself() -> None:
    odds, found = visits(30, (0.7, 0.4, -1.0))
    hold = np.array([1e4, 1e4])
    told = weigh(odds, found, np.ones(30), **(BOTH | {"hold": hold}))
    assert told.weights == pytest.approx([1.0, 0.0], abs=0.02)
    assert told.ceiling == pytest.approx(CEILING, abs=0.05)
    odds, found = visits(5000, (0.8, -0.5, -1.0))
    assert weigh(odds, found, np.ones(5000), **BOTH).weights[1] == 0


def test_a_find_where_nobody_saw_a_chance_is_no_error() -> None:
    odds, found = visits(300, (0.7, 0.4, -1.0))
    odds[:3], found[:3] = -1e4, 1
    told = weigh(odds, found, np.ones(300), **BOTH)
    assert np.isfinite([*told.weights, told.base, told.ceiling]).all()


def test_the_slope_is_that_of_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def looked_at(loss: Any, start: Any, **rest: Any) -> Any:
        at = start + DICE.normal(0, 0.3, len(start))
        steps = np.eye(len(start)) * 1e-5
        seen.append((loss(at)[1], [(loss(at + step)[0] - loss(at - step)[0]) / 2e-5 for step in steps]))
        return minimize(loss, start, **rest)

    monkeypatch.setattr(weighing, "minimize", looked_at)
    odds, found = visits(400, (0.9, 0.3, -0.5))
    weigh(odds, found, DICE.gamma(2.0, 0.5, 400), **BOTH)
    ((said, measured),) = seen
    assert said == pytest.approx(np.array(measured), rel=1e-4, abs=1e-4)


def test_a_visit_to_a_shop_as_suspect_as_the_lists_counts_more(monkeypatch: pytest.MonkeyPatch) -> None:
    class Judge:
        def odds(self, rows: Any) -> Any:
            return rows[:, 0]

    monkeypatch.setattr(training, "prior", Judge)
    monkeypatch.setattr(training, "off_the_usual", lambda page: page.values)
    page = Frame(0, np.tile(np.linspace(-8, 2, 1000)[:, None], len(NAMES)), np.ones(1000, bool))
    weight = training.where_it_matters(np.array([-7.0, 1.5, 5.0]), page)
    assert weight == pytest.approx([1.0, 5.0, 9.0], abs=0.3)
