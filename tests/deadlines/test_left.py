"""What is left of a term is said in one way everywhere, in the unit by which the term is counted."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from zhuanmai.core.clock import SHANGHAI
from zhuanmai.core.left import Counted, Left
from zhuanmai.deadlines.left import left
from zhuanmai.reference.calendar import Days

MONDAY = dt.date(2026, 11, 30)  # a plain week: Monday to Friday are worked
MOMENT = dt.datetime(2026, 11, 30, 9, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("due", "unit", "words", "level"),
    [
        (dt.date(2026, 12, 10), "working", "剩 8 个工作日", "quiet"),
        (dt.date(2026, 12, 2), "working", "剩 2 个工作日", "warning"),
        (dt.date(2026, 12, 1), "working", "剩 1 个工作日", "danger"),
        (MONDAY, "working", "今日到期", "danger"),
        (dt.date(2026, 11, 27), "working", "已超 1 个工作日", "danger"),
        (dt.date(2026, 11, 20), "working", "已超 6 个工作日", "danger"),
        (dt.date(2027, 2, 28), "calendar", "剩 90 天", "quiet"),
        (dt.date(2026, 12, 2), "calendar", "剩 2 天", "warning"),
        (dt.date(2026, 12, 1), "calendar", "剩 1 天", "danger"),
        (MONDAY, "calendar", "今日到期", "danger"),
        (dt.date(2026, 11, 29), "calendar", "已超 1 天", "danger"),
        (dt.date(2027, 2, 28), "", "剩 90 天", "quiet"),
    ],
)
def test_days_are_left_as_the_term_counts_them(due: dt.date, unit: str, words: str, level: str) -> None:
    found = left(due, None, unit, MONDAY, MOMENT, Days())
    assert (found.words(), found.level) == (words, level)


def test_a_term_that_ended_on_a_rest_day_is_over_though_no_working_day_has_passed() -> None:
    sunday = dt.date(2026, 11, 29)
    assert left(dt.date(2026, 11, 28), None, "working", sunday, MOMENT, Days()).words() == "已超 1 天"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(24 * 60, "剩 24 小时"), (60, "剩 1 小时"), (59, "不足 1 小时"), (-1, "已超 1 小时"), (-61, "已超 2 小时")],
)
def test_a_term_that_ends_at_a_moment_is_counted_in_hours(minutes: int, words: str) -> None:
    at = MOMENT + dt.timedelta(minutes=minutes)
    found = left(at.date(), at, "", MONDAY, MOMENT, Days())
    assert (found.words(), found.level) == (words, "danger")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Left(1, Counted.WORKING), "1 working day left"),
        (Left(7, Counted.WORKING), "7 working days left"),
        (Left(90), "90 days left"),
        (Left(-1, Counted.WORKING), "over by 1 working day"),
        (Left(-7, Counted.WORKING), "over by 7 working days"),
        (Left(1, Counted.HOURS), "1 hour left"),
        (Left(5, Counted.HOURS), "5 hours left"),
        (Left(-5, Counted.HOURS), "over by 5 hours"),
        (Left(-2), "over by 2 days"),
    ],
)
def test_english_readers_are_told_the_unit_too(found: Left, words: str) -> None:
    with translation.override("en"):
        assert found.words() == words
