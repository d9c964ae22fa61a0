"""What is sealed or decided stays true, nobody signs what is older than its facts, one paper's seal stops no other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.documents.reading import text_of
from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import DRAWN, RED, Scene, picture, scene
from tests.enforcement.test_filing import decided, signed
from zhuanmai.core import files
from zhuanmai.core.checks import failures
from zhuanmai.core.clock import now, set_clock
from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import new_id
from zhuanmai.documents import services as documents
from zhuanmai.documents.models import Document, Version
from zhuanmai.documents.queries import current
from zhuanmai.enforcement.final_papers import final_bodies
from zhuanmai.enforcement.models import Case, Photo, Questioning
from zhuanmai.enforcement.operations import CASES
from zhuanmai.enforcement.paperwork import planned
from zhuanmai.enforcement.services import acts, keeping, signing
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.verify import verify

pytestmark = pytest.mark.django_db
CHANGES_WHO_GOES_ON = {"case.hand_over"}  # the officers from now on; what the sealed papers say of theirs stays


def payloads(found: Scene) -> dict[str, dict[str, Any]]:
    """For each kind of operation one that would change something that a paper prints."""
    state, line = found.tablet.state(), found.tablet.line_id(RED)
    at = (now() + dt.timedelta(minutes=1)).isoformat()
    photo, asked = str(Photo.objects.get().pk), str(Questioning.objects.get().pk)
    officers = [str(found.bureau["yi"].pk), str(found.bureau["jia"].pk)]
    return {
        "case.open": found.bureau.opening(),
        "scan": {"barcode": RED, "n": 5},
        "undo": {"operation_id": str(new_id())},
        "quantity.difference": {"line_id": line, "unit": "carton", "difference": 3, "seen": 12},
        "counting.close": {},
        "counting.reopen": {"reason": "漏点"},
        "line.set": {"line_id": line, "name": "改名"},
        "line.split": {"line_id": line, "new_line_id": str(new_id()), "kind": "counterfeit", "cartons": 2},
        "unlisted.register": {"barcode": "6901028000017", "name": "杂牌", "kind": "diverted"},
        "code.add": {"line_id": line, "row1": "5090301739465609", "row2": "XMYC350212133812"},
        "code.remove": {"code_id": str(new_id())},
        "sample.set": {"line_id": line, "base": 12, "cartons": 2},
        "sample.remove": {"line_id": line},
        "causes.set": {"codes": ["R02"]},
        "registration.set": {"storage_place": "完全不同的仓库", "reason": "另一个理由"},
        "oral_approval.record": {"by_officer_id": str(found.bureau["wu"].pk), "at": now().isoformat(), "reason": "急"},
        "correction.set": {"what": "改成别的要求"},
        "service.set": {"address": "别处", "receiver": "别人"},
        "summary.set": {"text": "改写后的案情摘要。"},
        "valuer.set": {"officer_id": str(found.bureau["ji"].pk)},
        "simple.set": {"facts": "另一事实", "penalty_kind": "warning"},
        "party.set": {"party_id": state["parties"][0]["party_id"], "name": "王五"},
        "party.remove": {"party_id": state["parties"][0]["party_id"]},
        "presence.set": {"party_present": False},
        "inspection.set": {"began_at": at},
        "photo.add": {"photo_id": photo, "caption": "改过的说明", "what": "scene"},
        "photo.remove": {"photo_id": photo},
        "questioning.set": {"questioning_id": asked, "place": "别处"},
        "evidence.set": {"evidence_id": str(new_id()), "kind": "送货单"},
        "case.hand_over": {"officer_ids": officers, "reason": "换岗"},
    }


def test_no_operation_changes_what_a_sealed_paper_says(bureau: Bureau) -> None:
    """Signed, decided on and sealed before the filing, while facts may still be entered; but for a handing over."""
    found = scene(bureau)
    signed(found)
    found["wu"].decide(found.case_id, "registration")
    assert {"D03", "D04", "D42", "D60"} <= set(found.sealed())
    given = payloads(found)
    assert set(given) == set(CASES.operations())
    before, refused = final_bodies(found.case_id), set[str]()
    for kind in sorted(given, key=lambda kind: kind in CHANGES_WHO_GOES_ON):
        result = found.tablet.do(kind, **given[kind])
        assert result.code != "invalid_payload", (kind, result)
        refused |= {kind} if result.code == "signed" else set()
        if kind not in CHANGES_WHO_GOES_ON:
            assert final_bodies(found.case_id) == before, (kind, result)
    assert {"correction.set", "service.set", "photo.add", "party.set"} <= refused
    assert "summary.set" not in refused, "D08 is not decided on yet"
    assert verify().problems == []


def test_nobody_signs_what_is_older_than_its_facts_until_it_is_made_again(bureau: Bureau) -> None:
    found = scene(bureau)
    found["jia"].act(found.case_id, "submit_filing")
    found["jia"].act(found.case_id, "prepare_documents")
    assert [one.name for one in planned(Case.objects.get()) if one.is_outdated] == []
    begun = signing.begin(officer=bureau["jia"], case_id=found.case_id)
    given = {"signing_id": begun["signing_id"], "credential": found["jia"].key.answer(begun["options"])}
    found.tablet.done("summary.set", text="改写后的案情摘要。")
    found.tablet.done("service.set", address="别处")
    others = [one["id"] for one in found.documents().values() if one["code"] not in ("D08", "D60")]
    assert (found.documents()["D08"]["state"], found.documents()["D60"]["state_zh"]) == ("outdated", "待重新生成")
    for what in (
        lambda: signing.finish(officer=bureau["jia"], case_id=found.case_id, **given),
        lambda: signing.begin(officer=bureau["jia"], case_id=found.case_id),
        lambda: found["jia"].by_hand(found.case_id, "party", drawing=DRAWN),
        lambda: found["bing"].decide(found.case_id, "filing"),
    ):
        with pytest.raises(Refused) as refusal:
            what()
        assert (refusal.value.code, "重新生成" in refusal.value.detail) == ("paper_outdated", True)
    assert signing.begin(officer=bureau["jia"], case_id=found.case_id, document_ids=others)["manifest"]["items"]
    found["jia"].act(found.case_id, "prepare_documents")
    found["jia"].sign(found.case_id)
    assert found["bing"].decide(found.case_id, "filing").state == "approved"


def test_what_comes_by_itself_makes_no_paper_outdated(bureau: Bureau) -> None:
    """The number and day of filing on D13, the day of D21: as they were when the paper was made."""
    found = scene(bureau)
    found["jia"].act(found.case_id, "submit_registration")
    found["jia"].act(found.case_id, "submit_filing")
    found["jia"].act(found.case_id, "prepare_documents")
    decided(found)
    found["jia"].act(found.case_id, "dispose_goods", outcome="送检")
    found["jia"].act(found.case_id, "prepare_documents")
    set_clock(now() + dt.timedelta(days=2))
    assert [one.name for one in planned(Case.objects.get()) if one.is_outdated] == []
    found["jia"].act(found.case_id, "prepare_documents")
    for name in ("jia", "yi", "ji"):
        found[name].sign(found.case_id)
    found["jia"].by_hand(found.case_id, "party", drawing=DRAWN)
    found["wu"].decide(found.case_id, "goods")
    found.sealed()
    assert [one.name for one in planned(Case.objects.get()) if not one.is_sealed] == []


def test_what_was_corrected_after_the_decision_is_decided_on_again(bureau: Bureau) -> None:
    """A sealed D08 in a filed case: a new version, a new round, its seal; number and day of the filing stay."""
    found = scene(bureau)
    signed(found)
    decided(found)
    assert "D08" in found.sealed()
    number = Case.objects.get().number
    with pytest.raises(Refused) as refusal:
        found["jia"].act(found.case_id, "submit_correction")
    assert refusal.value.code == "nothing_to_submit"
    found["jia"].act(found.case_id, "correct_facts", reason="摘要有误")
    found.tablet.done("summary.set", text="更正后的案情摘要。")
    found["jia"].act(found.case_id, "prepare_documents")
    for name in ("jia", "yi"):
        found[name].sign(found.case_id)
    found["jia"].act(found.case_id, "submit_correction")
    for name in ("bing", "ding"):
        found[name].decide(found.case_id, "filing", words=f"同意更正{name}")
    with pytest.raises(Refused) as refusal:
        found["wu"].decide(found.case_id, "filing", agreed=False, words="不必更正")
    assert refusal.value.code == "decided_otherwise"
    found["wu"].decide(found.case_id, "filing")
    assert "D08" in found.sealed()
    paper = current(Document.objects.get(kind="D08"))
    printed = text_of(files.load(paper.sealed_sha256))
    assert (paper.number, "更正后的案情摘要" in printed, "同意更正ding" in printed) == (2, True, True)
    assert (Case.objects.get().number, Case.objects.get().state) == (number, "filed")
    assert (failures(), verify().problems) == ([], [])


def test_a_paper_that_cannot_be_sealed_says_why_and_stops_no_other(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, seal = scene(bureau), documents.seal
    signed(found)
    decided(found)
    broken = {"D03": Refused("body_changed", "文书模板在签名后有变动。"), "D42": ValueError("no certificate")}

    def sealing(*, actor_id: Any, version_id: Any) -> Version:
        code = Version.objects.get(pk=version_id).document.kind
        if code in broken:
            raise broken[code]
        return seal(actor_id=actor_id, version_id=version_id)

    monkeypatch.setattr(documents, "seal", sealing)
    for _ in range(2):
        with pytest.raises(signing.NotSealed):
            signing.seal_ready(case_id=found.case_id)
    state = found.documents()
    assert {code: one["state"] for code, one in state.items() if one["state"] != "sealed"} == dict.fromkeys(
        broken, "prepared"
    )
    assert (state["D03"]["why"], "系统会重试" in state["D42"]["why"]) == ("文书模板在签名后有变动。", True)
    said = [one.sentence for one in timeline(case_id=found.case_id) if one.kind == "documents.not_sealed"]
    assert len(said) == 2
    assert any("未能封签：文书模板在签名后有变动。" in one for one in said)
    broken.clear()
    assert "D03" in found.sealed()
    assert {one["why"] for one in found.documents().values()} == {""}
    assert verify().problems == []


def test_a_refusal_is_asked_at_once_whether_it_can_be_printed(bureau: Bureau) -> None:
    found = scene(bureau)
    found["jia"].act(found.case_id, "prepare_documents")
    for words, code in (("拒" * 181, "text_too_long"), ("拒🚬", "glyph_missing")):
        with pytest.raises(Refused) as refusal:
            found["jia"].by_hand(found.case_id, "party", refusal_reason=words)
        assert refusal.value.code == code
    found["jia"].by_hand(found.case_id, "party", refusal_reason="拒\n" * 90)
    block = current(Document.objects.get(kind="D02")).signatures.get(role="party", voided_at=None)
    assert block.refusal == " ".join("拒" * 90)


def test_only_a_photograph_of_the_signed_paper_is_a_signature(bureau: Bureau) -> None:
    found = scene(bureau)
    found["jia"].act(found.case_id, "prepare_documents")
    kept = {what: new_id() for what in ("scene", "paper_scan")}
    for what, key in kept.items():
        found.tablet.done("photo.add", photo_id=str(key), what=what)
        keeping.keep_photo(actor=bureau["jia"], case_id=found.case_id, photo_id=key, content=picture(what))
    found["jia"].act(found.case_id, "prepare_documents")
    with pytest.raises(Refused) as refusal:
        found["jia"].by_hand(found.case_id, "party", paper_scan=kept["scene"])
    assert refusal.value.code == "scan_missing"
    found["jia"].by_hand(found.case_id, "party", paper_scan=kept["paper_scan"])
    assert "party" not in found.documents()["D02"]["needs"]


WRONG: list[Any] = [1, "x", [1], {"a": 1}, [[[]]], True, 1.5]


@pytest.mark.parametrize("name", sorted(acts.ACTS))
def test_an_act_with_a_payload_of_a_wrong_form_is_refused(bureau: Bureau, name: str) -> None:
    tablet = bureau.open_case()
    fields = acts.ACTS[name].shape.model_fields
    for field in fields:
        for wrong in WRONG:
            with pytest.raises(Refused):
                acts.act(
                    officer=bureau["jia"], case_id=tablet.case_id, operation_id=new_id(), name=name,
                    payload={field: wrong},
                )  # fmt: skip
