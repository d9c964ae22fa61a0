"""Counting terms: every row of both samples, each rule on both sides of its borders, and what always holds. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhuanmai.deadlines import table
from zhuanmai.deadlines.answers import answer
from zhuanmai.deadlines.counting import End, Uncountable, count
from zhuanmai.deadlines.events import Extension, Stop, Unreadable, read
from zhuanmai.deadlines.reminding import stage, to_remind
from zhuanmai.deadlines.rules import Rule, Rules
from zhuanmai.reference.calendar import Days, counted
from zhuanmai.reference.models import DeadlineTerm
from zhuanmai.reference.shipped import counting, term_columns

D = dt.date
FIXTURES = Path(__file__).parents[1] / "fixtures" / "terms"
RULES, DAYS = Rules.shipped(), Days()


def rows() -> list[Any]:
    """Every row of the samples: its id, what is asked, what must come out."""
    found = []
    for name in ("licensing", "procedure"):
        with (FIXTURES / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                wanted = (row["expected"], row.get("provisional", "no") == "yes")
                given = (row["term"], row["events"], row.get("kind") or "")
                found.append(pytest.param(*given, wanted, id=row.get("id") or row["case_id"]))
    return found


def due(term: str, events: Any, kind: str = "") -> str:
    """What a term comes to."""
    return answer(term, read(json.dumps(events)), RULES, DAYS, kind).due


@pytest.mark.parametrize("term, events, kind, wanted", rows())
def test_every_row_of_the_samples(term: str, events: str, kind: str, wanted: tuple[str, bool]) -> None:
    found = answer(term, read(events), RULES, DAYS, kind)
    assert (found.due, found.provisional) == wanted


@pytest.mark.parametrize(
    "term, events, wanted",
    [
        # moved over rest days, or not
        ("pay_fine", {"D37_received": "2026-05-07"}, "2026-05-22"),  # a Friday
        ("pay_fine", {"D37_received": "2026-05-08"}, "2026-05-25"),  # the 23rd is a Saturday
        ("pay_fine", {"D37_received": "2026-04-24"}, "2026-05-09"),  # a make-up Saturday is worked
        ("limitation", {"ended": "2024-03-01"}, "2026-03-01"),  # a Sunday: not extended (36)
        ("limitation", {"ended": "2024-02-29"}, "2026-02-28"),
        ("limitation", {"ended": "2024-03-01", "life_health": True, "harm": True}, "2029-03-01"),
        ("limitation", {"ended": "2024-03-01", "life_health": True, "harm": False}, "2026-03-01"),
        ("limitation", {"act": "2023-01-05", "ended": "2024-03-01"}, "2026-03-01"),
        ("bar", [{"event": "decided", "on": "2024-02-29", "years": 3}], "2027-02-28"),
        ("bar", [{"event": "decided", "on": "2024-05-02", "ground": "false_materials_within_1_year"}], "2025-05-02"),
        ("licence_term", [{"event": "valid_from", "on": "2021-03-01"}], "2026-02-28"),
        ("suspension_max", [{"event": "suspended", "on": "2026-03-01"}], "2027-02-28"),
        # a month without that day: its last day is the last (民法典 202)
        ("licence_term", [{"event": "valid_from", "on": "2024-02-29"}], "2029-02-28"),
        ("licence_term", [{"event": "valid_from", "on": "2024-02-28"}], "2029-02-27"),
        ("licence_term", [{"event": "valid_from", "on": "2024-03-01"}], "2029-02-28"),
        ("suspension_max", [{"event": "suspended", "on": "2024-02-29"}], "2025-02-28"),
        ("suspension_max", [{"event": "suspended", "on": "2023-02-28"}], "2024-02-27"),
        ("suspension_max", [{"event": "suspended", "on": "2023-03-01"}], "2024-02-29"),
        ("bar", [{"event": "revoked_for_fraud", "on": "2024-05-02"}], "2027-05-02"),
        ("pay_fine", {"D37_received": "2026-09-10", "deferred_to": "2026-12-10"}, "2026-12-10"),
        ("reconsideration_decides", {"accepted": "2026-03-02", "extended": True}, "2026-06-01"),
        ("reconsideration_decides", {"accepted": "2026-03-02", "extended": False}, "2026-05-06"),
        ("end_investigation", {"filed": "2026-02-24", "D23_approved": "2026-03-26", "days": 30}, "2026-04-27"),
        ("end_investigation", {"filed": "2026-02-24", "D23_approved": "2026-03-27", "days": 30}, "2026-03-26"),
        ("verify_clue", {"clue_received": "2025-04-24", "extended_days": 7}, "2025-05-16"),
        ("registered_goods", {"registered": "2026-10-09", "extended_days": 7}, "2026-10-19"),
        ("decision", {"filed": "2026-02-24", "transferred": "2026-03-10", "taken_back": "2026-04-10"}, "2026-06-25"),
        ("renewal_before", [{"event": "valid_to", "on": "2026-06-01"}], "2026-05-02"),  # a rest day, not moved
        # later lengths for other facts
        ("reconsideration_reply", {"copy_received": "2026-03-02"}, "2026-03-16"),
        ("reconsideration_reply", {"copy_received": "2026-03-02", "simple": True}, "2026-03-09"),
        ("appeal", {"judgment_served": "2026-03-02"}, "2026-03-17"),
        ("appeal", {"ruling_served": "2026-03-02"}, "2026-03-12"),
        ("court_rules", {"accepted": "2026-03-02", "article_58": True}, "2026-04-01"),
        # hours run on over nights and rest days
        ("oral_approval", {"oral_approval": "2026-05-01T23:30"}, "2026-05-02T23:30"),
        ("transfer_send", {"approved": "2026-03-06T10:00:30+08:00"}, "2026-03-07T10:00:30+08:00"),
        # the last of several postings; ownerless goods too
        ("service_by_notice", {"published": "2026-03-02", "posted": "2026-02-27"}, "2026-04-01"),
        ("court_execution", {"D37_received": "2026-01-12", "D50_served": "2026-03-10"}, "2026-03-25/2026-04-27"),
        ("court_execution", {"D37_received": "2026-01-12", "D50_served": "2026-01-15"}, "2026-03-14/2026-04-27"),
        (
            "court_execution",
            {"D37_received": "2026-01-12", "reconsideration_decision_received": "2026-05-12"},
            "2026-05-28/2026-08-27",
        ),
        ("court_execution", {"D37_received": "2026-01-12", "deferred_to": "2026-04-20"}, "2026-04-21/2026-07-20"),
        ("lawsuit_after_reconsideration", {"reconsideration_accepted": "2026-03-02"}, "2026-05-21"),
    ],
)
def test_borders(term: str, events: Any, wanted: str) -> None:
    assert due(term, events) == wanted


STOP = {"event": "stop", "first": "2026-06-15", "last": "2026-06-24", "ground": "检测", "notice_served": "2026-06-15"}
JUNE = {"event": "accepted", "on": "2026-06-08"}


@pytest.mark.parametrize(
    "more, wanted",
    [
        ([], "2026-07-07"),
        ([STOP], "2026-07-16"),
        ([STOP, {**STOP, "first": "2026-06-18", "notice_served": "2026-06-18"}], "2026-07-16"),  # overlapping: once
        ([{**STOP, "notice_served": "2026-06-17"}], "2026-07-14"),  # counts from the day on which it was told
        ([{**STOP, "notice_served": ""}], "2026-07-07"),  # never told
        ([{**STOP, "notice_served": "2026-06-25"}], "2026-07-07"),  # told after it was over
        ([{**STOP, "ground": "实地核查"}], "2026-07-07"),  # not a ground of article 45
        ([{"event": "extension", "on": "2026-07-07", "by": "head"}], "2026-07-21"),
        ([{"event": "extension", "on": "2026-07-08", "by": "head"}], "2026-07-07"),  # a day late: void
        ([{"event": "extension", "approved": "2026-07-06", "told": "2026-07-08"}], "2026-07-07"),
        ([{"event": "extension", "on": "2026-07-06", "told": False}], "2026-07-07"),
        ([{"event": "extension", "on": "2026-07-06", "by": "clerk"}], "2026-07-07"),
        ([STOP, {"event": "extension", "on": "2026-07-16"}], "2026-07-30"),
        ([{"event": "valid_to", "on": "2026-06-30"}], "2026-06-30"),  # a renewal never after the validity
    ],
)
def test_stops_and_extensions_of_a_licence(more: list[Any], wanted: str) -> None:
    assert due("licence_decision", [JUNE, *more]) == wanted


def test_a_site_check_stops_the_promise_only_where_a_guide_publishes_it() -> None:
    check = {**STOP, "ground": "实地核查", "published": True}
    assert due("licence_decision_retail_promise", [JUNE, check]) == "2026-06-30"
    assert due("licence_decision_retail_promise", [JUNE, {**check, "published": False}]) == "2026-06-18"
    assert due("licence_decision", [JUNE, check]) == "2026-07-07"


@pytest.mark.parametrize(
    "events, wanted",
    [
        ([("accepted", "2026-04-09")], "2026-05-11"),  # on the fifth day
        ([("accepted", "2026-04-10")], "2026-04-30"),  # late: as of the receipt
        ([("supplement_notice", "2026-04-09"), ("supplement_complete", "2026-04-20")], "2026-05-20"),
        ([("supplement_notice", "2026-04-10"), ("supplement_complete", "2026-04-20")], "2026-04-30"),
        ([], "2026-04-30"),
    ],
)
def test_acceptance_by_silence(events: list[tuple[str, str]], wanted: str) -> None:
    told = [{"event": name, "on": on} for name, on in [("received", "2026-04-01"), *events]]
    assert due("licence_decision", told) == wanted


@pytest.mark.parametrize(
    "received, more, wanted",
    [
        ("2026-02-18", {}, "renewed from 2026-03-21"),  # the 30th day before
        ("2026-02-19", {}, "not renewed"),
        ("2026-02-18", {"decided": "2026-03-20"}, "not renewed"),
        ("2026-02-18", {"decided": "2026-03-21"}, "renewed from 2026-03-21"),
    ],
)
def test_renewal_by_silence(received: str, more: dict[str, str], wanted: str) -> None:
    assert due("tacit_renewal", {"renewal_received_complete": received, "valid_to": "2026-03-20", **more}) == wanted


@pytest.mark.parametrize(
    "term, events, kind, wanted",
    [
        ("statement_defence", {"D28_served": "2026-03-02"}, "last_day", "2026-03-05"),
        ("statement_defence", {"D28_served": "2026-03-02"}, "first_day", "2026-03-06"),
        ("statement_defence", {"D28_served": "2026-03-02", "defence_waived": "2026-03-03"}, "first_day", "2026-03-03"),
        ("hearing_request", {"D30_served": "2026-03-02", "defence_waived": "2026-03-03"}, "first_day", "2026-03-10"),
        ("statement_defence", {"D28_served": "2026-03-02", "decided": "2026-03-05"}, "yes_no", "no"),
        ("statement_defence", {"D28_served": "2026-03-02", "decided": "2026-03-06"}, "yes_no", "yes"),
        ("hearing_notice", {"hearing": "2026-05-13", "D31_served": "2026-04-30"}, "yes_no", "yes"),
        ("hearing_notice", {"hearing": "2026-05-13", "D31_served": "2026-05-06"}, "yes_no", "no"),
        ("limitation", {"ended": "2024-03-01", "discovered": "2026-03-01"}, "yes_no", "yes"),
        ("limitation", {"ended": "2024-03-01", "discovered": "2026-03-02"}, "yes_no", "no"),
        ("oral_approval", {"oral_approval": "2026-05-01T10:00", "made_up": "2026-05-02T10:00"}, "yes_no", "yes"),
        ("oral_approval", {"oral_approval": "2026-05-01T10:00", "made_up": "2026-05-02T10:01"}, "yes_no", "no"),
        ("court_execution", {"D37_received": "2026-01-12"}, "last_day", "2026-04-27"),
        ("court_execution", {"D37_received": "2026-01-12"}, "first_day", "2026-03-14"),
        ("court_execution_open", {"D37_received": "2026-01-12"}, "first_day", "2026-03-14"),
    ],
)
def test_what_is_asked(term: str, events: dict[str, str], kind: str, wanted: str) -> None:
    assert due(term, events, kind) == wanted


FINE = {"fine": "3000.00", "last_day": "2026-09-28"}


@pytest.mark.parametrize(
    "more, wanted",
    [
        ({"paid": "2026-09-28"}, "0.00"),
        ({"paid": "2026-09-29"}, "90.00"),
        ({"paid": "2026-10-31"}, "2970.00"),
        ({"paid": "2026-11-01"}, "3000.00"),
        ({"paid": "2027-03-01"}, "3000.00"),  # never more than the fine
        ({"fine": "333.33", "paid": "2026-09-29"}, "10.00"),
        (
            {
                "reconsideration_accepted": "2026-10-01",
                "reconsideration_decision_received": "2026-10-05",
                "paid": "2026-10-06",
            },
            "270.00",
        ),
        ({"reconsideration": ["2026-10-01", "2026-10-05"], "paid": "2026-10-06"}, "270.00"),
        ({"pauses": [["2026-10-01", "2026-10-03"], ["2026-10-03", "2026-10-05"]], "paid": "2026-10-06"}, "270.00"),
        ({"suit": {"accepted": "2026-10-01", "ended": "2026-10-05"}, "paid": "2026-10-06"}, "270.00"),
        ({"payments": [{"on": "2026-09-29", "amount": "1000"}, {"on": "2026-09-30", "amount": "2000"}]}, "150.00"),
    ],
)
def test_additional_fine(more: dict[str, Any], wanted: str) -> None:
    assert due("additional_fine", {**FINE, **more}, "amount") == wanted


@pytest.mark.parametrize(
    "term, events, kind, said",
    [
        ("no_such_term", {"filed": "2026-01-01"}, "", "没有代码"),
        ("pay_fine", {"filed": "2026-01-01"}, "", "起算的事件"),  # another term's event begins nothing
        ("pay_fine", {"some_day": "2026-01-01", "other_day": "2026-01-02"}, "", "起算的事件"),
        ("transfer_send", {"approved": "2026-03-06"}, "", "起算的时刻"),
        ("decision", {"filed": "2026-01-01"}, "some_kind", "不认识的 kind"),
        ("licence_decision", [JUNE, {**STOP, "last": None}], "", "尚未恢复"),
        (
            "licence_decision",
            [{"event": "received", "on": "2026-04-01"}, {"event": "supplement_notice", "on": "2026-04-02"}],
            "",
            "尚未收齐",
        ),
        ("instalment", {"filed": "2026-01-01"}, "", "尚未填写|起算"),
        ("tacit_renewal", {"valid_to": "2026-03-20"}, "", "有效期届满日"),
        (
            "tacit_renewal",
            {"received": "2026-02-10", "valid_to": "2026-03-20", "no_decision_until": "2026-03-20"},
            "",
            "尚未届满",
        ),
        ("bar", {"decided": "2026-03-20"}, "", "受限年数"),
        ("additional_fine", FINE, "", "缴款日"),
        ("limitation", {"ended": "2024-03-01"}, "yes_no", "没有可与期限比较"),
    ],
)
def test_what_does_not_suffice_is_said(term: str, events: Any, kind: str, said: str) -> None:
    with pytest.raises(Uncountable, match=said):
        due(term, events, kind)


@pytest.mark.parametrize("text", ["", "[1]", '"x"', '{"filed": "2026-02-30"}', "{", '[{"on": "2026-01-01"}]'])
def test_events_of_another_form_are_said(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


def test_an_event_whose_name_nobody_knows_begins_a_term_if_it_is_the_only_one() -> None:
    assert due("pay_fine", {"penalty_paper_handed_over": "2026-05-07"}) == "2026-05-22"


def test_years_not_yet_announced_are_provisional() -> None:
    found = answer("registered_goods", read('{"registered": "2026-12-28"}'), RULES, DAYS)
    assert (found.due, found.provisional) == ("2027-01-06", True)
    assert not answer("bar", read('{"decided": "2025-01-02", "years": 2}'), RULES, DAYS).provisional


@pytest.mark.parametrize(
    "left, lapses, wanted",
    [(3, False, None), (2, False, 2), (1, False, 2), (0, False, 0), (-1, False, -1), (-9, False, -1)]
    + [(2, True, 2), (0, True, 0), (-1, True, None), (-9, True, None)],
)
def test_stages_of_a_reminder(left: int, lapses: bool, wanted: int | None) -> None:
    rule = RULES.by_code["reconsideration" if lapses else "decision"]
    assert stage(rule.reminders, left, lapses=lapses) == wanted


@pytest.mark.parametrize(
    "reached, before, wanted",
    [(None, None, False), (2, None, True), (2, 2, False), (0, 2, True), (2, 0, False), (-1, 0, True), (-1, -1, False)],
)
def test_nobody_is_reminded_twice_at_a_stage(reached: int | None, before: int | None, wanted: bool) -> None:
    assert to_remind(reached, before) is wanted


# What always holds.

KNOWN = st.dates(D(2025, 1, 1), D(2026, 8, 31))
FORWARD = sorted(
    code for code, rule in RULES.by_code.items() if rule.length.known and not rule.before and not rule.length.in_moments
)
PLAIN = [code for code in FORWARD if not RULES.by_code[code].day_before]


@given(st.sampled_from(PLAIN), KNOWN)
def test_no_term_ends_before_its_trigger(code: str, start: D) -> None:
    assert count(RULES.by_code[code], start, DAYS).day >= start


@given(st.sampled_from(FORWARD), KNOWN)
def test_the_reference_room_counts_alike(code: str, start: D) -> None:
    columns = next(row for row in term_columns() if row["code"] == code)
    row = DeadlineTerm(**columns, created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    found = counted(row, start, DAYS)
    assert (found.date, found.provisional) == (lambda end: (end.day, end.provisional))(count(Rule.of(row), start, DAYS))


@given(st.sampled_from(["licence_decision", "decision"]), KNOWN, st.lists(st.tuples(KNOWN, st.integers(0, 30))), KNOWN)
def test_one_more_stop_never_makes_it_earlier(code: str, start: D, spans: list[tuple[D, int]], more: D) -> None:
    rule = RULES.by_code[code]
    rule = Rule(**{**vars(rule), "stops": RULES.by_code["licence_decision"].stops})
    stops = [Stop(first, first + dt.timedelta(days=n), "检测", first) for first, n in spans]
    one = Stop(more, more + dt.timedelta(days=9), "鉴定", more)
    before, after = count(rule, start, DAYS, stops), count(rule, start, DAYS, [*stops, one])
    assert after.day >= before.day
    assert count(rule, start, DAYS, [one, *stops]) == after
    assert count(rule, start, DAYS, [*stops, one, one]) == after


@given(KNOWN, st.integers(-30, 30))
def test_an_extension_lengthens_or_changes_nothing(start: D, when: int) -> None:
    rule = RULES.by_code["licence_decision"]
    bare = count(rule, start, DAYS)
    day = bare.day + dt.timedelta(days=when)
    longer = count(rule, start, DAYS, (), [Extension(approved=day, told=day)])
    assert (longer.day > bare.day) == (when <= 0)
    assert when <= 0 or End(longer.day, longer.provisional) == End(bare.day, bare.provisional)


@given(KNOWN, KNOWN)
def test_a_later_trigger_never_ends_earlier(one: D, other: D) -> None:
    first, second = sorted((one, other))
    for code in ("pay_fine", "licence_decision", "court_execution", "limitation", "registered_goods"):
        assert count(RULES.by_code[code], first, DAYS).day <= count(RULES.by_code[code], second, DAYS).day


def test_every_term_says_how_it_is_counted() -> None:
    assert set(counting()) == set(RULES.by_code)
    for rule in RULES.by_code.values():
        assert rule.begins, rule.code
        assert rule.what, rule.code
        assert all(stage >= 0 for stage in rule.reminders) == rule.lapses, rule.code


# The table.

NAMES = st.sampled_from(
    sorted(RULES.names() | {"event", "on", "stop", "extension", "paid", "payments", "fine", "years"})
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**12), st.text(max_size=12), NAMES, st.dates().map(str),
    st.datetimes().map(dt.datetime.isoformat),
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=8
)


@given(
    st.sampled_from(sorted(RULES.by_code)), ANYTHING, st.sampled_from(["", "last_day", "first_day", "window", "yes_no"])
)
def test_no_row_breaks_the_table(code: str, events: Any, kind: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("id", "term", "events", "kind"), ("1", code, json.dumps(events), kind)])
    _, found = table.computed(out.getvalue(), RULES, DAYS)
    assert [row.id for row in found] == ["1"]
    assert bool(found[0].answer.due) != bool(found[0].why)


def test_a_table_keeps_its_id_column_and_the_order_of_its_columns_does_not_matter() -> None:
    text = 'events,other,id,term\r\n"{""filed"":""2026-02-24""}",x,B7,decision\r\n,,,\r\n"{}",x,B8,decision\r\n'
    id_column, found = table.computed(text, RULES, DAYS)
    assert table.written(id_column, found) == "id,due,provisional\nB7,2026-05-25,no\nB8,,no\n"
    assert [(row.line, bool(row.why)) for row in found] == [(2, False), (4, True)]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "id,term\n1,decision\n", "term,events\ndecision,{}\n"])
def test_a_file_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(table.NotThisForm):
        table.computed(text, RULES, DAYS)
