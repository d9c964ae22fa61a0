"""No decision without its own signing, and nothing printed that was not decided: by name each way that was tried."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from tests.behind import behind_the_rules
from tests.documents.reading import text_of
from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import DRAWN, Scene, scene
from zhuanmai.accounts import services as people
from zhuanmai.accounts.models import Grant, Officer, Role, Signing
from zhuanmai.approvals import services as approvals
from zhuanmai.approvals.models import Approval
from zhuanmai.approvals.permissions import waiting_for
from zhuanmai.approvals.subjects import subject_of
from zhuanmai.core import files
from zhuanmai.core.checks import failures
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Conflict, NotAllowed, Refused
from zhuanmai.documents.models import Document, Making, SignatureBlock
from zhuanmai.documents.outcomes import Became, Outcome
from zhuanmai.documents.queries import current, newest_making
from zhuanmai.enforcement.models import Case, CaseOfficer
from zhuanmai.enforcement.permissions import cases_of
from zhuanmai.enforcement.services import signing
from zhuanmai.enforcement.workers import conflicted, conflicts
from zhuanmai.fieldlog.queries import operations_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(bureau: Bureau) -> Scene:
    """A case whose registration and filing wait for the heads, its documents made."""
    found = scene(bureau, "clerk")
    for act in ("submit_registration", "submit_filing", "prepare_documents"):
        found["jia"].act(found.case_id, act)
    return found


def waiting(found: Scene, purpose: str) -> Approval:
    """What waits of a matter."""
    return Approval.objects.get(subject_id=found.case_id, purpose=purpose, state="waiting")


def touch(found: Scene, who: str, row: Approval, *, agreed: bool = True, words: str = "") -> dict[str, Any]:
    """A head's touch for a decision, not handed in yet."""
    begun = approvals.begin(officer=found[who].officer, approval_id=row.pk, agreed=agreed, words=words)
    return {"signing_id": uuid.UUID(begun["signing_id"]), "credential": found[who].key.answer(begun["options"])}


def hand_in(found: Scene, who: str, row: Approval, given: dict[str, Any], *, agreed: bool = True) -> Approval:
    """Hand a touch in for a decision."""
    return approvals.finish(officer=found[who].officer, approval_id=row.pk, agreed=agreed, **given)


def refused_code(doing: Any) -> str:
    """The code with which something is refused."""
    with pytest.raises(Refused) as refusal:
        doing()
    return refusal.value.code


def lend(found: Scene, lender: str, role: str, to: str) -> None:
    """A head lends a post for today."""
    held = Grant.objects.get(officer=found[lender].officer, role=role)
    people.delegate(
        actor=found[lender].officer, grant_id=held.pk, to=found[to].officer, starts_on=today(), ends_on=today(),
        reason="出差",
    )  # fmt: skip


def test_another_approvals_signing_decides_nothing(asked: Scene) -> None:
    """By a session without the key: a known signing, and an empty credential."""
    for name in ("bing", "ding"):
        asked[name].decide(asked.case_id, "filing")
    registration = asked["wu"].decide(asked.case_id, "registration")
    filing = waiting(asked, "filing")
    client = Client(raise_request_exception=False)
    client.force_login(asked["wu"].officer)
    body = {"signing_id": str(registration.signing_id), "credential": {}, "agreed": True}
    answer = client.post(f"/api/approvals/{filing.pk}/finish", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "signing_elsewhere")
    assert waiting(asked, "filing").pk == filing.pk
    assert Case.objects.get(pk=asked.case_id).state == "evidence"


def test_an_unused_touch_for_one_matter_decides_no_other(asked: Scene) -> None:
    for name in ("bing", "ding"):
        asked[name].decide(asked.case_id, "filing")
    for_registration = touch(asked, "wu", waiting(asked, "registration"))
    filing = waiting(asked, "filing")
    assert refused_code(lambda: hand_in(asked, "wu", filing, for_registration)) == "signing_elsewhere"
    assert hand_in(asked, "wu", waiting(asked, "registration"), for_registration).state == "approved"


