"""Whose an alert is, within what a squad can handle; how a week's number is spread; which moves are lawful."""

from __future__ import annotations

from collections.abc import Callable

import pgtrigger
import pytest
from django.db import DatabaseError, transaction

from zhuanmai.alerts import procedure
from zhuanmai.alerts.daily.quotas import fitting, quota, random_part
from zhuanmai.alerts.models import Alert
from zhuanmai.alerts.procedure import State
from zhuanmai.alerts.queries import wilson
from zhuanmai.alerts.territories import Areas, Squad
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Conflict

AREAS = Areas.of(
    [Squad("Z01", "一中队", ("仙岳路", "嘉禾路")), Squad("Z02", "二中队", ("枋湖东路",))],
    [("厦门市湖里区仙岳路8号", 118.10, 24.50), ("厦门市湖里区枋湖东路9号", 118.20, 24.60),
     ("没有门牌的地方", 118.3, 24.7), ("厦门市湖里区嘉禾路3号", float("nan"), 24.5)],
)  # fmt: skip


@pytest.mark.parametrize(
    ("address", "place", "squad"),
    [
        ("厦门市湖里区仙岳路88号", None, "Z01"),
        ("湖里区枋湖东路1号之2", None, "Z02"),
        ("厦门市湖里区仙岳跑88号", None, "Z01"),  # one slip of the hand
        ("厦门市湖里区新开路1号", (118.19, 24.61), "Z02"),  # an unknown street: the nearest
        ("厦门市湖里区新开路1号", None, ""),
        ("", (118.11, 24.51), "Z01"),
    ],
)
def test_an_address_belongs_to_its_streets_squad_else_to_the_nearest(
    address: str, place: tuple[float, float] | None, squad: str
) -> None:
    longitude, latitude = place or (None, None)
    assert AREAS.squad_of(address, longitude, latitude) == squad


def test_no_squad_gets_more_than_it_can_handle() -> None:
    waiting = [("a", "Z01"), ("b", "Z01"), ("c", "Z02"), ("d", "Z01"), ("e", "")]
    assert fitting(waiting, {"Z01": 4}, 6) == {"a": "Z01", "b": "Z01", "c": "Z02"}
    assert fitting(waiting, {"Z01": 6, "Z02": 9}, 6) == {}


def test_a_weeks_number_is_spread_over_its_days_and_never_passed() -> None:
    raised = 0
    by_day = []
    for weekday in range(7):
        by_day.append(quota(raised, weekday, 13))
        raised += by_day[-1]
    assert raised == 13
    assert max(by_day) <= 2
    assert quota(13, 6, 13) == 0
    assert quota(0, 6, 13) == 13  # a week without a run until Sunday


def test_the_random_share_holds_over_time() -> None:
    made = drawn = 0
    for wanted in [2, 2, 2, 1, 2, 2, 2] * 10:
        now = random_part(made, drawn, wanted, 0.15)
        made, drawn = made + wanted, drawn + now
    assert abs(drawn / made - 0.15) < 0.01
    assert random_part(0, 0, 10, 0.0) == 0


def test_wilson_knows_how_little_few_visits_say() -> None:
    assert wilson(0, 0) is None
    low, high = wilson(37 + 8, 338) or (0.0, 0.0)
    assert (round(low, 3), round(high, 3)) == (0.101, 0.174)
    assert wilson(1, 1) == (pytest.approx(0.2065, abs=1e-3), 1.0)


def test_an_unlawful_move_says_where_it_belongs() -> None:
    with pytest.raises(Conflict, match="处于“已反馈”，不能开始检查"):
        procedure.TABLE.require("done", procedure.Act.INSPECT)


def test_the_database_holds_the_same_moves(an_alert: Callable[..., Alert]) -> None:
    row = Alert.objects.filter(pk=an_alert().pk)
    done = {"outcome": "clear", "done_at": now(), "visited_on": today()}
    nothing = {"outcome": "", "done_at": None, "visited_on": None}
    lawful = []
    for source in State:
        with pgtrigger.ignore("alerts.Alert:lawful_moves"):
            row.update(state=source, **(done if source == State.DONE else nothing))
        for target in State:
            try:
                with transaction.atomic():
                    row.update(state=target, **(done if target == State.DONE else nothing))
                    transaction.set_rollback(True)
                lawful += [(source.value, target.value)] if target != source else []
            except DatabaseError:
                pass
    assert sorted(lawful) == procedure.transitions()
