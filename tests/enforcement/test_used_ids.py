"""An operation's id stands for one operation: used again for something else it is refused, and the rest lands."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from tests.enforcement.conftest import Bureau, TabletClient, statuses
from tests.enforcement.desk import Signer
from zhuanmai.core.errors import Refused
from zhuanmai.core.idempotency import first_time
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.models import Case
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.ledger.verify import verify

RED = "6901028314985"
pytestmark = pytest.mark.django_db


def test_an_id_of_another_case_is_refused_alone(bureau: Bureau) -> None:
    first, second = bureau.open_case(), bureau.open_case()
    used = first.done("scan", barcode=RED)
    before, after = second.made("scan", barcode=RED), None
    twice = replace(second.made("scan", barcode=RED), id=used.id)
    after = second.made("scan", barcode=RED)
    results = second.send(before, twice, after)
    assert [(one.status, one.code) for one in results] == [("applied", ""), ("refused", "id_used"), ("applied", "")]
    assert results[1].id == str(used.id)
    assert second.send(twice) == [results[1]]
    assert (first.state()["totals"]["cartons"], second.state()["totals"]["cartons"]) == ("1", "2")
    kept = FieldOperation.objects.get(subject_id=second.case_id, status="refused")
    assert (kept.code, kept.n) == ("id_used", twice.n)
    assert str(used.id) in kept.payload["unreadable"]["text"]
    assert verify().problems == []


@pytest.mark.parametrize("change", [{"kind": "undo"}, {"payload": {"barcode": RED, "n": 9}}])
def test_an_id_that_comes_back_with_something_else_is_refused(bureau: Bureau, change: dict[str, Any]) -> None:
    tablet = bureau.open_case()
    sent = tablet.done("scan", barcode=RED)
    assert statuses(tablet.send(sent)) == ["duplicate"]
    (result,) = tablet.send(replace(sent, **change))
    assert (result.status, result.code) == ("refused", "id_used")
    both = tablet.made("scan", barcode=RED)
    results = tablet.send(both, replace(both, **change))
    assert [(one.status, one.code) for one in results] == [("applied", ""), ("refused", "id_used")]
    assert tablet.state()["totals"]["cartons"] == "2"


def test_no_case_is_opened_under_an_operation_that_opened_another(bureau: Bureau) -> None:
    first = TabletClient(bureau["jia"], new_id())
    opening = first.done("case.open", **bureau.opening())
    second = TabletClient(bureau["jia"], new_id(), n=1)
    scan = second.made("scan", barcode=RED)
    results = second.send(opening, scan)
    assert [(one.id, one.status, one.code) for one in results] == [(str(opening.id), "refused", "id_used")]
    assert not Case.objects.filter(pk=second.case_id).exists()
    third = bureau.open_case()
    results = third.send(replace(opening, n=2), replace(third.made("scan", barcode=RED), n=3))
    assert [(one.status, one.code) for one in results] == [("refused", "id_used"), ("applied", "")]


ACT = {"actor_id": uuid.UUID(int=1), "kind": "a", "subject": uuid.UUID(int=2), "content": {"x": 1}}


@pytest.mark.parametrize(
    "change", [{"actor_id": None}, {"kind": "b"}, {"subject": uuid.UUID(int=3)}, {"content": {"x": 2}}]
)
def test_the_id_of_an_act_stands_for_one_act(change: dict[str, Any]) -> None:
    operation = new_id()
    assert first_time(operation, **ACT)
    assert not first_time(operation, **ACT)
    with pytest.raises(Refused) as refused:
        first_time(operation, **{**ACT, **change})
    assert refused.value.code == "id_used"


def test_an_act_under_a_used_id_is_refused_not_answered_as_done(bureau: Bureau) -> None:
    first, second, operation = bureau.open_case(), bureau.open_case(), new_id()
    jia, yi = Signer(bureau["jia"]), Signer(bureau["yi"])
    jia.act(first.case_id, "end_no_finding", operation)
    jia.act(first.case_id, "end_no_finding", operation)
    for signer, case_id, act in (
        (jia, second.case_id, "end_no_finding"),
        (yi, first.case_id, "end_no_finding"),
        (jia, first.case_id, "end_not_entered"),
    ):
        with pytest.raises(Refused) as refused:
            signer.act(case_id, act, operation)
        assert refused.value.code == "id_used"
    assert Case.objects.get(pk=second.case_id).state == "inspection"
