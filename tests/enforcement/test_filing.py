"""From the facts to the filing: acts and their guards, one touch for the set, opinions in order, seals, what is due."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import DRAWN, RED, Scene, scene
from zhuanmai.approvals.models import Approval
from zhuanmai.core import notices
from zhuanmai.core.clock import now, set_clock, today
from zhuanmai.core.errors import Conflict, NotAllowed, Refused
from zhuanmai.core.ids import new_id
from zhuanmai.core.once import while_reading
from zhuanmai.deadlines.models import Deadline
from zhuanmai.deadlines.receivers import count_terms_again
from zhuanmai.deadlines.tasks import remind
from zhuanmai.enforcement import terms
from zhuanmai.enforcement.case_rows import CaseRows
from zhuanmai.enforcement.facts_for_documents import case_facts
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.services import signing
from zhuanmai.exchange.models import Message
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.verify import verify
from zhuanmai.reference.models import DeadlineTerm

pytestmark = pytest.mark.django_db
ON_SITE = ["D02", "D03", "D04", "D05", "D07", "D08", "D13", "D40", "D42", "D57", "D60"]


def signed(found: Scene) -> None:
    """Submitted, made, and signed by officers, valuer and party."""
    found["jia"].act(found.case_id, "submit_registration")
    found["jia"].act(found.case_id, "submit_filing")
    found["jia"].act(found.case_id, "prepare_documents")
    for name in ("jia", "yi", "ji"):
        found[name].sign(found.case_id)
    if found.tablet.state()["presence"]["party_present"]:
        reason = found.tablet.state()["presence"]["refusal_reason"]
        found["jia"].by_hand(found.case_id, "party", **({"refusal_reason": reason} if reason else {"drawing": DRAWN}))
    if found.tablet.state()["presence"]["witness"]:
        found["jia"].by_hand(found.case_id, "witness", drawing=DRAWN)


def decided(found: Scene) -> None:
    """All heads agree."""
    found["wu"].decide(found.case_id, "registration")
    for name in ("bing", "ding", "wu"):
        found[name].decide(found.case_id, "filing")


@pytest.mark.parametrize("present, refuses", [(True, False), (True, True), (False, False)])
def test_a_case_comes_to_its_filing_with_every_document_sealed(bureau: Bureau, present: bool, refuses: bool) -> None:
    found = scene(bureau, present=present, refuses=refuses)
    signed(found)
    decided(found)
    sealed = found.sealed()
    state = found.tablet.state()
    left = [(d["code"], d["state"], d["needs"], d["missing"]) for d in state["documents"] if d["state"] != "sealed"]
    assert left == []
    assert set(sealed) == {code for code in ON_SITE if present or code not in ("D07", "D60")}
    assert state["case"]["state"] == "filed"
    assert state["case"]["number"].startswith("厦湖烟立〔")
    assert state["case"]["filed_on"] == today().isoformat()
    open_terms = {row["code"] for row in state["deadlines"] if not row["met"]}
    assert open_terms == {"registered_goods", "decision"}
    assert verify().problems == []


def test_the_head_can_refuse_to_file_and_the_report_takes_the_other_number(bureau: Bureau) -> None:
    found = scene(bureau)
    signed(found)
    found["wu"].decide(found.case_id, "registration")
    for name in ("bing", "ding"):
        found[name].decide(found.case_id, "filing")
    with pytest.raises(Refused) as refusal:
        found["wu"].decide(found.case_id, "filing", agreed=False)
    assert refusal.value.code == "words_missing"
    found["wu"].decide(found.case_id, "filing", agreed=False, words="证据不足")
    case = Case.objects.get(pk=found.case_id)
    assert (case.state, "不立" in case.number) == ("not_filed", True)


def test_opinions_come_in_their_order_and_never_from_an_investigator(bureau: Bureau) -> None:
    found = scene(bureau)
    signed(found)
    with pytest.raises(NotAllowed):
        found["wu"].decide(found.case_id, "filing")
    with pytest.raises(NotAllowed):
        found["jia"].decide(found.case_id, "registration")
    found["bing"].decide(found.case_id, "filing", agreed=False, words="案由不当")
    states = list(Approval.objects.filter(purpose="filing").order_by("position").values_list("state", flat=True))
    assert states == ["returned", "void", "void"]
    found["jia"].act(found.case_id, "submit_filing")
    assert Approval.objects.filter(purpose="filing", round=2, state="waiting").count() == 1


def test_an_act_twice_with_one_id_is_done_once_and_a_second_asking_is_refused(bureau: Bureau) -> None:
    found, operation_id = scene(bureau), new_id()
    found["jia"].act(found.case_id, "submit_registration", operation_id)
    found["jia"].act(found.case_id, "submit_registration", operation_id)
    assert Approval.objects.filter(purpose="registration").count() == 1
    with pytest.raises(Refused) as refusal:
        found["jia"].act(found.case_id, "submit_registration")
    assert refusal.value.code == "asked_already"


def test_what_is_missing_is_named_field_by_field(bureau: Bureau) -> None:
    found = scene(bureau)
    found.tablet.done("registration.set", storage_place="")
    with pytest.raises(Refused) as refusal:
        found["jia"].act(found.case_id, "submit_registration")
    assert (refusal.value.code, refusal.value.field) == ("incomplete", "registration.storage_place")
    found["jia"].act(found.case_id, "prepare_documents")
    documents = found.documents()
    assert documents["D04"]["state"] == "missing"
    assert [one["path"] for one in documents["D04"]["missing"]] == ["registration.storage_place"]
    assert documents["D02"]["state"] == "prepared"


def test_signed_goods_change_only_by_a_correction_with_its_reason(bureau: Bureau) -> None:
    found = scene(bureau)
    signed(found)
    decided(found)
    found.sealed()
    line_id = found.tablet.line_id(RED)
    refused = found.tablet.do("line.set", line_id=line_id, kind="to_test")
    assert (refused.code, "更正" in refused.detail) == ("signed", True)
    with pytest.raises(Refused):
        found["jia"].act(found.case_id, "correct_facts", reason=" ")
    found["jia"].act(found.case_id, "correct_facts", reason="清点时多计一条")
    found.tablet.done("quantity.difference", line_id=line_id, unit="carton", difference=-1, seen=12)
    found["jia"].act(found.case_id, "prepare_documents")
    documents = found.documents()
    assert {code for code, one in documents.items() if one["state"] == "prepared"} >= {"D02", "D03", "D04", "D13"}
    assert documents["D57"]["state"] == "sealed"
    assert found.tablet.do("line.set", line_id=line_id, kind="to_test").code == "signed"
    assert verify().problems == []


def test_a_correction_reaches_the_national_system(bureau: Bureau) -> None:
    found = scene(bureau)
    signed(found)
    decided(found)
    found.sealed()
    sent = Message.objects.filter(kind="case", subject_id=found.case_id).order_by("created_at")
    before, party = sent.count(), found.tablet.state()["parties"][0]["id"]
    found["jia"].act(found.case_id, "correct_facts", reason="姓名有误")
    found.tablet.done("party.set", party_id=party, name="叶改名")
    found["jia"].act(found.case_id, "prepare_documents")
    for name in ("jia", "yi"):
        found[name].sign(found.case_id)
    found["jia"].by_hand(found.case_id, "party", drawing=DRAWN)
    found.sealed()
    assert sent.count() == before + 1
    assert [one["name"] for one in sent.last().body["parties"]] == ["叶改名"]  # type: ignore[union-attr]


def test_a_changed_body_voids_the_signatures_that_it_had(bureau: Bureau) -> None:
    found = scene(bureau)
    found["jia"].act(found.case_id, "prepare_documents")
    found["jia"].sign(found.case_id)
    assert found.documents()["D08"]["signed"]
    found.tablet.done("summary.set", text="改写后的案情摘要。")
    found["jia"].act(found.case_id, "prepare_documents")
    assert found.documents()["D08"]["signed"] == []
    assert found.documents()["D02"]["signed"]


def test_registered_goods_are_decided_within_the_term(bureau: Bureau) -> None:
    found = scene(bureau)
    signed(found)
    decided(found)
    found.sealed()
    with pytest.raises(Refused) as refusal:
        found["jia"].act(found.case_id, "dispose_goods", outcome="拍卖")
    assert refusal.value.code == "outcome_missing"
    found["jia"].act(found.case_id, "dispose_goods", outcome="送检")
    found["jia"].act(found.case_id, "prepare_documents")
    assert found.documents()["D21"]["missing"] == []
    for name in ("jia", "yi"):
        found[name].sign(found.case_id)
    found["jia"].by_hand(found.case_id, "party", drawing=DRAWN)
    found["wu"].decide(found.case_id, "goods")
    assert "D21" in found.sealed()
    assert Deadline.objects.get(code="registered_goods").ending == "met"


@pytest.mark.parametrize("days, refused", [(0, False), (1, True)])
def test_the_last_lawful_day_of_registered_goods_moves_with_the_holidays(
    bureau: Bureau, days: int, refused: bool
) -> None:
    found = scene(bureau)
    found["jia"].act(found.case_id, "submit_registration")
    first = Deadline.objects.get(code="registered_goods").due
    term = DeadlineTerm.objects.get(code="registered_goods")
    DeadlineTerm.objects.filter(pk=term.pk).update(days=term.days + 3)
    count_terms_again(None)  # type: ignore[arg-type]
    due = Deadline.objects.get(code="registered_goods").due
    assert due > first
    case = Case.objects.get(pk=found.case_id)
    facts = case_facts(CaseRows(case)).registration
    assert facts is not None
    assert (facts.until, found.tablet.state()["registration"]["until"]) == (due, due.isoformat())
    set_clock(dt.datetime.combine(due + dt.timedelta(days=days), dt.time(1), dt.UTC))
    if refused:
        with pytest.raises(Refused, match=f"term_over.*{due}"):
            found["jia"].act(found.case_id, "dispose_goods", outcome="依法处理")
    else:
        found["jia"].act(found.case_id, "dispose_goods", outcome="依法处理")


def test_after_the_term_registered_goods_can_only_go_back(bureau: Bureau) -> None:
    found = scene(bureau)
    found["jia"].act(found.case_id, "submit_registration")
    set_clock(now() + dt.timedelta(days=30))
    with pytest.raises(Refused) as refusal:
        found["jia"].act(found.case_id, "dispose_goods", outcome="依法处理")
    assert refusal.value.code == "term_over"
    found["jia"].act(found.case_id, "dispose_goods", outcome="返还")


def test_an_oral_approval_is_made_up_in_writing_within_a_day(bureau: Bureau) -> None:
    found = scene(bureau)
    head = str(bureau["wu"].pk)
    late = (now() + dt.timedelta(hours=2)).isoformat()
    assert found.tablet.do("oral_approval.record", by_officer_id=head, at=late, reason="急").code == "future"
    wrong = str(bureau["bing"].pk)
    asked = {"at": now().isoformat(), "reason": "当事人欲转移"}
    assert found.tablet.do("oral_approval.record", by_officer_id=wrong, **asked).code == "not_a_head"
    found.tablet.done("oral_approval.record", by_officer_id=head, **asked)
    row = Deadline.objects.get(code="oral_approval")
    assert row.due_at == row.trigger_at + dt.timedelta(hours=24)
    signed(found)
    found["wu"].decide(found.case_id, "registration")
    row.refresh_from_db()
    assert row.ending == "met"
    assert found.tablet.state()["oral_approval"]["made_up_at"]


@pytest.mark.parametrize(
    "cause, amount, code",
    [
        ("M02", "201", "over_limit"),
        ("R01", "100.005", "amount_cents"),
        ("R03", "100", "not_simple"),
        ("R02", "100", "not_simple"),
        ("M02", "", "over_limit"),
    ],
)
def test_a_penalty_on_the_spot_stays_within_its_limits(bureau: Bureau, cause: str, amount: str, code: str) -> None:
    found = scene(bureau)
    found.tablet.done("causes.set", codes=[cause])
    found.tablet.done(
        "simple.set", facts="未设标志", penalty_kind="warning_and_fine" if cause == "M02" else "fine", amount=amount,
        payment="当场", defence="无异议", income="0",
    )  # fmt: skip
    with pytest.raises(Refused) as refusal:
        found["jia"].act(found.case_id, "decide_on_the_spot")
    assert refusal.value.code == code


def test_a_penalty_on_the_spot_is_decided_served_and_recorded(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    found = scene(bureau)
    found.tablet.done("causes.set", codes=["M02"])
    found.tablet.done(
        "simple.set", facts="未在显著位置设置标志", penalty_kind="warning_and_fine", amount="200",
        payment="十五日内到银行缴纳", defence="当事人放弃陈述申辩", income="0",
    )  # fmt: skip
    with pytest.raises(Conflict):
        found["jia"].act(found.case_id, "serve")
    found["jia"].act(found.case_id, "decide_on_the_spot")
    found["jia"].act(found.case_id, "prepare_documents")
    with pytest.raises(Refused):
        found["jia"].act(found.case_id, "serve")
    for name in ("jia", "yi"):
        found[name].sign(found.case_id)
    found["jia"].by_hand(found.case_id, "party", drawing=DRAWN)
    assert "D36" in found.sealed()
    found["jia"].act(found.case_id, "serve")
    found["jia"].act(found.case_id, "record")
    assert found.tablet.state()["case"]["state_zh"] == "已备案"
    assert tablet.state()["next_act"] == {"code": "close_counting", "words": "结束清点"}


def test_a_visit_without_a_finding_ends_and_its_term_is_met(bureau: Bureau) -> None:
    found = scene(bureau)
    found["jia"].act(found.case_id, "end_corrected")
    assert found.tablet.state()["case"]["state"] == "corrected_on_spot"
    assert Deadline.objects.get(code="verify_clue").ending == "met"


def test_terms_are_reminded_once_a_day_and_counted_again_when_the_rule_changes(bureau: Bureau) -> None:
    found = scene(bureau)
    row = Deadline.objects.get(code="verify_clue")
    set_clock(dt.datetime.combine(row.due, dt.time(1), dt.UTC))
    remind.func(0)
    remind.func(0)
    assert [line.kind for line in found_lines(found)].count("deadlines.reminded") == 1
    DeadlineTerm.objects.filter(code="verify_clue").update(days=30)
    count_terms_again(None)  # type: ignore[arg-type]
    assert Deadline.objects.get(pk=row.pk).due > row.due
    assert "deadlines.counted_again" in [line.kind for line in found_lines(found)]


def test_a_term_that_nothing_meets_is_reminded_once_a_stage_and_not_for_ever(bureau: Bureau) -> None:
    found = scene(bureau)
    row = Deadline.objects.get(code="verify_clue")
    for day in range(-5, 30):
        set_clock(dt.datetime.combine(row.due + dt.timedelta(days=day), dt.time(1), dt.UTC))
        remind.func(0)
    assert [line.kind for line in found_lines(found) if line.kind.endswith(".reminded")] == ["deadlines.reminded"] * 3


def test_a_new_event_begins_a_new_run_and_the_same_one_does_not(bureau: Bureau) -> None:
    found = scene(bureau)
    case = Case.objects.get(pk=found.case_id)
    first = terms.begin(case, "pay_fine", now())
    assert terms.begin(case, "pay_fine", first.trigger_at).pk == first.pk
    second = terms.begin(case, "pay_fine", now() + dt.timedelta(days=20))
    assert second.due > first.due


def found_lines(found: Scene) -> list[object]:
    """The case's history."""
    from_ledger: list[object] = list(timeline(case_id=found.case_id))
    return from_ledger


