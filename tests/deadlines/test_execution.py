"""After a decision and around a licence: the additional fine, its last day, payments as they are told, bars, acceptance."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from zhuanmai.core.clock import SHANGHAI
from zhuanmai.deadlines.answers import answer
from zhuanmai.deadlines.counting import Uncountable, count
from zhuanmai.deadlines.events import read
from zhuanmai.deadlines.execution import additional_fine, open_end, window
from zhuanmai.deadlines.licences import barred_until
from zhuanmai.deadlines.rules import Rules
from zhuanmai.reference.calendar import Days

RULES, DAYS = Rules.shipped(), Days()
NAMED = {"fine": 1000, "last_day": "2026-05-22"}


def told(events: Any, kind: str = "", term: str = "additional_fine") -> str:
    """What a term comes to."""
    return answer(term, read(json.dumps(events)), RULES, DAYS, kind).due


@pytest.mark.parametrize(
    "events, sum_",
    [
        ({**NAMED, "paid": "2026-05-22"}, "0.00"),
        ({**NAMED, "paid": "2026-05-23"}, "30.00"),
        ({**NAMED, "paid": "2026-05-24"}, "60.00"),
        ({**NAMED, "paid": "2026-06-24"}, "990.00"),
        ({**NAMED, "paid": "2026-06-25"}, "1000.00"),  # never more than the fine
        ({**NAMED, "paid": "2027-05-25"}, "1000.00"),
        ({"amount": 1000, "last_day": "2026-05-22", "paid": "2026-05-23"}, "30.00"),
        ({"fine": "0.5", "last_day": "2026-05-22", "paid": "2026-05-23"}, "0.02"),  # half a cent up
        ({"fine": "1.50", "last_day": "2026-05-22", "paid": "2026-05-23"}, "0.05"),  # not to the even cent
        ({"fine": "0.16", "last_day": "2026-05-22", "paid": "2026-05-23"}, "0.00"),
        ({"fine": "0.17", "last_day": "2026-05-22", "paid": "2026-05-23"}, "0.01"),
        ({"fine": 0, "last_day": "2026-05-22", "paid": "2026-05-24"}, "0.00"),
        # until when it is counted where nothing, or not all, is paid
        *(({**NAMED, until: "2026-05-24"}, "60.00") for until in ("until", "counted_to", "on", "as_of", "today")),
        ({**NAMED, "until": "2026-05-24", "payments": [["2026-05-23", 500]]}, "45.00"),
        ({**NAMED, "until": "2026-05-25", "payments": [["2026-05-23", 999]]}, "30.06"),
        ({**NAMED, "until": "2026-05-25", "payments": [["2026-05-23", 1001]]}, "30.00"),
        ({**NAMED, "payments": [["2026-05-24", 400], ["2026-05-23", 600]]}, "42.00"),
        # the last day: told, or fifteen days from when the decision was received
        *(
            ({"fine": 1000, last: "2026-05-22", "until": "2026-05-24"}, "60.00")
            for last in ("deferred_to", "deferred_until", "last_day", "pay_by", "due", "instalment_due")
        ),
        ({"fine": 1000, "D37_received": "2026-05-07", "until": "2026-05-23"}, "30.00"),
        ({"fine": 1000, "D37_received": "2026-05-08", "until": "2026-05-25"}, "0.00"),  # moved over a weekend
        # payments as they are told
        *(
            ({**NAMED, "until": "2026-05-24", parts: [{day: "2026-05-23", "amount": 500}]}, "45.00")
            for parts in ("payments", "part_paid", "part_payments")
            for day in ("on", "date")
        ),
        ({**NAMED, "until": "2026-05-24", "payments": [{"on": "2026-05-23T10:00", "amount": "500"}]}, "45.00"),
        *(
            ([{"event": "due", "on": "2026-05-22", "fine": 1000}, {"event": "until", "on": "2026-05-24"},
              {"event": paid, "on": "2026-05-23", sum_name: 500}], "45.00")
            for paid in ("paid", "payment", "part_payment")
            for sum_name in ("amount", "sum")
        ),
        ([{"event": "due", "on": "2026-05-22", "fine": 1000}, {"event": "paid", "on": "2026-05-24"}], "60.00"),
        ({**NAMED, "paid": "2026-05-23", "until": "2026-05-25"}, "30.00"),  # paid in full: counted to the day of payment
    ],
)  # fmt: skip
def test_the_additional_fine_to_the_cent(events: Any, sum_: str) -> None:
    assert told(events, "amount") == sum_


def test_a_last_day_in_a_year_without_a_holiday_notice_is_provisional() -> None:
    events = read(json.dumps({"fine": 1000, "D37_received": "2029-09-20", "until": "2029-10-20"}))
    assert additional_fine(events, RULES, DAYS)[1] is True
    named = read(json.dumps({"fine": 1000, "last_day": "2029-10-05", "until": "2029-10-20"}))
    assert additional_fine(named, RULES, DAYS)[1] is False


@pytest.mark.parametrize(
    "events, refusal",
    [
        ({**NAMED}, "须给出缴款日（paid）或计算至哪一日（until）。"),
        ({**NAMED, "payments": []}, "须给出缴款日（paid）或计算至哪一日（until）。"),
        ({**NAMED, "fine": "很多", "paid": "2026-05-23"}, "fine 不是金额：很多。"),
        ({**NAMED, "fine": -1, "paid": "2026-05-23"}, "fine 不是金额：-1。"),
        ({**NAMED, "fine": "Infinity", "paid": "2026-05-23"}, "fine 不是金额：Infinity。"),
        ({"last_day": "2026-05-22", "paid": "2026-05-23"}, "fine 不是金额：None。"),
        ({**NAMED, "payments": [["2026-05-23", "x"]]}, "payments 不是金额：x。"),
        ({**NAMED, "payments": [{"amount": 5}]}, "分次缴款须给出日期和金额。"),
        ([{"event": "due", "on": "2026-05-22", "fine": 9}, {"event": "paid", "on": "2026-05-23", "amount": "x"}],
         "paid 不是金额：x。"),
        ({"fine": 1000, "paid": "2026-05-23"}, "须给出处罚决定书送达之日（D37_received）。"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_says_what_is_missing(events: Any, refusal: str) -> None:
    with pytest.raises(Uncountable, match="^" + refusal.replace("（", r"（").replace("-", r"\-") + "$"):
        additional_fine(read(json.dumps(events)), RULES, DAYS)


def test_a_rule_that_is_not_known_is_named() -> None:
    events = read(json.dumps({"fine": 1000, "D37_received": "2026-05-07", "until": "2026-05-23"}))
    with pytest.raises(Uncountable, match=r"^缺少期限 pay_fine。$"):
        additional_fine(events, Rules({}), DAYS)


@pytest.mark.parametrize(
    "events, day",
    [
        # the window opens after the later remedy has run out, or ten working days after the reminder
        ({"D37_received": "2026-01-05"}, "2026-03-07"),
        ({"D37_received": "2026-01-05", "reconsideration_decision_received": "2026-04-01"}, "2026-04-17"),
        ({"D37_received": "2026-01-05", "reconsideration_decision_served": "2026-04-01"}, "2026-04-17"),
        # a reconsideration accepted and not decided: sixty days, and fifteen to sue
        ({"D37_received": "2026-01-05", "reconsideration_accepted": "2026-01-06"}, "2026-03-25"),
        ({"D37_received": "2026-01-05", "D50_served": "2026-04-01"}, "2026-04-17"),
        ({"D37_received": "2026-01-05", "D50_received": "2026-04-01"}, "2026-04-17"),
        ({"D37_received": "2026-01-05", "reminder_served": "2026-04-01"}, "2026-04-17"),
        ({"D37_received": "2026-01-05", "D50_served": "2026-01-06"}, "2026-03-07"),
        *(
            ({"D37_received": "2026-01-05", deferred: "2026-06-30"}, "2026-07-01")
            for deferred in ("deferred_to", "deferral_end", "deferred_until", "last_instalment", "instalments_end")
        ),
    ],
)
def test_the_first_day_on_which_the_court_may_be_asked(events: Any, day: str) -> None:
    assert told(events, "first_day", "court_execution") == day


@pytest.mark.parametrize(
    "events, day",
    [
        ([{"event": "decided", "on": "2024-05-02", "years": 2}], "2026-05-02"),
        ([{"event": "decided", "on": "2024-05-02", "bar_years": "2"}], "2026-05-02"),
        *(
            ([{"event": "decided", "on": "2024-05-02", ground: "false_materials"}], "2025-05-02")
            for ground in ("ground", "reason", "code")
        ),
    ],
)
def test_how_long_somebody_is_barred(events: Any, day: str) -> None:
    assert told(events, "", "bar") == day


@pytest.mark.parametrize("years", ["", "two", None, "-1"])
def test_a_bar_without_a_length_asks_for_it(years: Any) -> None:
    events = read(json.dumps([{"event": "decided", "on": "2024-05-02", "years": years}]))
    with pytest.raises(Uncountable, match=r"^须给出受限年数（years），或法定情形的代码（ground）。$"):
        barred_until(RULES.by_code["bar"], events, dt.date(2024, 5, 2), DAYS)


def explained(events: Any, term: str = "licence_decision") -> tuple[str, str]:
    """What a term comes to, and what is said beside it."""
    found = answer(term, read(json.dumps(events)), RULES, DAYS)
    return found.due, "；".join(found.notes)


@pytest.mark.parametrize(
    "events, due, reason",
    [
        ({"accepted": "2026-06-08"}, "2026-07-07", ""),
        ({"received": "2026-06-08", "accepted": "2026-06-15"}, "2026-07-14", ""),  # the fifth working day
        ({"received": "2026-06-08", "accepted": "2026-06-16"}, "2026-07-07",
         "未在 2026-06-15 前告知补正，自收到之日起视为受理"),
        ({"received": "2026-06-08"}, "2026-07-07", "未在 2026-06-15 前告知补正，自收到之日起视为受理"),
        ({"received": "2026-06-08", "supplement_notice": "2026-06-16", "supplement_complete": "2026-06-17"},
         "2026-07-07", "补正告知晚于 2026-06-15，自收到之日起视为受理"),
        ({"received": "2026-06-08", "supplement_notice": "2026-06-15", "supplement_complete": "2026-06-17"},
         "2026-07-16", "自补正材料收齐之日受理"),
        ({"received": "2026-06-08", "supplement_notice": "2026-06-15", "accepted": "2026-06-17"},
         "2026-07-16", "自补正材料收齐之日受理"),
    ],
)  # fmt: skip
def test_as_of_when_an_application_is_accepted_and_why(events: Any, due: str, reason: str) -> None:
    assert explained(events) == (due, reason)


def test_what_was_asked_for_and_is_not_in_keeps_the_term_from_beginning() -> None:
    events = {"received": "2026-06-08", "supplement_notice": "2026-06-15"}
    with pytest.raises(Uncountable, match=r"^补正材料尚未收齐，期限尚未起算。$"):
        explained(events)


@pytest.mark.parametrize(
    "valid_to, due, said",
    [("2026-06-11", "2026-06-11", True), ("2026-07-06", "2026-07-06", True), ("2026-07-07", "2026-07-07", False),
     ("2026-07-08", "2026-07-07", False)],
)  # fmt: skip
def test_a_renewal_is_decided_before_the_licence_ends(valid_to: str, due: str, said: bool) -> None:
    found, reason = explained({"accepted": "2026-06-08", "valid_to": valid_to})
    assert found == due
    assert ("延续须在有效期届满前决定" in reason) is said


@pytest.mark.parametrize(
    "hours, minutes, moment",
    [(24, None, "2026-03-07T09:30:00+08:00"), (None, 30, "2026-03-06T10:00:00+08:00"),
     (15, 0, "2026-03-07T00:30:00+08:00"), (14, 29, "2026-03-06T23:59:00+08:00")],
)  # fmt: skip
def test_a_term_in_hours_runs_from_the_moment(hours: int | None, minutes: int | None, moment: str) -> None:
    rule = RULES.by_code["oral_approval"].with_length(hours=hours, minutes=minutes)
    start = dt.datetime(2026, 3, 6, 9, 30, tzinfo=SHANGHAI)
    found = count(rule, start, DAYS)
    assert found.at is not None
    assert (found.at.isoformat(), found.day.isoformat()) == (moment, moment[:10])
    with pytest.raises(Uncountable, match=r"^该期限按小时计算，须给出起算的时刻。$"):
        count(rule, start.date(), DAYS)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, "2026-07-06"),  # 60 days to ask for a reconsideration, of which the last is a Saturday
        *(
            ({received: "2026-06-01"}, "2026-06-16")  # 15 days to sue after what the reconsideration decided
            for received in RULES.get("lawsuit_after_reconsideration").begins
        ),
    ],
)
def test_after_a_reconsideration_only_the_time_to_sue_is_waited_for(more: dict[str, str], wanted: str) -> None:
    events = read(json.dumps({"D37_received": "2026-05-05", **more}))
    assert open_end(events, RULES, DAYS).day.isoformat() == wanted


def test_a_decision_on_the_spot_begins_both_terms_too() -> None:
    assert open_end(read(json.dumps({"D36_received": "2026-05-05"})), RULES, DAYS).day.isoformat() == "2026-07-06"


@pytest.mark.parametrize(("served", "provisional"), [("2026-05-05", False), ("2026-11-02", True)])
def test_a_window_into_a_year_without_its_holidays_says_so(served: str, provisional: bool) -> None:
    _, end = window(RULES.by_code["court_execution"], read(json.dumps({"D37_received": served})), RULES, DAYS)
    assert (end.provisional, bool([note for note in end.notes if "2027" in note])) == (provisional, provisional)
