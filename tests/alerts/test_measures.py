"""Measures of how well the alerts do, by table: what was said against what was found, and whether the market moved."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from django.test import Client

from tests.alerts.test_daily import Make
from tests.enforcement.conftest import Bureau
from zhuanmai.alerts import queries, services
from zhuanmai.alerts.daily import asking
from zhuanmai.alerts.daily.drafts import drift, stability_index
from zhuanmai.alerts.detectors import DETECTORS
from zhuanmai.alerts.facts import read_facts
from zhuanmai.alerts.model.features import HEADS, frame
from zhuanmai.alerts.models import Run
from zhuanmai.core import work
from zhuanmai.core.clock import now, today
from zhuanmai.lake.engine import open_lake
from zhuanmai.sandbox.evaluation import calibration_error

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "visits, error",
    [
        ([(0.25, "clear"), (0.75, "minor")], 0.25),  # too much and too little do not cancel
        ([(0.25, "minor"), (0.75, "clear")], 0.75),
        ([(0.25, "clear"), (0.25, "minor"), (0.25, "clear"), (0.25, "clear")], 0.0),
        ([(0.75, "clear"), (0.75, "clear"), (0.25, "minor")], 0.75),
        ([(0.9, "minor"), (1.0, "clear")], 0.45),  # both of the last tenth: 0.95 said, one of two found
        ([(0.2, "clear"), (0.29, "minor")], 0.255),  # of one tenth
        ([(0.19, "clear"), (0.21, "minor")], 0.49),  # of two tenths
        ([(0.5, "closed_door"), (0.25, "clear")], 0.25),  # who could not enter says nothing
    ],
)
def test_the_distance_between_said_and_found_has_no_sign(
    bureau: Bureau, an_alert: Make, visits: list[tuple[float, str]], error: float
) -> None:
    for number, (said, outcome) in enumerate(visits, 1):
        services.record(actor=bureau["jia"], alert_id=an_alert(number, probability=said).pk, outcome=outcome)
    _, found = queries.calibration(bureau["analyst"])
    assert found == pytest.approx(error)


def test_without_visits_there_is_no_distance(bureau: Bureau) -> None:
    assert queries.calibration(bureau["analyst"]) == ([], None)


@pytest.mark.parametrize(
    "said, caught, error",
    [
        ([0.1, 0.3, 0.5, 0.7, 0.9], [0, 0, 1, 1, 1], 0.26),
        ([0.5] * 10, [1, 1, 1, 1, 1, 0, 0, 0, 0, 0], 0.4),  # fifths too low and too high do not cancel
        ([0.2] * 5 + [0.8] * 5, [0.2] * 5 + [0.8] * 5, 0.0),
        ([0.9, 0.9, 0.9, 0.9, 0.9, 0.1], [1, 1, 1, 1, 1, 0], 0.4 / 6),  # the first fifth is of two, and right
    ],
)
def test_the_evaluations_distance_has_no_sign_either(said: list[float], caught: list[float], error: float) -> None:
    assert calibration_error(said, caught) == pytest.approx(error)


TENTHS = np.arange(1000) / 1000


@pytest.mark.parametrize(
    "after, index",
    [
        (TENTHS, 0.0),
        (TENTHS[::-1], 0.0),
        (np.append(TENTHS, np.nan), 0.0),
        (np.append(TENTHS, TENTHS[:100]), (1 / 11 - 0.1) * math.log((1 / 11) / 0.1) * 9 + (2 / 11 - 0.1) * math.log(20 / 11)),
        (TENTHS + 0.1, (1e-4 - 0.1) * math.log(1e-3) + 0.1 * math.log(2)),  # the first tenth is gone, the last doubled
        (TENTHS - 0.1, (1e-4 - 0.1) * math.log(1e-3) + 0.1 * math.log(2)),  # and the other way round
        (np.array([]), 0.0),
        (np.array([np.nan]), 0.0),
    ],
)  # fmt: skip
def test_the_stability_index_counts_every_move_whichever_way(after: np.ndarray, index: float) -> None:
    assert stability_index(TENTHS, after) == pytest.approx(index, abs=2e-3)


def test_nothing_before_gives_no_index() -> None:
    assert stability_index(np.array([np.nan]), TENTHS) == 0.0


def test_drift_looks_back_half_a_year_and_no_less(bureau: Bureau, lake: Path) -> None:
    facts = read_facts(open_lake(), today())
    assert drift(facts, 25) == {}
    found = drift(facts, 26)
    assert set(found) == {one.name for one in DETECTORS}
    before, after = frame(facts, 0), frame(facts, 26)
    for detector, at in zip(DETECTORS, HEADS, strict=True):
        own = stability_index(before.values[before.trading, at], after.values[after.trading, at])
        assert found[detector.name] == pytest.approx(own, abs=1e-4)
    assert max(found.values()) > 0


def test_the_page_says_from_which_figure_on_the_market_has_moved(bureau: Bureau, client: Client) -> None:
    names = [one.name for one in DETECTORS][:4]
    drifts = dict(zip(names, (0.0999, 0.1, 0.2499, 0.25), strict=True))
    done = work.past(asking.TASK, about=str(today()), at=now())
    Run.objects.create(day=today(), work=done, numbers={"drift": drifts, "findings": 1, "learned_on": "x"})
    client.force_login(bureau["analyst"])
    answer = client.get("/alerts/quality")
    assert [(value, level) for _, value, level in answer.context["drifts"]] == [
        (0.25, "danger"),
        (0.2499, "warning"),
        (0.1, "warning"),
        (0.0999, "success"),
    ]
