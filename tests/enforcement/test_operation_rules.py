"""Proves: each operation asks the procedure as things stand at that very operation; a refused opening is kept."""

from __future__ import annotations

import pytest

from tests.enforcement.conftest import Bureau, TabletClient, statuses
from tests.enforcement.desk import scene
from zhuanmai.core.errors import Conflict
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.operations import CASES
from zhuanmai.enforcement.operations.cases import CaseWork
from zhuanmai.enforcement.procedure import State
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.verify import verify

RED = "6901028314985"
pytestmark = pytest.mark.django_db


def elsewhere(bureau: Bureau, tablet: TabletClient) -> dict[str, object]:
    """A hand-over to two officers of another squad of the same bureau."""
    own = tablet.officer.unit
    others = [
        one for one in bureau.people.values()
        if one.unit != own and one.unit.parent_id == own.parent_id and one.certificate_is_valid()
    ]  # fmt: skip
    return {"officer_ids": [str(one.pk) for one in others[:2]], "reason": "另队办理"}


def forbids(kind: str, work: CaseWork) -> bool:
    """Whether the state does not allow the operation."""
    try:
        CASES.spec(kind).rule(work)
    except Conflict as refused:
        return refused.code == "wrong_state"
    return False


def test_whoever_lost_the_case_between_two_operations_is_refused_for_the_second_only(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    results = tablet.send(
        tablet.made("scan", barcode=RED),
        tablet.made("case.hand_over", **elsewhere(bureau, tablet)),
        tablet.made("scan", barcode=RED),
        tablet.made("photo.add", photo_id=str(new_id())),
        tablet.made("summary.set", text="已移交"),
    )
    assert statuses(results) == ["applied", "applied", "refused", "refused", "refused"]
    assert {one.code for one in results[2:]} == {"not_allowed"}
    assert tablet.state()["totals"]["cartons"] == "1"
    assert verify().problems == []


def test_an_act_that_the_state_does_not_allow_is_refused_with_its_article(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    Case.objects.filter(pk=tablet.case_id).update(state=State.NO_FINDING)
    for kind, payload, article in (
        ("scan", {"barcode": RED}, "行政处罚法 54"),
        ("summary.set", {"text": "无"}, "行政处罚法 54"),
        ("counting.close", {}, "行政处罚法 54"),
        ("case.hand_over", elsewhere(bureau, tablet), "行政处罚法 42"),
        ("oral_approval.record", {"by_officer_id": str(bureau["wu"].pk), "at": None}, "行政强制法 19"),
    ):
        result = tablet.do(kind, **payload)
        assert (result.status, result.code) == ("refused", "wrong_state"), kind
        assert "未发现违法" in result.detail
        assert article in result.detail
    assert statuses(tablet.send(tablet.made("photo.add", photo_id=str(new_id())))) == ["applied"]  # only recorded


def test_what_the_state_does_not_forbid_is_only_recorded(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    Case.objects.filter(pk=tablet.case_id).update(state=State.NO_FINDING)
    work = CASES.work(Case.objects.get(pk=tablet.case_id), bureau["jia"], tablet.tablet)
    passed = {kind for kind in CASES.operations() if kind != CASES.opening.name and not forbids(kind, work)}
    assert passed == {"photo.add", "code.add", "service.set", "undo", "counting.reopen"}


def test_what_came_before_the_hand_over_and_waited_is_still_taken_in(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    other = TabletClient(bureau["yi"], tablet.case_id)
    tablet.done("scan", barcode=RED)
    tablet.done("counting.close")
    assert statuses(other.send(other.made("scan", barcode=RED, n=4))) == ["pending"]
    given = elsewhere(bureau, tablet)
    tablet.done("case.hand_over", **given)
    new = next(one for one in bureau.people.values() if str(one.pk) == given["officer_ids"][0])
    TabletClient(new, tablet.case_id).done("counting.reopen", reason="乙的 4 条未并入")
    assert tablet.state()["totals"]["cartons"] == "5"
    assert verify().problems == []


def test_a_refused_opening_is_kept_and_the_same_again_is_answered_the_same(bureau: Bureau) -> None:
    tablet = TabletClient(bureau["jia"], new_id())
    opening = tablet.made("case.open", **{**bureau.opening(), "officer_ids": []})
    first, again = tablet.send(opening), tablet.send(opening)
    assert first == again
    assert (first[0].status, first[0].code) == ("refused", "two_officers")
    row = FieldOperation.objects.get(pk=opening.id)
    assert (row.status, row.code, row.detail, row.subject_id) == (
        "refused", "two_officers", first[0].detail, tablet.case_id,
    )  # fmt: skip
    assert Entry.objects.filter(kind="enforcement.refused", object_id=tablet.case_id).count() == 1
    tablet.done("case.open", **bureau.opening())
    assert verify().problems == []


def test_signed_facts_are_entered_again_only_while_they_are_corrected(bureau: Bureau) -> None:
    on_scene = scene(bureau)
    tablet = on_scene.tablet
    Case.objects.filter(pk=tablet.case_id).update(state=State.FILED, filed_on="2025-10-30", number="1")
    assert tablet.do("summary.set", text="改").code == "signed"
    Case.objects.filter(pk=tablet.case_id).update(correcting="姓名有误")
    assert tablet.do("summary.set", text="改").status == "applied"
    assert tablet.do("scan", barcode=RED).status == "applied"
