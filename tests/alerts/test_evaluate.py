"""The evaluation: the alerts of a city against its truth, beside simple rules, and the learned model as of a week."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from zhuanmai.alerts.detectors import orders
from zhuanmai.alerts.facts import read_facts
from zhuanmai.alerts.model.features import frame
from zhuanmai.alerts.model.ranker import learn
from zhuanmai.alerts.model.training import Looks
from zhuanmai.lake.engine import Lake
from zhuanmai.sandbox.city import Parameters, make_city, open_truth
from zhuanmai.sandbox.feedback import Plan, begin, walk

START, WEEKS = dt.date(2016, 4, 4), 60


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city with enough past cases to learn from."""
    folder = tmp_path_factory.mktemp("learned")
    make_city(Parameters.draw(seed=7, retailers=600, weeks=WEEKS, start=START), folder / "lake", folder / "truth")
    return folder


def test_the_table_names_each_rule_and_the_recall(city: Path, capsys: Any) -> None:
    call_command("alerts", "evaluate", "--lake", str(city / "lake"), "--truth", str(city / "truth"), "--weeks", "2",
                 "--per-week", "3")  # fmt: skip
    said = capsys.readouterr().out
    for name in ("alerts", "random", "order at 220 %", "own history z", "isolation forest", "shared attributes",
                 "plain learner", "recall of "):  # fmt: skip
        assert name in said
    with pytest.raises(CommandError):
        call_command("alerts", "evaluate", "--lake", str(city / "lake"), "--truth", str(city / "nowhere"))


def test_what_was_learned_by_a_week_does_not_know_later_weeks(city: Path) -> None:
    lake = Lake.from_folder(city / "lake")
    last = START + dt.timedelta(weeks=WEEKS, days=-1)
    first = last - dt.timedelta(weeks=2)
    then, later = read_facts(lake, first), read_facts(lake, last)
    week = then.weeks.count - 1
    known, seen = learn(then, week), learn(later, later.weeks.index(first))
    assert known.learned
    chances = dict(zip(then.shops.licence, known.probability(frame(then, week)), strict=True))
    again = dict(zip(later.shops.licence, seen.probability(frame(later, later.weeks.index(first))), strict=True))
    assert {shop: again[shop] for shop in chances} == pytest.approx(chances)


def test_a_life_measures_anew_all_that_its_visits_move(city: Path) -> None:
    lake, truth = Lake.from_folder(city / "lake"), open_truth(city / "truth")
    begun = begin(lake, truth, 4)
    for facts, week, _visits in walk(lake, truth, Plan(4, per_week=8, drawn=2), begun):
        lived = frame(facts, week).values
        np.testing.assert_array_equal(lived, frame(replace(facts, kept={}), week).values)
    assert not np.array_equal(lived, frame(begun, week).values, equal_nan=True)


def test_a_later_lesson_looks_only_at_weeks_it_has_not_seen(city: Path) -> None:
    lake, last = Lake.from_folder(city / "lake"), START + dt.timedelta(weeks=WEEKS, days=-1)
    looks: Looks = {}
    learn(read_facts(lake, last - dt.timedelta(weeks=1)), WEEKS - 2, looks)
    facts = read_facts(lake, last)
    week = facts.weeks.count - 1
    again = learn(facts, week, looks)
    assert {key[1] for key in facts.kept if key[0] == "frame"} <= {week - 1, week}
    assert again.probability(frame(facts, week)) == pytest.approx(learn(facts, week).probability(frame(facts, week)))


def test_more_shops_than_can_be_compared_at_once_are_compared_by_district(
    city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = read_facts(Lake.from_folder(city / "lake"), START + dt.timedelta(weeks=WEEKS, days=-1))
    whole = orders.in_step(facts, WEEKS - 1)["step_any"]
    facts.kept.clear()
    monkeypatch.setattr(orders, "_MOST_COMPARED", 100)
    apart = orders.in_step(facts, WEEKS - 1)["step_any"]
    same = np.isclose(apart, whole, atol=1e-5)
    assert same.any()
    assert not same.all()
    assert (apart[~same] < whole[~same]).all()
