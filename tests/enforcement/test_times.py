"""Each time that an operation brings and a paper may print has both bounds: a table, and the same through operations."""

from __future__ import annotations

import datetime as dt
import typing
from typing import Any

import pytest
from pydantic import BaseModel

from tests.enforcement.conftest import Bureau, TabletClient
from tests.enforcement.desk import RED, Scene, scene
from zhuanmai.approvals.models import OralApproval
from zhuanmai.core.clock import SHANGHAI, now, today
from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.models import Case as CaseRow
from zhuanmai.enforcement.models import EvidenceCopy, ItemLine, Photo, Sample
from zhuanmai.enforcement.operations import CASES
from zhuanmai.enforcement.operations.times import LIMITS, Case, Since, check
from zhuanmai.fieldlog.payloads import Day, Moment

OPENED = dt.datetime(2025, 10, 30, 9, 12, 40, tzinfo=SHANGHAI)
NOW = dt.datetime(2025, 10, 30, 11, 40, tzinfo=SHANGHAI)
CASE = Case(OPENED, None, NOW)
ONE = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)
MINUTES = dt.timedelta(minutes=10)
EARLIEST = {
    Since.VISIT: OPENED.replace(second=0),
    Since.OPENING: OPENED - 7 * DAY,
    Since.CLUE: OPENED - 731 * DAY,
    Since.SENT: NOW - 30 * DAY,
}
DAYS = {
    "correction.until": (dt.date(2025, 10, 30), dt.date(2026, 10, 31)),
    "party.born_on": (dt.date(1900, 1, 1), dt.date(2025, 10, 30)),
}
NOT_BOUND = {"party.licence_valid_to": "the end of a licence lies in the past or to come, as it is printed"}
NAMES = {"case.open.clue.received_at": "clue.received_at", "case.open.report.at": "report.at",
         "inspection.set.clue.received_at": "clue.received_at", "inspection.set.report.at": "report.at"}  # fmt: skip


def code_of(name: str, moment: Any, case: Case = CASE) -> str:
    """The code of a refusal, empty where there is none."""
    try:
        check(name, moment, case)
    except Refused as refusal:
        named = refusal.field == name and LIMITS[name].words in refusal.detail
        return refusal.code if named else str(refusal)
    return ""


@pytest.mark.parametrize("name", sorted(set(LIMITS) - set(DAYS)))
def test_a_moment_lies_between_both_bounds(name: str) -> None:
    earliest, latest = EARLIEST[LIMITS[name].since], NOW + MINUTES
    found = [code_of(name, one) for one in (earliest - ONE, earliest, NOW, latest, latest + ONE, None)]
    assert found == ["too_early", "", "", "", "future", ""]
    assert code_of(name, dt.datetime(1999, 1, 1, tzinfo=SHANGHAI)) == "too_early"


@pytest.mark.parametrize(
    ("name", "moment", "words"),
    [
        (
            "questioning.began_at",
            OPENED - DAY,
            "询问开始时间不能早于检查开始（2025-10-30 09:12）；请核对，检查开始时间有误的先更正该时间。",
        ),
        ("clue.received_at", OPENED - 800 * DAY, "线索收到时间不能早于立卷前 2 年；请核对。"),
        ("case.opened_at", NOW - 31 * DAY, "平板上开始检查的时间不能早于上传前 30 天；请核对。"),
        ("party.born_on", dt.date(1899, 12, 31), "出生日期不能早于1900 年；请核对。"),
        ("photo.taken_at", NOW + DAY, "拍摄时间不能晚于现在；请核对日期和时间。"),
        ("party.born_on", dt.date(2025, 10, 31), "出生日期不能晚于现在；请核对日期和时间。"),
        ("correction.until", dt.date(2026, 11, 1), "责令改正的期限不能晚于2026-10-31；请核对日期和时间。"),
    ],
)
def test_a_refusal_says_the_bound_and_what_to_do(name: str, moment: Any, words: str) -> None:
    for field in (None, "own"):
        with pytest.raises(Refused) as refused:
            check(name, moment, CASE, field=field)
        assert (refused.value.detail, refused.value.field) == (words, field or name)


@pytest.mark.parametrize("name", sorted(DAYS))
def test_a_day_lies_between_both_bounds(name: str) -> None:
    earliest, latest = DAYS[name]
    found = [code_of(name, one) for one in (earliest - DAY, earliest, latest, latest + DAY)]
    assert found == ["too_early", "", "", "future"]


@pytest.mark.parametrize("earlier, visit", [(None, 0), (dt.timedelta(hours=2), 2), (-dt.timedelta(minutes=30), 0)])
def test_a_visit_begins_when_it_is_said_to_or_when_the_case_was_opened(
    earlier: dt.timedelta | None, visit: int
) -> None:
    case = Case(OPENED, OPENED - earlier if earlier is not None else None, NOW)
    began = OPENED.replace(second=0) - dt.timedelta(hours=visit)
    assert case.visit == began
    assert code_of("oral_approval.at", began - ONE, case) == "too_early"
    assert code_of("oral_approval.at", began, case) == ""
    assert [case.within(one) for one in (began - DAY, OPENED, NOW + ONE)] == [began, OPENED, NOW]