def test_a_touch_for_one_decision_makes_no_other(asked: Scene) -> None:
    row = waiting(asked, "filing")
    against = touch(asked, "bing", row, agreed=False, words="证据不足")
    assert refused_code(lambda: hand_in(asked, "bing", row, against, agreed=True)) == "signing_elsewhere"
    assert hand_in(asked, "bing", row, against, agreed=False).state == "returned"


def test_an_approvals_touch_signs_no_document_by_itself(asked: Scene) -> None:
    """Sent to where officers sign, it put 同意 on the report, whatever the head decided afterwards."""
    row = waiting(asked, "filing")
    agreeing = touch(asked, "bing", row)
    code = refused_code(lambda: signing.finish(officer=asked["bing"].officer, case_id=asked.case_id, **agreeing))
    assert code == "signing_elsewhere"
    assert not SignatureBlock.objects.filter(role="department_head").exists()
    asked["bing"].decide(asked.case_id, "filing", agreed=False, words="证据不足")
    assert [block.opinion for block in SignatureBlock.objects.filter(role="department_head")] == ["不同意。证据不足"]


def test_an_officers_touch_decides_nothing(asked: Scene, bureau: Bureau) -> None:
    begun = signing.begin(officer=bureau["ji"], case_id=asked.case_id)
    theirs = {"signing_id": uuid.UUID(begun["signing_id"]), "credential": asked["ji"].key.answer(begun["options"])}
    Case.objects.filter(pk=asked.case_id).update(valuer=None)  # who values now is another
    lend(asked, "bing", Role.DEPARTMENT_HEAD, "ji")
    assert refused_code(lambda: hand_in(asked, "ji", waiting(asked, "filing"), theirs)) == "signing_elsewhere"


def test_the_same_request_again_is_answered_and_does_nothing(asked: Scene) -> None:
    row = waiting(asked, "filing")
    given = touch(asked, "bing", row)
    first = hand_in(asked, "bing", row, given)
    count = SignatureBlock.objects.count()
    assert hand_in(asked, "bing", row, given).signing_id == first.signing_id
    assert SignatureBlock.objects.count() == count
    another = {**given, "credential": {**given["credential"], "response": {}}}
    assert refused_code(lambda: hand_in(asked, "bing", row, another)) == "signing_used"
    assert refused_code(lambda: hand_in(asked, "bing", row, given, agreed=False)) == "signing_elsewhere"
    with pytest.raises((Refused, NotAllowed)):
        hand_in(asked, "ding", row, given)


def test_a_paper_that_changed_between_touch_and_answer_is_not_decided_on(asked: Scene) -> None:
    row = waiting(asked, "filing")
    given = touch(asked, "bing", row)
    asked.tablet.done("summary.set", text="改写后的案情摘要。")
    asked["jia"].act(asked.case_id, "prepare_documents")
    assert refused_code(lambda: hand_in(asked, "bing", row, given)) == "body_changed"
    assert not Signing.objects.filter(pk=given["signing_id"]).exists()
    assert waiting(asked, "filing").pk == row.pk


def test_after_a_return_the_paper_prints_the_new_opinions_only(asked: Scene) -> None:
    asked["bing"].decide(asked.case_id, "filing", agreed=False, words="案由不当")
    asked["jia"].act(asked.case_id, "submit_filing")
    asked["jia"].act(asked.case_id, "prepare_documents")
    for name in ("jia", "yi", "ji"):
        asked[name].sign(asked.case_id)
    asked["jia"].by_hand(asked.case_id, "party", drawing=DRAWN)
    asked["wu"].decide(asked.case_id, "registration")
    for name in ("bing", "ding", "wu"):
        asked[name].decide(asked.case_id, "filing", words=f"可以立案{name}")
    assert "D08" in asked.sealed()
    printed = text_of(files.load(current(Document.objects.get(subject_id=asked.case_id, kind="D08")).sealed_sha256))
    assert "案由不当" not in printed
    assert [word for word in ("可以立案bing", "可以立案ding", "可以立案wu") if word not in printed] == []
    assert failures() == []


