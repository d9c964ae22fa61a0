"""What was decided stays: by heads, who are not asked again until they say no, and on the spot, also in a correction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import DRAWN, Scene, scene
from tests.enforcement.test_filing import signed
from tests.enforcement.test_final_papers import payloads
from tests.enforcement.test_on_the_spot import sheet
from zhuanmai.approvals.models import Approval
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.deadlines.models import Deadline
from zhuanmai.documents.models import SignatureBlock
from zhuanmai.enforcement.models import Case, CaseCause, ItemLine
from zhuanmai.enforcement.operations import CASES
from zhuanmai.enforcement.services.approvals import MATTERS
from zhuanmai.ledger.verify import verify

pytestmark = pytest.mark.django_db


def on_the_spot(bureau: Bureau) -> Scene:
    """A case with a penalty decided on the spot, its paper sealed."""
    found = scene(bureau)
    sheet(found)
    found["jia"].act(found.case_id, "decide_on_the_spot")
    found["jia"].act(found.case_id, "prepare_documents")
    for name in ("jia", "yi"):
        found[name].sign(found.case_id)
    found["jia"].by_hand(found.case_id, "party", drawing=DRAWN)
    assert "D36" in found.sealed()
    return found


def basis(found: Scene) -> tuple[Any, ...]:
    """What was decided on the spot, and for which causes."""
    codes = CaseCause.objects.filter(case_id=found.case_id).order_by("code").values_list("code", flat=True)
    return (Case.objects.get(pk=found.case_id).simple, *codes)


def test_no_operation_changes_a_decision_on_the_spot_also_while_it_is_corrected(bureau: Bureau) -> None:
    found = on_the_spot(bureau)
    found["jia"].act(found.case_id, "correct_facts", reason="姓名有误")
    given, before, refused = payloads(found), basis(found), set[str]()
    given["simple.set"] = {"amount": "150"}
    assert set(given) == set(CASES.operations())
    for kind, payload in given.items():
        result = found.tablet.do(kind, **payload)
        refused |= {kind} if result.code == "decided" else set()
        assert basis(found) == before, (kind, result)
    assert refused == {"simple.set", "causes.set"}
    for more in ({"penalty_kind": "warning"}, {"facts": "另一事实"}, {"defence": "另一意见"}, {"bases": {"R01": "9"}}):
        assert found.tablet.do("simple.set", **more).code in ("decided", "penalty_kind"), more
        assert basis(found) == before
    assert "行政处罚法 75" in found.tablet.do("simple.set", amount="151").detail


def test_facts_beside_a_decision_on_the_spot_are_still_corrected(bureau: Bureau) -> None:
    found = on_the_spot(bureau)
    found["jia"].act(found.case_id, "correct_facts", reason="住址有误")
    party = found.tablet.state()["parties"][0]["party_id"]
    found.tablet.done("party.set", party_id=party, name="叶𬭎森", address="福建省厦门市湖里区金山街道268号")
    found["jia"].act(found.case_id, "prepare_documents")
    assert found.documents()["D36"]["state"] == "prepared"
    assert verify().problems == []


def test_no_paper_of_a_decision_is_made_before_the_decision(bureau: Bureau) -> None:
    found = scene(bureau)
    sheet(found)
    found["jia"].act(found.case_id, "prepare_documents")
    assert "D36" not in found.documents()
    found["jia"].act(found.case_id, "decide_on_the_spot")
    found["jia"].act(found.case_id, "prepare_documents")
    assert found.documents()["D36"]["state"] == "prepared"


def test_who_leaves_the_short_path_has_the_papers_of_the_ordinary_one(bureau: Bureau) -> None:
    found = scene(bureau)
    sheet(found)
    found["jia"].act(found.case_id, "prepare_documents")
    assert "D08" not in found.documents()
    found.tablet.done("simple.set", facts="")
    found["jia"].act(found.case_id, "prepare_documents")
    assert "D08" in found.documents()


def registered(found: Scene) -> tuple[str, dict[str, Any]]:
    """The head let the goods be registered."""
    signed(found)
    found["wu"].decide(found.case_id, "registration")
    return "registration", {}


def settled(found: Scene) -> tuple[str, dict[str, Any]]:
    """And agreed to what becomes of them."""
    registered(found)
    found["jia"].act(found.case_id, "dispose_goods", outcome="返还")
    found["jia"].act(found.case_id, "prepare_documents")
    found["wu"].decide(found.case_id, "goods")
    return "goods", {"outcome": "送检"}


ACTS = {"registration": "submit_registration", "goods": "dispose_goods"}


def kept(found: Scene) -> dict[str, Any]:
    """Approvals, signatures that count, terms, and what becomes of the goods."""
    approvals = Approval.objects.filter(subject_id=found.case_id).order_by("pk")
    return {
        "approvals": list(approvals.values_list("pk", "state", "round", "opinion")),
        "blocks": list(SignatureBlock.objects.filter(voided_at=None).order_by("pk").values_list("pk", "opinion")),
        "terms": list(Deadline.objects.order_by("pk").values_list("pk", "due", "ending")),
        "outcomes": list(ItemLine.objects.order_by("pk").values_list("pk", "outcome")),
    }


@pytest.mark.parametrize("decide", [registered, settled])
def test_what_heads_agreed_to_is_not_asked_again(
    bureau: Bureau, decide: Callable[[Scene], tuple[str, dict[str, Any]]]
) -> None:
    found = scene(bureau)
    matter, payload = decide(found)
    before = kept(found)
    with pytest.raises(Refused) as refused:
        found["jia"].act(found.case_id, ACTS[matter], **payload)
    assert refused.value.code == "approved_already"
    assert refused.value.detail.startswith(f"“{MATTERS[matter].zh}”已经批准")
    assert kept(found) == before
    found.sealed()
    before = kept(found)
    with pytest.raises(Refused, match="approved_already"):
        found["jia"].act(found.case_id, ACTS[matter], **payload)
    assert kept(found) == before
    assert verify().problems == []


def test_what_a_head_refused_may_be_asked_again(bureau: Bureau) -> None:
    found = scene(bureau)
    signed(found)
    found["wu"].decide(found.case_id, "registration", agreed=False, words="证据不会灭失")
    found["jia"].act(found.case_id, "submit_registration")
    assert Approval.objects.get(subject_id=found.case_id, purpose="registration", state="waiting").round == 2


@pytest.mark.parametrize("agreed", [True, False])
def test_no_word_of_mouth_stands_beside_a_decision_in_writing(bureau: Bureau, *, agreed: bool) -> None:
    found = scene(bureau)
    signed(found)
    found["wu"].decide(found.case_id, "registration", agreed=agreed, words="" if agreed else "证据不会灭失")
    head = str(bureau["wu"].pk)
    answer = found.tablet.do("oral_approval.record", by_officer_id=head, at=now().isoformat(), reason="情况紧急")
    assert answer.code == "decided_in_writing"
    assert "负责人已作出书面决定（" in answer.detail
    assert found.tablet.state()["oral_approval"] is None
