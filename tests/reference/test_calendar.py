"""Days are counted as the law counts them; a year whose holidays are not known makes a date provisional."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhuanmai.accounts.models import Officer
from zhuanmai.core.clock import SHANGHAI
from zhuanmai.core.errors import NotAllowed, NotFound, Refused
from zhuanmai.core.models import Event
from zhuanmai.ledger.models import Entry
from zhuanmai.reference import calendar, services
from zhuanmai.reference.calendar import Days
from zhuanmai.reference.models import DeadlineTerm

D = dt.date
known_days = st.dates(D(2010, 1, 1), D(2025, 6, 30))


@pytest.mark.parametrize(
    "day, count, due",
    [
        (D(2025, 9, 28), 7, D(2025, 10, 14)),  # a make-up Sunday, then National Day with make-up Saturday 11 October
        (D(2025, 10, 30), 7, D(2025, 11, 10)),
        (D(2025, 10, 31), 1, D(2025, 11, 3)),
        (D(2025, 10, 30), 0, D(2025, 10, 30)),
        (D(2025, 10, 30), -7, D(2025, 10, 21)),
    ],
)
def test_working_days(day: D, count: int, due: D) -> None:
    found = Days().add_working(day, count)
    assert (found.date, found.provisional) == (due, False)


@pytest.mark.parametrize(
    "day, days, months, due",
    [
        (D(2025, 10, 30), 90, 0, D(2026, 1, 28)),
        (D(2025, 10, 3), 15, 0, D(2025, 10, 20)),  # ends on a Saturday
        (D(2025, 9, 16), 15, 0, D(2025, 10, 9)),  # ends in the holidays
        (D(2025, 11, 30), 0, 3, D(2026, 2, 28)),  # the month's last day, a make-up Saturday
        (D(2024, 2, 29), 0, 24, D(2026, 2, 28)),
    ],
)
def test_calendar_days_and_months_end_on_a_working_day(day: D, days: int, months: int, due: D) -> None:
    assert Days().add_calendar(day, days=days, count_months=months).date == due


def test_an_unknown_year_is_provisional_until_it_is_entered() -> None:
    found = Days().add_working(D(2026, 12, 28), 7)
    assert (found.date, found.provisional, found.note) == (D(2027, 1, 6), True, "暂计：2027年放假安排未录入")
    entered = Days({D(2027, 1, 1): False, D(2027, 1, 2): True}, frozenset({2027}))
    assert entered.add_working(D(2026, 12, 28), 7) == calendar.Due(D(2027, 1, 6), False)
    one_day_set = Days({D(2027, 1, 1): False})
    assert one_day_set.add_working(D(2026, 12, 28), 7).provisional


@given(known_days, st.integers(1, 60))
def test_counting_forth_and_counting_agree(day: D, count: int) -> None:
    kept = Days()
    due = kept.add_working(day, count).date
    assert kept.is_working(due)
    assert kept.working_between(day, due) == count
    assert kept.add_working(day, count + 1).date > due


@given(known_days, st.integers(0, 120))
def test_a_calendar_period_is_never_shortened(day: D, count: int) -> None:
    due = Days().add_calendar(day, days=count).date
    assert due >= day + dt.timedelta(days=count)
    assert Days().is_working(due)


@pytest.mark.usefixtures("shipped")
def test_every_shipped_term_counts_or_says_what_is_missing() -> None:
    shipped = json.loads((Path(calendar.__file__).parent / "data" / "deadlines.json").read_text(encoding="utf-8"))
    codes = {row["code"] for area in ("penalty", "licensing", "credit", "hotline") for row in shipped[area]}
    assert set(DeadlineTerm.objects.values_list("code", flat=True)) == codes
    start = dt.datetime(2025, 10, 30, 9, 20, tzinfo=SHANGHAI)
    without_length = {"decision_extension", "bar", "penalty_publication"}
    on_the_day = {
        "filing_date", "court_execution_open", "instalment", "additional_fine", "service", "tacit_renewal", "respond",
        "on_scene", "order_12345",
    }  # fmt: skip
    for code in codes - without_length:
        due = calendar.deadline(code, start)
        assert due.what
        assert (due.date <= start.date()) == (code in on_the_day or _before(code)), code
    for code in without_length:
        with pytest.raises(NotFound, match="term_open"):
            calendar.deadline(code, start)
    with pytest.raises(NotFound, match="term_unknown"):
        calendar.deadline("no_such_term", start)


def _before(code: str) -> bool:
    return calendar.term(code).before


@pytest.mark.usefixtures("shipped")
def test_terms_of_the_on_site_case() -> None:
    moment = dt.datetime(2025, 10, 30, 9, 20, tzinfo=SHANGHAI)
    assert calendar.deadline("registered_goods", moment).date == D(2025, 11, 10)
    assert calendar.deadline("oral_approval", moment).at == moment + dt.timedelta(hours=24)
    assert calendar.deadline("decision", D(2025, 10, 30)).date == D(2026, 1, 28)
    assert calendar.deadline("hearing_notice", D(2025, 10, 30)).date == D(2025, 10, 21)
    assert calendar.deadline("limitation", D(2023, 10, 28)).date == D(2025, 10, 28)


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize(
    "code, day, last",
    [
        ("licence_term", D(2021, 3, 1), D(2026, 2, 28)),
        ("licence_term", D(2024, 2, 28), D(2029, 2, 27)),
        ("licence_term", D(2024, 2, 29), D(2029, 2, 28)),  # a month without that day: its last day (民法典 202)
        ("suspension_max", D(2024, 2, 29), D(2025, 2, 28)),
        ("suspension_max", D(2023, 3, 1), D(2024, 2, 29)),
    ],
)
def test_the_last_day_of_a_term_is_the_day_before(code: str, day: D, last: D) -> None:
    assert calendar.deadline(code, day).date == last


@pytest.mark.usefixtures("shipped")
def test_the_bureau_changes_what_is_not_statute(officer_with: Callable[[str], Officer]) -> None:
    editor = officer_with("reference_editor")
    given = {"unit": "working", "source": "本局规定", "certainty": "practice"}
    services.change_term(actor=editor, code="statement_defence", lengths={"days": 5}, **given)
    assert calendar.deadline("statement_defence", D(2025, 10, 30)).date == D(2025, 11, 6)
    entry = Entry.objects.get(kind="reference.term_changed")
    assert entry.facts["changes"] == "3日（工作日） → 5日（工作日）；依据 本局规定"
    assert Event.objects.filter(kind="reference.calendar_changed").exists()
    with pytest.raises(Refused, match="term_statute"):
        services.change_term(actor=editor, code="decision", lengths={"days": 100}, **given)
    with pytest.raises(NotAllowed):
        services.change_term(actor=officer_with("officer"), code="statement_defence", lengths={"days": 1}, **given)


@pytest.mark.usefixtures("shipped")
def test_entering_a_year_makes_its_dates_certain(officer_with: Callable[[str], Officer]) -> None:
    editor = officer_with("reference_editor")
    assert calendar.days().add_working(D(2026, 12, 31), 1).provisional
    services.enter_year(
        actor=editor, year=2027, rest=[D(2027, 1, 1), D(2027, 1, 4)], work=[D(2027, 1, 3)], source="国办发明电"
    )
    assert calendar.days().add_working(D(2026, 12, 31), 2) == calendar.Due(D(2027, 1, 5), False)
    assert not calendar.days().is_working(D(2027, 1, 4))
    assert calendar.working_days_between(D(2026, 12, 31), D(2027, 1, 5)) == 2
    services.set_day(actor=editor, day=D(2027, 1, 5), working=False, source="台风停工通知")
    assert calendar.days().add_working(D(2026, 12, 31), 2).date == D(2027, 1, 6)
    services.clear_day(actor=editor, day=D(2027, 1, 5))
    assert calendar.days().add_working(D(2026, 12, 31), 2).date == D(2027, 1, 5)
    assert Entry.objects.filter(kind="reference.day_set").count() == 2


@pytest.mark.parametrize(
    "rest, work, source, code",
    [
        ([D(2027, 1, 1)], [], "", "year_source"),
        ([], [], "x", "year_empty"),
        ([D(2028, 1, 1)], [], "x", "year_other"),
        ([D(2027, 1, 1)], [D(2027, 1, 1)], "x", "year_both"),
    ],
)
def test_a_year_entered_wrongly_is_refused(
    officer_with: Callable[[str], Officer], rest: list[D], work: list[D], source: str, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        services.enter_year(actor=officer_with("reference_editor"), year=2027, rest=rest, work=work, source=source)
