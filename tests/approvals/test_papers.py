"""What heads decide on: one paper for all of a round, as the facts have it; what is decided changes by correction."""

# ruff: noqa: F811 - fixtures are asked for by their names

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.approvals.papers import note, refused, remade, states
from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from tests.enforcement.desk import Signer
from tests.exchange.conftest import work_off
from tests.toy import room
from tests.toy.room import CHECKS, KIND, SiteCheck
from tests.toy.test_room import Tablet, submitted, tablet, touch, toy  # noqa: F401
from zhuanmai.accounts import signing as keys
from zhuanmai.approvals import services
from zhuanmai.approvals.models import Approval
from zhuanmai.core.checks import failures
from zhuanmai.documents import fonts
from zhuanmai.documents.models import Document, SignatureBlock
from zhuanmai.documents.queries import current, documents_of
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.verify import verify

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(fonts.absent()), reason="the fonts are installed by the front-end build"),
]


def test_a_round_is_over_when_its_paper_changes_after_somebody_decided(
    toy: Bureau,
    tablet: Tablet,
    submitted: dict[str, Signer],
) -> None:
    submitted["bing"].decide(tablet.check_id, "grant")
    note("店面与仓库相通")
    remade(toy["jia"], tablet.check_id)
    assert states() == ["void", "void"]
    assert {row.void_reason for row in Approval.objects.all()} == {services.CHANGED}
    assert "第 1 轮审批作废：文书内容已改，请重新呈报" in str(
        [one.sentence for one in timeline(case_id=tablet.check_id)]
    )
    room.submit(officer=toy["jia"], check_id=tablet.check_id)
    for name in ("bing", "wu"):
        submitted[name].decide(tablet.check_id, "grant")
    assert states() == ["void", "void", "approved", "approved"]
    bodies = {item["body_sha256"] for row in Approval.objects.filter(round=2) for item in _signed(row)}
    assert len(bodies) == 1
    assert (failures(), verify().problems) == ([], [])


def _signed(row: Approval) -> list[dict[str, Any]]:
    assert row.signing is not None
    return list(row.signing.manifest["items"])


def test_a_round_of_which_nobody_has_spoken_goes_on_with_the_new_paper(
    toy: Bureau,
    tablet: Tablet,
    submitted: dict[str, Signer],
) -> None:
    note("店面与仓库相通")
    remade(toy["jia"], tablet.check_id)
    assert states() == ["waiting", "upcoming"]
    submitted["bing"].decide(tablet.check_id, "grant")
    remade(toy["jia"], tablet.check_id)
    assert states() == ["approved", "waiting"], "the same body ends nothing"


def test_a_voided_decision_stays_as_it_was_signed(
    toy: Bureau,
    tablet: Tablet,
    submitted: dict[str, Signer],
) -> None:
    row = submitted["bing"].decide(tablet.check_id, "grant")
    note("店面与仓库相通")
    remade(toy["jia"], tablet.check_id)
    for change in ({"opinion": "不同意。"}, {"state": "approved"}, {"signing": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Approval.objects.filter(pk=row.pk).update(**change)


def test_nobody_signs_or_decides_on_a_paper_that_is_older_than_its_facts(
    toy: Bureau,
    tablet: Tablet,
    submitted: dict[str, Signer],
) -> None:
    row = Approval.objects.get(state="waiting")
    begun = services.begin(officer=toy["bing"], approval_id=row.pk, agreed=True, words="")
    given = {"signing_id": uuid.UUID(begun["signing_id"]), "credential": submitted["bing"].key.answer(begun["options"])}
    by_officer = touch(submitted["jia"], tablet.check_id)
    note("店面与仓库相通")
    acts: list[Callable[[], Any]] = [
        lambda: services.finish(officer=toy["bing"], approval_id=row.pk, agreed=True, **given),
        lambda: services.begin(officer=toy["bing"], approval_id=row.pk, agreed=True, words=""),
        lambda: room.sign(officer=toy["jia"], check_id=tablet.check_id, **by_officer),
        lambda: keys.begin(**room.to_sign(toy["jia"], tablet.check_id)),
    ]
    for what in acts:
        assert refused(what) == ("paper_outdated", "“现场核查审批表”在生成后有改动，请承办人重新生成后再办理。")
    remade(toy["jia"], tablet.check_id)
    assert submitted["bing"].decide(tablet.check_id, "grant").state == "approved"


def test_what_is_decided_to_the_end_is_not_made_anew(
    toy: Bureau,
    tablet: Tablet,
    submitted: dict[str, Signer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("bing", "wu"):
        submitted[name].decide(tablet.check_id, "grant")
    before = current(Document.objects.get()).body_sha256
    note("店面与仓库相通")
    [outcome] = remade(toy["jia"], tablet.check_id).outcomes
    assert (outcome["became"], "已审批，需更正" in outcome["why"]) == ("settled", True)
    assert (current(Document.objects.get()).body_sha256, states()) == (before, ["approved", "approved"])
    work_off()
    assert Document.objects.get().state == "sealed"
    assert failures() == []


def test_a_correction_of_what_was_decided_ends_its_round(
    toy: Bureau,
    tablet: Tablet,
    submitted: dict[str, Signer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("bing", "wu"):
        submitted[name].decide(tablet.check_id, "grant")
    monkeypatch.setattr(type(CHECKS), "correcting", lambda self, row: "地址有误")
    note("店面与仓库相通")
    [outcome] = remade(toy["jia"], tablet.check_id).outcomes
    assert (outcome["became"], states()) == ("made", ["void", "void"])
    assert failures() == []


@pytest.mark.parametrize("first", ["decide", "make"])
def test_a_decision_and_a_new_paper_at_once_never_leave_two_papers_in_one_round(
    toy: Bureau,
    tablet: Tablet,
    submitted: dict[str, Signer],
    first: str,
) -> None:
    row = Approval.objects.get(state="waiting")
    begun = services.begin(officer=toy["bing"], approval_id=row.pk, agreed=True, words="")
    given = {"signing_id": uuid.UUID(begun["signing_id"]), "credential": submitted["bing"].key.answer(begun["options"])}
    note("店面与仓库相通")
    codes: list[str] = []

    def decide() -> None:
        codes.append(refused(lambda: services.finish(officer=toy["bing"], approval_id=row.pk, agreed=True, **given))[0])

    both = [decide, lambda: remade(toy["jia"], tablet.check_id)]
    threads = [threading.Thread(target=_closing(one)) for one in (both if first == "decide" else both[::-1])]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert codes in (["paper_outdated"], ["body_changed"])
    assert states() == ["waiting", "upcoming"]
    assert (SiteCheck.objects.get().note, failures()) == ("店面与仓库相通", [])


def _closing(what: Callable[[], Any]) -> Callable[[], None]:
    def done() -> None:
        try:
            what()
        finally:
            connection.close()

    return done


def test_verification_finds_a_decision_that_is_on_no_paper(
    toy: Bureau,
    tablet: Tablet,
    submitted: dict[str, Signer],
) -> None:
    row = submitted["bing"].decide(tablet.check_id, "grant")
    assert failures() == []
    SignatureBlock.objects.filter(signing_id=row.signing_id).update(voided_at=row.decided_at, void_reason="不知何故")
    assert [one for one in failures() if f"审批 {row.pk}" in one and "没有这份意见" in one]
    [document] = documents_of(KIND, tablet.check_id)
    Document.objects.filter(pk=document.pk).update(state="void", void_reason="不再需要")
    assert [one for one in failures() if "没有这份意见" in one] == []