def test_a_new_round_voids_what_approvers_signed_before_and_nothing_else(asked: Scene) -> None:
    asked["bing"].decide(asked.case_id, "filing", agreed=True, words="情况属实")
    asked["ding"].decide(asked.case_id, "filing", agreed=False, words="案由不当")
    on_paper = SignatureBlock.objects.filter(version__document__subject_id=asked.case_id)
    before = set(on_paper.filter(voided_at=None).exclude(opinion="").values_list("opinion", flat=True))
    others = set(on_paper.filter(voided_at=None, opinion="").values_list("pk", flat=True))
    assert any("情况属实" in words for words in before)
    asked["jia"].act(asked.case_id, "submit_filing")
    standing = on_paper.filter(voided_at=None)
    assert [
        words for words in standing.values_list("opinion", flat=True) if "情况属实" in words or "案由不当" in words
    ] == []
    assert others <= set(standing.values_list("pk", flat=True))
    assert failures() == []


def test_two_officers_called_alike_both_sign(bureau: Bureau) -> None:
    Officer.objects.filter(pk=bureau["yi"].pk).update(name=bureau["jia"].name)
    bureau.people["yi"].refresh_from_db()
    found = scene(bureau)
    found["jia"].act(found.case_id, "prepare_documents")
    found["jia"].sign(found.case_id)
    found["yi"].sign(found.case_id)
    signers = SignatureBlock.objects.filter(version__document__kind="D02", role="officer", voided_at=None)
    assert {block.officer_id for block in signers} == {bureau["jia"].pk, bureau["yi"].pk}
    assert "officer" not in found.documents()["D02"]["needs"]


def test_one_person_gives_one_opinion_of_a_round_however_many_posts_were_lent(asked: Scene) -> None:
    lend(asked, "bing", Role.DEPARTMENT_HEAD, "clerk")
    lend(asked, "ding", Role.LEGAL_HEAD, "clerk")
    lend(asked, "wu", Role.BUREAU_HEAD, "clerk")
    first = asked["clerk"].decide(asked.case_id, "filing")
    assert first.on_behalf_of_id == asked["bing"].officer.pk
    with pytest.raises(NotAllowed) as refusal:
        asked["clerk"].decide(asked.case_id, "filing")
    assert refusal.value.code == "one_step_each"
    assert [row.purpose for row in waiting_for(asked["clerk"].officer)] == ["registration"]
    assert asked["ding"].decide(asked.case_id, "filing").on_behalf_of_id is None


def test_a_round_needs_as_many_people_as_steps(bureau: Bureau) -> None:
    found = scene(bureau)
    Grant.objects.filter(role__in=["department_head", "legal_head"], unit__code="350206").update(officer=bureau["bing"])
    assert refused_code(lambda: found["jia"].act(found.case_id, "submit_filing")) == "no_holder"


@pytest.mark.parametrize("how", ["now", "formerly", "opened", "entered"])
def test_who_ever_investigated_never_decides(asked: Scene, bureau: Bureau, how: str) -> None:
    """Also not orally, and not by somebody whom they lent their post."""
    case, head = Case.objects.get(pk=asked.case_id), asked["wu"].officer
    match how:
        case "now" | "formerly":
            until = now() if how == "formerly" else None
            row = CaseOfficer.objects.get(case=case, position=2)
            CaseOfficer.objects.filter(pk=row.pk).update(until_at=now())
            CaseOfficer.objects.create(case=case, officer=head, position=2, until_at=until)
        case "opened":
            Case.objects.filter(pk=case.pk).update(opened_by=head)
        case "entered":
            operations_of("case", case.pk).filter(kind="scan").update(actor=head)
    assert conflicted({head.pk, bureau["ding"].pk}, case.pk) == {head.pk}
    assert list(conflicts(head).values_list("pk", flat=True)) == [case.pk]
    assert waiting_for(head) == []
    with pytest.raises(NotAllowed) as refusal:
        asked["wu"].decide(asked.case_id, "registration")
    assert refusal.value.code == "investigator_approves"
    given = {"by_officer_id": str(head.pk), "at": now().isoformat(), "reason": "当事人欲转移"}
    assert asked.tablet.do("oral_approval.record", **given).code == "own_case"
    lend(asked, "wu", Role.BUREAU_HEAD, "clerk")
    assert waiting_for(asked["clerk"].officer) == []
    with pytest.raises(NotAllowed):
        asked["clerk"].decide(asked.case_id, "registration")


