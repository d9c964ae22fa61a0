"""A term made longer: in its own unit or another, over rest days and stops, until a day; and what makes it void. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from zhuanmai.deadlines.counting import End, Uncountable, count
from zhuanmai.deadlines.events import Extension, Stop
from zhuanmai.deadlines.rules import Extending, Length, Rule, Stops
from zhuanmai.reference.calendar import Days

D = dt.date
DAYS = Days()
# 1 June 2026 is a Monday; 19 to 21 June are the dragon boat holiday (a Friday to a Sunday).
START = D(2026, 6, 1)
WORKING = Rule("w", Length(days=5, unit="working"), extension=Extending(3, "working"))
CALENDAR = Rule("c", Length(days=7, unit="calendar"), extension=Extending(3, "calendar"))
MONTH = Rule("m", Length(months=1, unit="calendar"), extension=Extending(3, "working"))
TOLD = Extension(approved=START, told=START)


def ends(rule: Rule, *extensions: Extension, stops: tuple[Stop, ...] = ()) -> dt.date:
    """The last day of a term from 1 June."""
    return count(rule, START, DAYS, stops, extensions).day


@pytest.mark.parametrize(
    "rule, plainly, longer",
    [
        (WORKING, D(2026, 6, 8), D(2026, 6, 11)),
        (CALENDAR, D(2026, 6, 8), D(2026, 6, 11)),
        (MONTH, D(2026, 7, 1), D(2026, 7, 6)),  # a Wednesday; three working days more
        (replace(WORKING, extension=Extending(3, "calendar")), D(2026, 6, 8), D(2026, 6, 11)),
        # three calendar days after the 8th end on a Thursday; five on a Saturday, which is moved; but not where it is not
        (replace(WORKING, extension=Extending(5, "calendar")), D(2026, 6, 8), D(2026, 6, 15)),
        (replace(WORKING, extension=Extending(5, "calendar"), moved=False), D(2026, 6, 8), D(2026, 6, 13)),
        # working days skip the holiday, calendar days do not
        (replace(CALENDAR, length=Length(days=17, unit="calendar")), D(2026, 6, 18), D(2026, 6, 22)),
        (
            replace(CALENDAR, length=Length(days=17, unit="calendar"), extension=Extending(1, "working")),
            D(2026, 6, 18), D(2026, 6, 22),
        ),
        (
            replace(CALENDAR, length=Length(days=17, unit="calendar"), extension=Extending(2, "working")),
            D(2026, 6, 18), D(2026, 6, 23),
        ),
    ],
)  # fmt: skip
def test_so_many_days_more(rule: Rule, plainly: dt.date, longer: dt.date) -> None:
    assert (ends(rule), ends(rule, TOLD)) == (plainly, longer)


@pytest.mark.parametrize("days, longer", [(None, 11), (0, 8), (1, 9), (2, 10)])
def test_the_extension_says_how_long_or_the_rule_does(days: int | None, longer: int) -> None:
    assert ends(WORKING, replace(TOLD, days=days)) == D(2026, 6, longer)


@pytest.mark.parametrize("until, longer", [(D(2026, 6, 7), 8), (D(2026, 6, 8), 8), (D(2026, 6, 9), 9)])
def test_until_a_day_never_makes_it_shorter(until: dt.date, longer: int) -> None:
    found = count(WORKING, START, DAYS, (), [replace(TOLD, until=until)])
    assert found == End(D(2026, 6, longer), notes=(f"延长至 {until}",))


def test_the_days_more_of_another_unit_stand_still_too() -> None:
    rule = replace(MONTH, stops=Stops(grounds=("检验",)))
    halted = Stop(D(2026, 7, 2), D(2026, 7, 3), "检验", told=D(2026, 7, 2))
    # the month ends on 1 July, before the stop; of the three working days more, two stand still
    assert ends(rule, TOLD, stops=(halted,)) == D(2026, 7, 8)
    assert ends(rule, stops=(halted,)) == D(2026, 7, 1)


@pytest.mark.parametrize(("days", "first", "last", "ends_on"), [(1, 2, 2, 3), (1, 3, 3, 2), (2, 3, 3, 4), (2, 2, 3, 5)])
def test_a_day_that_stands_still_puts_the_end_off_by_one(days: int, first: int, last: int, ends_on: int) -> None:
    rule = replace(CALENDAR, length=Length(days=days, unit="calendar"), stops=Stops(grounds=("检验",)))
    halted = Stop(D(2026, 6, first), D(2026, 6, last), "检验", told=D(2026, 6, first))
    assert ends(rule, stops=(halted,)) == D(2026, 6, ends_on)


@pytest.mark.parametrize("day, stands", [(D(2026, 6, 8), True), (D(2026, 6, 9), False)])
def test_a_term_that_stands_still_on_its_last_day_has_no_end_yet(day: dt.date, stands: bool) -> None:
    rule = replace(CALENDAR, stops=Stops(grounds=("检验",)))  # ends on 8 June
    open_stop = Stop(day, None, "检验", told=day)
    if not stands:
        assert ends(rule, stops=(open_stop,)) == D(2026, 6, 8)
        return
    with pytest.raises(Uncountable, match="2026-06-08 起中止"):
        ends(rule, stops=(open_stop,))


def test_an_end_in_a_year_without_its_holidays_says_so() -> None:
    found = count(CALENDAR, D(2026, 12, 28), DAYS)
    assert found.provisional
    assert [note for note in found.notes if "2027" in note]


def test_an_extension_is_said_beside_the_end() -> None:
    assert count(CALENDAR, START, DAYS, (), [TOLD]).notes == ("延长 3 日",)


def test_a_term_without_a_length_says_which() -> None:
    with pytest.raises(Uncountable, match="^期限 x 尚未填写长度。$"):
        count(Rule("x", Length()), START, DAYS)


@pytest.mark.parametrize(
    "ground, published, ends_on", [("实地核查", True, 10), ("实地核查", False, 8), ("检验", True, 8)]
)
def test_a_ground_of_a_guide_counts_where_the_guide_is_published(ground: str, published: bool, ends_on: int) -> None:
    rule = replace(CALENDAR, stops=Stops(grounds=(), published=("实地核查",)))
    halted = Stop(D(2026, 6, 2), D(2026, 6, 3), ground, told=D(2026, 6, 2), published=published)
    assert ends(rule, stops=(halted,)) == D(2026, 6, ends_on)


def test_a_term_that_ends_the_day_before_is_longer_by_whole_days() -> None:
    rule = replace(CALENDAR, day_before=True, extension=Extending(2, "working"))
    assert (ends(rule), ends(rule, TOLD)) == (D(2026, 6, 8), D(2026, 6, 10))  # the 7th is a Sunday


@pytest.mark.parametrize(
    "rule, extension, words",
    [
        (replace(WORKING, extension=None), TOLD, "该期限不得延长"),
        (replace(WORKING, extension=Extending(None)), TOLD, "延长未写明天数，不予计算"),
        (replace(WORKING, extension=Extending(3, by=("head",))), replace(TOLD, by="clerk"), "延长未经负责人批准，无效"),
        (
            WORKING, replace(TOLD, approved=D(2026, 6, 9)),
            "延长于 2026-06-09 批准，晚于期限届满日 2026-06-08，无效",
        ),
        (
            replace(WORKING, extension=Extending(3, told=True)), replace(TOLD, told=D(2026, 6, 9)),
            "延长未在 2026-06-08 前告知，无效",
        ),
        (
            replace(WORKING, extension=Extending(3, told=True)), replace(TOLD, told=None, not_told=True),
            "延长未在 2026-06-08 前告知，无效",
        ),
    ],
)  # fmt: skip
def test_what_is_void_changes_nothing_and_says_why(rule: Rule, extension: Extension, words: str) -> None:
    assert count(rule, START, DAYS, (), [extension]) == End(D(2026, 6, 8), notes=(words,))


@pytest.mark.parametrize(
    "rule, extension",
    [
        (replace(WORKING, extension=Extending(None)), replace(TOLD, days=1)),
        (replace(WORKING, extension=Extending(None)), replace(TOLD, until=D(2026, 6, 9))),
        (replace(WORKING, extension=Extending(1, by=("head",))), replace(TOLD, by="head")),
        (replace(WORKING, extension=Extending(1)), replace(TOLD, by="clerk")),  # whose rule asks nobody
        (replace(WORKING, extension=Extending(1)), replace(TOLD, approved=D(2026, 6, 8))),
        (replace(WORKING, extension=Extending(1, told=True)), replace(TOLD, told=D(2026, 6, 8))),
        (replace(WORKING, extension=Extending(1, told=True)), replace(TOLD, told=None)),  # nothing is said of it
        (replace(WORKING, extension=Extending(1)), replace(TOLD, told=D(2026, 6, 9))),  # need not be told
    ],
)
def test_the_last_case_that_has_an_effect(rule: Rule, extension: Extension) -> None:
    assert count(rule, START, DAYS, (), [extension]).day == D(2026, 6, 9)