def test_the_key_of_another_cannot_sign_and_nothing_waits_twice(bureau: Bureau) -> None:
    found = scene(bureau)
    found["jia"].act(found.case_id, "prepare_documents")
    begun = signing.begin(officer=bureau["jia"], case_id=found.case_id)
    answer = found["yi"].key.answer(begun["options"])
    with pytest.raises(Refused) as refusal:
        signing.finish(officer=bureau["jia"], case_id=found.case_id, signing_id=begun["signing_id"], credential=answer)
    assert refusal.value.code == "key_unknown"
    found["jia"].sign(found.case_id)
    with pytest.raises(Refused) as refusal:
        found["jia"].sign(found.case_id)
    assert refusal.value.code == "nothing_to_sign"
    with pytest.raises(NotAllowed):
        signing.begin(officer=bureau["wu"], case_id=found.case_id)


def test_the_bell_tells_each_what_waits_for_them(bureau: Bureau, django_assert_max_num_queries: Any) -> None:
    found = scene(bureau)
    found["jia"].act(found.case_id, "submit_registration")
    found["jia"].act(found.case_id, "submit_filing")
    found["jia"].act(found.case_id, "prepare_documents")

    def waiting(name: str) -> list[str]:
        with while_reading(), django_assert_max_num_queries(40):  # as a page asks
            return [one.href.partition("#")[0] for one in notices.waiting_for(bureau[name])]

    documents = f"/cases/{found.case_id}/documents"
    assert documents in waiting("jia")
    assert documents in waiting("yi")
    assert waiting("bing") == waiting("wu") == ["/approvals"], "the head of the department and of the bureau"
    assert waiting("auditor") == []
    found["jia"].sign(found.case_id)
    assert documents not in waiting("jia")
    assert documents in waiting("yi")
    Deadline.objects.filter(code="registered_goods").update(due=today())
    assert waiting("jia") == [f"/cases/{found.case_id}/procedure"]
