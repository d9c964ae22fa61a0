"""Who works on a case and who decides on it are never one person, whichever way they come to it, and in which order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.enforcement.conftest import Bureau, TabletClient
from tests.enforcement.desk import Scene, Signer, picture, scene
from zhuanmai.accounts import services as people
from zhuanmai.accounts.models import Grant, Officer, Role
from zhuanmai.approvals.models import Approval
from zhuanmai.approvals.permissions import require_decider
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import NotAllowed, Refused
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.models import Case, CaseOfficer
from zhuanmai.enforcement.personal import standing
from zhuanmai.enforcement.services import acts, keeping, signing
from zhuanmai.enforcement.workers import conflicted, conflicts, require_worker, works_on
from zhuanmai.fieldlog.queries import operations_of

pytestmark = pytest.mark.django_db
RED = "6901028314985"


def give(officer: Officer, role: str, unit: Any) -> None:
    """A post, confirmed."""
    Grant.objects.create(officer=officer, role=role, unit=unit, confirmed_at=now())


def lend(bureau: Bureau, lender: str, role: str, to: Officer) -> None:
    """A head lends a post for today."""
    held = Grant.objects.get(officer=bureau[lender], role=role)
    people.delegate(actor=bureau[lender], grant_id=held.pk, to=to, starts_on=today(), ends_on=today(), reason="出差")


def handed_over(found: Scene, *names: str) -> str:
    """The code of a hand-over to these two."""
    pair = [str(found.bureau[name].pk) for name in names]
    return found.tablet.do("case.hand_over", officer_ids=pair, reason="移交").code


# ---- who decided does not begin to work


def decided(found: Scene) -> str:
    """A head of the department agrees."""
    found["bing"].decide(found.case_id, "filing")
    return "bing"


def returned(found: Scene) -> str:
    """A head returns it: a round of before."""
    found["bing"].decide(found.case_id, "filing", agreed=False, words="材料不齐")
    found["jia"].act(found.case_id, "submit_filing")
    return "bing"


def lent(found: Scene) -> str:
    """A head lent the post with which another agreed."""
    lend(found.bureau, "bing", Role.DEPARTMENT_HEAD, found["clerk"].officer)
    found["clerk"].decide(found.case_id, "filing")
    return "bing"


def deputised(found: Scene) -> str:
    """Another agreed with a lent post."""
    lent(found)
    return "clerk"


def orally(found: Scene) -> str:
    """A head approved orally."""
    given = {"by_officer_id": str(found.bureau["wu"].pk), "at": now().isoformat(), "reason": "当事人欲转移"}
    found.tablet.done("oral_approval.record", **given)
    return "wu"


@pytest.fixture
def submitted(bureau: Bureau) -> Scene:
    """A case whose filing waits for the heads; the heads are officers and valuers with certificates as well."""
    found = scene(bureau, "clerk")
    for act in ("submit_registration", "submit_filing", "prepare_documents"):
        found["jia"].act(found.case_id, act)
    return found


@pytest.mark.parametrize("how", [decided, returned, lent, deputised, orally])
def test_who_decided_never_begins_to_work_on_it(submitted: Scene, how: Callable[[Scene], str]) -> None:
    who = how(submitted)
    officer, case = submitted.bureau[who], Case.objects.get(pk=submitted.case_id)
    Officer.objects.filter(pk=officer.pk).update(certificate_no="1", certificate_valid_to="2099-12-31")
    for role in (Role.OFFICER, Role.SQUAD_LEADER, Role.VALUER):
        give(officer, role, case.unit)
    tablet = submitted.tablet
    assert [handed_over(submitted, who, "yi"), handed_over(submitted, "jia", who)] == ["decided_here"] * 2
    result = tablet.do("valuer.set", officer_id=str(officer.pk))
    assert (result.code, officer.name in result.detail, "审批" in result.detail) == ("decided_here", True, True)
    for work in (
        lambda: TabletClient(officer, tablet.case_id).do("scan", barcode=RED),
        lambda: acts.act(officer=officer, case_id=tablet.case_id, operation_id=new_id(), name="prepare_documents"),
        lambda: acts.act(officer=officer, case_id=tablet.case_id, operation_id=new_id(), name="submit_sampling"),
        lambda: signing.sign_by_hand(
            officer=officer, case_id=tablet.case_id, operation_id=new_id(), role="party", document_ids=[]
        ),
        lambda: keeping.keep_photo(
            actor=officer, case_id=tablet.case_id, photo_id=case.photos.get().pk, content=picture()
        ),
    ):
        with pytest.raises(NotAllowed) as refusal:
            work()
        assert refusal.value.code == "decided_here"
    assert not CaseOfficer.objects.filter(case=case, officer=officer).exists()
    case.inspection.refresh_from_db()
    assert case.inspection.recorder_id != officer.pk


def test_a_round_that_others_decided_hinders_nobody(submitted: Scene) -> None:
    decided(submitted)
    assert handed_over(submitted, "o35020620", "o35020621") == ""


# ---- who may be one of the two, and who values


@pytest.mark.parametrize(
    "role, unit, code",
    [
        ("", "", "no_post"),
        (Role.DEPARTMENT_HEAD, "350206", "no_post"),
        (Role.OFFICER, "350203-1", "no_post"),
        (Role.OFFICER, "350206", ""),
        (Role.OFFICER, "350206-1", ""),
        (Role.SQUAD_LEADER, "350206-2", ""),
    ],
)
def test_an_officer_of_a_case_holds_a_post_in_its_bureau(bureau: Bureau, role: str, unit: str, code: str) -> None:
    bing = bureau["bing"]
    Grant.objects.filter(officer=bing).update(revoked_at=now())
    if role:
        give(bing, role, type(bing.unit).objects.get(code=unit))
    first = TabletClient(bureau["jia"], new_id())
    opened = first.do("case.open", **bureau.opening("jia", "bing"))
    assert opened.code == code
    if code:
        assert "丙" in opened.detail
        assert "岗位" in opened.detail
    case = bureau.open_case()
    pair = [str(bureau[name].pk) for name in ("bing", "yi")]
    assert case.do("case.hand_over", officer_ids=pair, reason="移交").code == code


@pytest.mark.parametrize(
    "who, code",
    [
        ("ji", ""),
        ("valuer-350203", "not_a_valuer"),
        ("clerk", "not_a_valuer"),
        ("jia", "works_here"),
        ("yi", "works_here"),
        ("formerly", "works_here"),
    ],
)
def test_who_values_is_of_the_bureau_and_no_investigator(bureau: Bureau, who: str, code: str) -> None:
    tablet = bureau.open_case()
    chosen = bureau["yi" if who == "formerly" else who]
    if who == "formerly":
        pair = [str(bureau[name].pk) for name in ("jia", "o35020612")]
        tablet.done("case.hand_over", officer_ids=pair, reason="轮休")
    result = tablet.do("valuer.set", officer_id=str(chosen.pk))
    assert result.code == code
    assert code == "" or chosen.name in result.detail
    assert Case.objects.get(pk=tablet.case_id).valuer == (None if code else chosen)


def test_who_values_does_not_take_the_case_over(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    give(bureau["ji"], Role.OFFICER, bureau["jia"].unit)
    Officer.objects.filter(pk=bureau["ji"].pk).update(certificate_no="9", certificate_valid_to="2099-12-31")
    tablet.done("valuer.set", officer_id=str(bureau["ji"].pk))
    pair = [str(bureau[name].pk) for name in ("ji", "yi")]
    assert tablet.do("case.hand_over", officer_ids=pair, reason="移交").code == "values_here"


# ---- the two definitions: ever, and now


def stand(bureau: Bureau, tablet: TabletClient, how: str) -> Officer:
    """Somebody of another squad of the bureau who came to the case so; they hold a post as an officer there."""
    case, one = Case.objects.get(pk=tablet.case_id), bureau["o35020621"]
    second = CaseOfficer.objects.filter(case=case, position=2)
    match how:
        case "one of the two" | "one of the two, without a post":
            second.update(officer=one)
        case "formerly":
            CaseOfficer.objects.create(case=case, officer=one, position=2, until_at=now() - dt.timedelta(seconds=1))
        case "records" | "records, without a post":
            type(case.inspection).objects.filter(case=case).update(recorder=one)
        case "opened":
            Case.objects.filter(pk=case.pk).update(opened_by=one)
        case "entered":
            operations_of("case", case.pk).filter(kind="scan").update(actor=one)
        case "made what another sent":
            operations_of("case", case.pk).filter(kind="scan").update(made_by=one)
        case "handed over":
            operations_of("case", case.pk).filter(kind="scan").update(kind="case.hand_over", actor=one)
        case "values":
            Case.objects.filter(pk=case.pk).update(valuer=one)
        case "of the squad":
            Grant.objects.filter(officer=one).update(unit=case.unit)
    if "without" in how:
        Grant.objects.filter(officer=one).update(revoked_at=now())
    return one


@pytest.mark.parametrize(
    "how, ever, now_, may",
    [
        ("one of the two", True, True, True),
        ("one of the two, without a post", True, False, False),
        ("formerly", True, False, False),
        ("records", True, True, True),
        ("records, without a post", True, False, False),
        ("opened", True, False, False),
        ("entered", True, False, False),
        ("made what another sent", True, False, False),
        ("handed over", False, False, False),
        ("values", True, False, False),
        ("of the squad", False, False, True),
        ("a stranger", False, False, False),
    ],
)
def test_who_ever_worked_on_a_case_and_who_works_on_it_now(
    bureau: Bureau, how: str, ever: bool, now_: bool, may: bool
) -> None:
    tablet = bureau.open_case()
    tablet.done("scan", barcode=RED)
    one = stand(bureau, tablet, how)
    case = Case.objects.select_related("unit", "bureau", "inspection").get(pk=tablet.case_id)
    assert (one.pk in conflicted({one.pk, bureau["wu"].pk}, case.pk)) is ever
    assert list(conflicts(one).values_list("pk", flat=True)) == ([case.pk] if ever else [])
    assert works_on(one, case) is now_
    assert standing(one, case).works is now_
    try:
        require_worker(one, case)
    except NotAllowed:
        assert not may
    else:
        assert may


@pytest.mark.parametrize("how", ["signed as valuer", "asked"])
def test_who_signed_or_submitted_worked_on_it(bureau: Bureau, how: str) -> None:
    found = scene(bureau)
    if how == "asked":
        found["jia"].act(found.case_id, "submit_registration")
        who = bureau["o35020612"]
        Signer(who).act(found.case_id, "submit_filing")
    else:
        found["jia"].act(found.case_id, "prepare_documents")
        found["ji"].sign(found.case_id)
        Case.objects.filter(pk=found.case_id).update(valuer=None)
        who = bureau["ji"]
    assert conflicted({who.pk}, found.case_id) == {who.pk}
    assert conflicts(who).filter(pk=found.case_id).exists()


# ---- a revoked post stops working


def test_a_revoked_post_works_no_more(bureau: Bureau) -> None:
    found = scene(bureau)
    tablet, case_id = found.tablet, found.case_id
    found["jia"].act(case_id, "prepare_documents")
    Grant.objects.filter(officer__in=[bureau["jia"], bureau["ji"]]).update(revoked_at=now())
    with pytest.raises(Refused):
        tablet.do("scan", barcode=RED)
    for who in ("jia", "ji"):
        with pytest.raises(Refused):
            found[who].sign(case_id)
        with pytest.raises(Refused):
            found[who].act(case_id, "submit_filing")
    case = Case.objects.select_related("unit", "bureau", "inspection").get(pk=case_id)
    assert not standing(bureau["jia"], case).works
    assert tablet.state()["totals"]["cartons"] == "12"


def test_nobody_decides_on_what_they_worked_on(submitted: Scene) -> None:
    row = Approval.objects.get(subject_id=submitted.case_id, step="department_head")
    give(submitted.bureau["ji"], Role.DEPARTMENT_HEAD, row.unit)
    with pytest.raises(NotAllowed) as refusal:
        require_decider(submitted.bureau["ji"], row)
    assert refusal.value.code == "investigator_approves"