def test_who_only_handed_the_case_over_may_decide(asked: Scene, bureau: Bureau) -> None:
    operations_of("case", asked.case_id).filter(kind="scan").update(kind="case.hand_over", actor=bureau["wu"])
    assert asked["wu"].decide(asked.case_id, "registration").state == "approved"


def test_a_former_officer_of_another_squad_sees_the_case_no_more(asked: Scene, bureau: Bureau) -> None:
    other = Officer.objects.filter(unit__code="350203-1").exclude(grants=None).order_by("username").first()
    assert other is not None
    row = CaseOfficer.objects.get(case_id=asked.case_id, position=2)
    CaseOfficer.objects.filter(pk=row.pk).update(officer=other)
    assert cases_of(other).filter(pk=asked.case_id).exists()
    CaseOfficer.objects.filter(pk=row.pk).update(until_at=now() - dt.timedelta(seconds=1))
    assert not cases_of(other).filter(pk=asked.case_id).exists()


def test_the_page_shows_what_the_touch_signs(asked: Scene) -> None:
    for row in Approval.objects.filter(state="waiting"):
        subject = subject_of(row.subject_kind)
        signs = {item.document_id for item in subject.items(row, "同意。")}
        shown = {href.split("/documents/")[1].split("/")[0] for _, href in subject.card(row).papers}
        assert signs == shown
        assert signs


def test_a_decision_stands(asked: Scene) -> None:
    done = asked["wu"].decide(asked.case_id, "registration")
    with pytest.raises(Conflict):
        touch(asked, "wu", done)
    with pytest.raises(DatabaseError), transaction.atomic():
        Approval.objects.filter(pk=done.pk).update(opinion="不同意。")


@pytest.mark.parametrize("how", ["unsigned", "twice", "other decision", "opinion", "printed"])
def test_verification_finds_what_was_made_behind_the_rules(asked: Scene, how: str) -> None:
    asked["bing"].decide(asked.case_id, "filing")
    registration = asked["wu"].decide(asked.case_id, "registration")
    assert failures() == []
    filing = Approval.objects.get(purpose="filing", step="department_head")
    changes = {
        "unsigned": ("update approvals_approval set signing_id = null where id = %s", [filing.pk], "没有签名"),
        "twice": (
            "update approvals_approval set signing_id = %s where id = %s", [registration.signing_id, filing.pk], "用了两次"
        ),
        "other decision": ("update approvals_approval set state = 'returned' where id = %s", [filing.pk], "另一决定"),
        "opinion": ("update approvals_approval set opinion = '同意！' where id = %s", [filing.pk], "与所签的不符"),
        "printed": (
            "update documents_signatureblock set opinion = '不同意。' where signing_id = %s", [filing.signing_id], "印的意见"
        ),
    }  # fmt: skip
    sql, values, said = changes[how]
    with behind_the_rules() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table approvals_approval drop constraint approvals_decided_is_signed")
        cursor.execute("alter table approvals_approval drop constraint approvals_approval_signing_id_key")
        cursor.execute(sql, values)
    found = [sentence for sentence in failures() if said in sentence]
    assert found, failures()


def test_no_head_decides_on_a_paper_that_could_not_be_made_anew(asked: Scene) -> None:
    row = waiting(asked, "filing")
    given = touch(asked, "bing", row)
    making = newest_making("case", asked.case_id)
    assert making is not None
    outcome = Outcome("D08", "", "立案报告表", Became.FAILED, "有字形没有收录。")
    Making.objects.filter(pk=making.pk).update(outcomes=[vars(outcome)])
    assert refused_code(lambda: touch(asked, "bing", row)) == "paper_failed"
    assert refused_code(lambda: hand_in(asked, "bing", row, given)) == "paper_failed"
    asked["jia"].act(asked.case_id, "prepare_documents")
    assert hand_in(asked, "bing", row, touch(asked, "bing", row)).state == "approved"