def moments(shape: type[BaseModel], path: str) -> list[str]:
    """The paths of all moments and days of a payload, those of its parts too."""
    found: list[str] = []
    for name, hint in typing.get_type_hints(shape, include_extras=True).items():
        inner = [one for one in (hint, *typing.get_args(hint)) if isinstance(one, type) and issubclass(one, BaseModel)]
        found += [path_ for one in inner for path_ in moments(one, f"{path}.{name}")]
        if hint in (Moment, Day):
            found.append(f"{path}.{name}")
    return found


def test_every_time_that_an_operation_takes_is_in_the_table() -> None:
    brought = {one for kind in CASES.operations() for one in moments(CASES.shape(kind), kind)}
    bound = {NAMES.get(one) or ".".join((one.split(".")[0], one.split(".")[-1])) for one in brought}
    assert bound - set(NOT_BOUND) == set(LIMITS) - {"case.opened_at"}
    assert set(NOT_BOUND) < bound


LONG_AGO, TO_COME = "1999-01-01T00:00:00+08:00", dt.timedelta(hours=2)


def asked(tablet: TabletClient, found: dict[str, str], at: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Each operation that brings a time, by what is brought."""
    day = at[:10]
    questioning = {"questioning_id": str(new_id()), "began_at": None, "ended_at": None, "rights_told_at": None}
    return {
        **{
            f"inspection.{name}": ("inspection.set", {name: at})
            for name in ("began_at", "ended_at", "certificates_shown_at")
        },
        **{
            f"questioning.{name}": ("questioning.set", {**questioning, name: at})
            for name in ("began_at", "ended_at", "rights_told_at")
        },
        "clue.received_at": ("inspection.set", {"clue": {"received_at": at}}),
        "report.at": ("inspection.set", {"report": {"at": at}}),
        "photo.taken_at": ("photo.add", {"photo_id": str(new_id()), "taken_at": at}),
        "evidence.at": ("evidence.set", {"evidence_id": str(new_id()), "at": at}),
        "oral_approval.at": ("oral_approval.record", {"by_officer_id": found["wu"], "at": at, "reason": "急"}),
        "correction.until": ("correction.set", {"what": "停止", "until": day}),
        "party.born_on": ("party.set", {"party_id": str(new_id()), "kind": "unknown", "born_on": day}),
    }


@pytest.mark.django_db
def test_no_operation_brings_a_time_out_of_its_bounds(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    ids = {"wu": str(bureau["wu"].pk)}
    early = asked(tablet, ids, LONG_AGO)
    assert set(early) == set(LIMITS) - {"case.opened_at"}
    for name, (kind, payload) in early.items():
        result = tablet.do(kind, **payload)
        if name != "party.born_on":
            assert (result.status, result.code) == ("refused", "too_early"), name
    late = asked(tablet, ids, (now() + TO_COME).astimezone(SHANGHAI).isoformat())
    late["correction.until"] = ("correction.set", {"what": "停止", "until": f"{today().year + 2}-01-01"})
    late["party.born_on"] = ("party.set", {**late["party.born_on"][1], "born_on": f"{today() + DAY}"})
    for name, (kind, payload) in late.items():
        result = tablet.do(kind, **payload)
        assert (result.status, result.code) == ("refused", "future"), name
    assert not OralApproval.objects.exists()


@pytest.mark.django_db
def test_a_tablet_with_a_wrong_clock_opens_no_old_case_and_prints_no_old_time(bureau: Bureau) -> None:
    long_ago = dt.datetime.fromisoformat(LONG_AGO)
    opening = TabletClient(bureau["jia"], new_id()).do("case.open", long_ago, **bureau.opening())
    assert (opening.status, opening.code, opening.field) == ("refused", "too_early", "at")
    payload = bureau.opening() | {"clue": {"received_at": LONG_AGO}}
    assert TabletClient(bureau["jia"], new_id()).do("case.open", **payload).code == "too_early"
    ahead = TabletClient(bureau["jia"], new_id())
    ahead.done("case.open", now() + dt.timedelta(days=3), **bureau.opening())
    case = CaseRow.objects.get(pk=ahead.case_id)
    assert case.opened_at <= now()
    for at in (long_ago, now() + dt.timedelta(days=400)):
        ahead.done("scan", at, barcode=RED)
        ahead.done("sample.set", at, line_id=ahead.line_id(RED), base=1, cartons=1)
        ahead.done("photo.add", at, photo_id=str(new_id()))
        ahead.done("evidence.set", at, evidence_id=str(new_id()))
    printed = [*Sample.objects.values_list("taken_at", flat=True), *Photo.objects.values_list("taken_at", flat=True)]
    printed += EvidenceCopy.objects.values_list("at", flat=True)
    assert len(printed) == 5
    assert all(case.opened_at.replace(second=0, microsecond=0) <= one <= now() for one in printed)
    assert ItemLine.objects.get().priced_on in (None, today())


@pytest.mark.django_db
def test_goods_are_not_registered_before_the_visit(bureau: Bureau) -> None:
    found: Scene = scene(bureau)
    given = {"by_officer_id": str(bureau["wu"].pk), "reason": "急"}
    assert found.tablet.do("oral_approval.record", at=LONG_AGO, **given).code == "too_early"
    found["jia"].act(found.case_id, "submit_registration")
    assert CaseRow.objects.get(pk=found.case_id).registration.from_on == today()
