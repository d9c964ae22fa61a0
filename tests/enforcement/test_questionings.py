"""Proves: no officer is at two questionings at once, to the minute; who left a case, and what was taken off, is free."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.enforcement.conftest import Bureau, TabletClient
from zhuanmai.core.clock import SHANGHAI, set_clock
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.models import Questioning
from zhuanmai.enforcement.operations import Result

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
FIRST = ("10:00", "10:30")


def questioning(tablet: TabletClient, began: str, ended: str, told: str = "", **more: str) -> Result:
    """A questioning between two times of the day."""
    times = {"began_at": began, "ended_at": ended, "rights_told_at": told or began}
    moments = {
        name: dt.datetime.combine(DAY, dt.time.fromisoformat(text), SHANGHAI).isoformat()
        for name, text in times.items()
    }
    return tablet.do("questioning.set", **{"questioning_id": str(new_id()), "ordinal": 1, **moments, **more})


def opened(bureau: Bureau, first: str = "jia", second: str = "yi") -> TabletClient:
    """A case that was opened in the morning of the day."""
    tablet = TabletClient(bureau[first], new_id())
    tablet.done("case.open", dt.datetime.combine(DAY, dt.time(8, 30), SHANGHAI), **bureau.opening(first, second))
    return tablet


@pytest.fixture
def tablet(bureau: Bureau) -> TabletClient:
    """A case with one questioning of half an hour; it is evening."""
    set_clock(dt.datetime.combine(DAY, dt.time(20), SHANGHAI))
    found = opened(bureau)
    assert questioning(found, *FIRST).status == "applied"
    return found


@pytest.mark.parametrize(
    "began, ended, overlaps",
    [
        ("09:00", "10:00", False),
        ("09:00", "10:01", True),
        ("09:00", "11:00", True),
        ("10:00", "10:30", True),
        ("10:10", "10:20", True),
        ("10:29", "11:00", True),
        ("10:30", "11:00", False),
        ("11:00", "11:30", False),
    ],
)
@pytest.mark.parametrize("of_another_case", [False, True])
def test_one_at_a_time(
    bureau: Bureau, tablet: TabletClient, began: str, ended: str, overlaps: bool, of_another_case: bool
) -> None:
    asked = opened(bureau, "yi", "o35020621") if of_another_case else tablet
    result = questioning(asked, began, ended)
    assert (result.status, result.code) == (("refused", "overlap") if overlaps else ("applied", ""))
    if overlaps:
        assert f"{DAY} 10:00–10:30" in result.detail
        assert str(tablet.state()["case"]["clue_no"]) in result.detail


def test_other_officers_ask_at_the_same_time(bureau: Bureau, tablet: TabletClient) -> None:
    other = opened(bureau, "o35020620", "o35020621")
    assert questioning(other, *FIRST).status == "applied"


def test_who_left_the_case_is_free_and_who_took_it_over_is_not(bureau: Bureau, tablet: TabletClient) -> None:
    pair = [str(bureau[username].pk) for username in ("o35020620", "o35020621")]
    tablet.done("case.hand_over", officer_ids=pair, reason="调整分工")
    assert questioning(opened(bureau, "jia", "yi"), *FIRST).status == "applied"
    assert questioning(opened(bureau, "o35020620", "o35020621"), *FIRST).code == "overlap"


def test_what_was_taken_off_blocks_nobody(tablet: TabletClient) -> None:
    Questioning.objects.update(removed_at=dt.datetime.now(dt.UTC))
    assert questioning(tablet, *FIRST).status == "applied"


def test_a_questioning_does_not_overlap_with_itself(tablet: TabletClient) -> None:
    own = str(Questioning.objects.get().pk)
    assert questioning(tablet, "10:05", "10:40", questioning_id=own).status == "applied"
    assert Questioning.objects.count() == 1


@pytest.mark.parametrize(
    "began, ended, told, code",
    [
        ("14:00", "14:00", "14:00", ""),
        ("14:01", "14:00", "13:00", "times_reversed"),
        ("14:00", "14:30", "14:30", ""),
        ("14:00", "14:30", "14:31", "rights_late"),
    ],
)
def test_rights_are_told_before_the_end_and_the_end_is_after_the_beginning(
    tablet: TabletClient, began: str, ended: str, told: str, code: str
) -> None:
    assert questioning(tablet, began, ended, told).code == code
