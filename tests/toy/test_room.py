"""Acceptance of the ground floor: a room of 200 lines (room.py, without blank ones) goes from the tablet to the seal."""

from __future__ import annotations

import datetime as dt
import json
import textwrap
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.http import HttpResponse
from django.test import RequestFactory
from procrastinate.contrib.django import app

from tests.behind import owning
from tests.documents.reading import text_of
from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from tests.enforcement.desk import Signer
from tests.exchange.conftest import work_off
from tests.toy import room
from tests.toy.room import FLOW, KIND, LIST, LOG, PERMISSIONS, TASK, TERM, SiteCheck, State
from zhuanmai.accounts import permissions, personal
from zhuanmai.accounts import signing as keys
from zhuanmai.accounts.models import Grant, Officer, Role, Signing, Unit
from zhuanmai.approvals import services as approvals
from zhuanmai.approvals import subjects
from zhuanmai.approvals.models import Approval
from zhuanmai.approvals.permissions import waiting_for
from zhuanmai.core import files, jobs, listing, moves, notices, search
from zhuanmai.core.checks import failures
from zhuanmai.core.clock import now, set_clock, today
from zhuanmai.core.errors import NotAllowed, NotFound, Refused
from zhuanmai.core.ids import new_id
from zhuanmai.deadlines import subjects as deadlines
from zhuanmai.deadlines.models import Deadline
from zhuanmai.deadlines.queries import running_out
from zhuanmai.deadlines.tasks import remind
from zhuanmai.documents import fonts
from zhuanmai.documents import subjects as papers
from zhuanmai.documents.models import Document, IssuedNumber, Making, SignatureBlock
from zhuanmai.documents.queries import current, documents_of
from zhuanmai.documents.touches import was_to_sign
from zhuanmai.fieldlog import wire
from zhuanmai.ledger import registry
from zhuanmai.ledger.queries import timeline
from zhuanmai.ledger.verify import verify
from zhuanmai.reference.typed import answering

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(fonts.absent()), reason="the fonts are installed by the front-end build"),
]
APPLICANT, PLACE = "叶𬭎森", "思明区镇海路 1 号"


def asked_by(officer: Officer, address: str = "/", body: Any = None) -> Any:
    """A request of this officer."""
    made = RequestFactory()
    request = (
        made.get(address) if body is None else made.post(address, json.dumps(body), content_type="application/json")
    )
    request.officer = request.user = officer
    return request


@dataclass
class Tablet:
    """A tablet at a shop."""

    officer: Officer
    check_id: uuid.UUID = field(default_factory=new_id)
    tablet: uuid.UUID = field(default_factory=new_id)
    n: int = 0

    def do(self, kind: str, **payload: Any) -> tuple[str, str]:
        """One operation; its status and code."""
        self.n += 1
        one = {"id": str(new_id()), "n": self.n, "by": str(self.officer.pk), "kind": kind, "at": now().isoformat()}
        body = {"tablet": str(self.tablet), "operations": [{**one, "payload": payload}]}
        (result,) = wire.take(asked_by(self.officer, body=body), LOG, self.check_id)["results"]
        return result["status"], result["code"]

    def told(self, officer: Officer, reason: str = "") -> dict[str, Any]:
        """What an officer's tablet is told."""
        answer = wire.state(asked_by(officer), LOG, self.check_id, after=None, reason=reason)
        return dict(json.loads(answer.content))


@pytest.fixture
def toy(bureau: Bureau, no_jobs: None, settings: Any, tmp_path: Path) -> Iterator[Bureau]:  # noqa: F811
    """The room with its table, for one test; then everything is taken back."""
    settings.HOME_DIR, settings.FILES_DIR = tmp_path, tmp_path / "files"
    with owning(), connection.schema_editor() as editor:
        editor.create_model(SiteCheck)
    room.register()
    yield bureau
    del app.tasks[TASK]
    jobs.forget_task(TASK)
    notices.forget(room.to_submit)
    listing.forget(LIST.url_name)
    for mechanism in (subjects, deadlines, papers):
        mechanism.forget(KIND)
    moves.forget(FLOW.name)
    registry.forget("toy")
    personal.forget(KIND)
    permissions.forget(*(one.name for one in PERMISSIONS))
    with owning(), connection.schema_editor() as editor:
        editor.delete_model(SiteCheck)


@pytest.fixture
def tablet(toy: Bureau) -> Tablet:
    """A check that was opened and noted by the first of two officers."""
    made = Tablet(toy["jia"])
    opening = {"applicant": APPLICANT, "place": PLACE, "second": str(toy["yi"].pk)}
    assert made.do("open", **opening) == made.do("note", text="店面与仓库分开，照明良好") == ("applied", "")
    return made


def touch(signer: Signer, check_id: uuid.UUID) -> dict[str, Any]:
    """An officer's touch over the paper, not handed in yet."""
    begun = keys.begin(**room.to_sign(signer.officer, check_id))
    return {"signing_id": uuid.UUID(begun["signing_id"]), "credential": signer.key.answer(begun["options"])}


@pytest.fixture
def submitted(toy: Bureau, tablet: Tablet) -> dict[str, Signer]:
    """The check is over, its paper made and signed by both officers, the heads asked; who has a key."""
    assert tablet.do("finish") == ("applied", "")
    signers = {name: Signer(toy[name]) for name in ("jia", "yi", "bing", "wu")}
    room.submit(officer=toy["jia"], check_id=tablet.check_id)
    for name in ("jia", "yi"):
        room.sign(officer=toy[name], check_id=tablet.check_id, **touch(signers[name], tablet.check_id))
    return signers


def test_the_room_has_200_lines() -> None:
    lines = Path(room.__file__).read_text(encoding="utf-8").splitlines()
    assert sum(bool(line.strip()) for line in lines) <= 200


def test_a_check_goes_from_the_tablet_to_the_seal(toy: Bureau, tablet: Tablet, submitted: dict[str, Signer]) -> None:
    [document] = documents_of(KIND, tablet.check_id)
    assert {block.officer_id for block in SignatureBlock.objects.all()} == {toy["jia"].pk, toy["yi"].pk}
    assert [row.purpose for row in waiting_for(toy["bing"])] == ["grant"]
    for name, words in (("bing", "情况属实"), ("wu", "准予许可")):
        submitted[name].decide(tablet.check_id, "grant", words=words)
    made_for = {one.officer.username: was_to_sign(one, document) for one in Signing.objects.select_related("officer")}
    assert made_for == {"jia": True, "yi": True, "bing": False, "wu": False}
    check = SiteCheck.objects.select_related("sealing").get()
    assert (check.state, check.sealing.state) == (State.DECIDED, "waiting")
    work_off()
    check.sealing.refresh_from_db()
    assert (check.sealing.state, jobs.task_words(TASK)) == ("done", "封签核查文书")
    sealed = current(Document.objects.get(pk=document.pk))
    printed = text_of(files.load(sealed.sealed_sha256))
    assert [words for words in ("情况属实", "准予许可", "照明良好", APPLICANT) if words not in printed] == []
    kinds = [line.kind for line in timeline(case_id=tablet.check_id, limit=50)]
    assert {"toy.open", "toy.note", "toy.finish", "toy.submitted", "approvals.decided", "documents.sealed"} <= set(
        kinds
    )
    assert failures() == []
    assert verify().problems == []


GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-room.md"


def test_it_is_found_by_the_lines_of_the_guide(toy: Bureau, tablet: Tablet) -> None:
    lines = GUIDE.read_text(encoding="utf-8").split("names nobody in full")[1].split("\nA person's number")[0]
    names = {"SCOPE": room.CHECKS, "SiteCheck": SiteCheck, "url_of": lambda one: f"/checks/{one.pk}", "_": str, "Q": Q}
    names |= vars(search) | {"search": search, "answering": answering}
    exec(textwrap.dedent(lines.partition("\n")[2]).replace("checks.see", "toy.see"), names)
    try:
        (group,) = [
            one for one in search.search(toy["jia"], "镇海路", sent=True, most=5).groups if one.kind.name == "check"
        ]
        assert [(row.heading, row.href) for row in group.found.rows] == [(PLACE, f"/checks/{tablet.check_id}")]
        for officer, words in ((toy["ji"], "镇海路"), (toy["jia"], "厦禾路")):
            assert not [
                one for one in search.search(officer, words, sent=True, most=5).groups if one.kind.name == "check"
            ]
    finally:
        search.forget("check")


def test_its_term_begins_with_the_opening_and_is_met_by_the_decision(
    toy: Bureau, tablet: Tablet, submitted: dict[str, Signer]
) -> None:
    run = Deadline.objects.get(subject_id=tablet.check_id)
    assert (run.code, run.ending, [line.subject.place for line in running_out(toy["jia"])]) == (TERM, "", [PLACE])
    assert running_out(toy["ji"]) == []
    set_clock(now() + dt.timedelta(days=(run.due - today()).days))
    remind(0)
    remind(1)
    set_clock(None)
    assert [line.kind for line in timeline(object_id=run.pk)] == ["deadlines.reminded"]
    assert Deadline.objects.get(pk=run.pk).reminded == 0
    for name in ("bing", "wu"):
        submitted[name].decide(tablet.check_id, "grant")
    run.refresh_from_db()
    assert run.ending == Deadline.Ending.MET


def test_the_list_its_sheet_and_the_tablet_show_it_masked(toy: Bureau, tablet: Tablet) -> None:
    page = room.page(asked_by(toy["wu"])).content.decode()
    sheet = room.page(asked_by(toy["wu"], "/?export=csv")).content.decode("utf-8-sig")
    for shown in (page, sheet):
        assert (PLACE in shown, "待核查" in shown, APPLICANT in shown, "叶**" in shown) == (True, True, False, True)
    assert PLACE not in room.page(asked_by(toy["analyst"])).content.decode()
    assert tablet.told(toy["jia"])["applicant"] == APPLICANT
    assert tablet.told(toy["wu"])["applicant"] == "叶**"
    assert tablet.told(toy["wu"], reason="复核申请材料")["applicant"] == APPLICANT
    assert [line.sentence for line in timeline(case_id=tablet.check_id) if line.kind == "toy.seen"][0].endswith(
        "复核申请材料"
    )
    with pytest.raises(NotFound):
        tablet.told(toy["analyst"])


def test_what_waits_is_told(toy: Bureau, tablet: Tablet) -> None:
    assert tablet.do("finish") == ("applied", "")
    assert [one.words for one in notices.waiting_for(toy["jia"]) if PLACE in one.words] == [f"呈报现场核查 · {PLACE}"]
    assert [one.words for one in notices.waiting_for(toy["wu"]) if PLACE in one.words] == []


def test_no_act_in_another_state(toy: Bureau, tablet: Tablet) -> None:
    with pytest.raises(Refused, match="当前为“待核查”，不能“呈报”"):
        room.submit(officer=toy["jia"], check_id=tablet.check_id)
    assert [tablet.do("finish"), tablet.do("note", text="补记")] == [("applied", ""), ("refused", "wrong_state")]
    with pytest.raises(NotAllowed):
        Tablet(toy["bing"], tablet.check_id).do("note", text="他人")


def test_the_log_has_words_and_rules_of_its_own(toy: Bureau, tablet: Tablet) -> None:
    opening = {"applicant": APPLICANT, "place": PLACE, "second": str(toy["jia"].pk)}
    assert Tablet(toy["yi"], tablet.check_id).do("open", **opening) == ("refused", "opened_already")
    with pytest.raises(NotFound, match="还没有本核查"):
        Tablet(toy["jia"]).do("note", text="早了")
    given = wire.TakeOverIn(author=toy["jia"].pk, device=new_id())
    assert wire.take_over(asked_by(toy["yi"]), HttpResponse(), LOG, tablet.check_id, given)["key"]
    given = wire.TakeOverIn(author=toy["bing"].pk, device=new_id())
    with pytest.raises(NotAllowed) as refusal:
        wire.take_over(asked_by(toy["yi"]), HttpResponse(), LOG, tablet.check_id, given)
    assert refusal.value.code == "not_involved"
    assert verify().problems == []


def test_after_a_return_the_paper_prints_the_new_opinions_only(
    toy: Bureau, tablet: Tablet, submitted: dict[str, Signer]
) -> None:
    submitted["bing"].decide(tablet.check_id, "grant", agreed=False, words="材料不齐")
    room.submit(officer=toy["jia"], check_id=tablet.check_id)
    assert [block.opinion for block in SignatureBlock.objects.exclude(voided_at=None)] == ["不同意。材料不齐"]
    for name in ("bing", "wu"):
        submitted[name].decide(tablet.check_id, "grant", words=f"补正后同意{name}")
    work_off()
    [document] = documents_of(KIND, tablet.check_id)
    printed = text_of(files.load(current(document).sealed_sha256))
    assert ["材料不齐" in printed, "补正后同意bing" in printed, "补正后同意wu" in printed] == [False, True, True]
    assert failures() == []


def test_who_checked_does_not_decide(toy: Bureau, tablet: Tablet, submitted: dict[str, Signer]) -> None:
    unit = SiteCheck.objects.get().unit
    Grant.objects.create(officer=toy["jia"], role=Role.DEPARTMENT_HEAD, unit=unit, confirmed_at=now())
    assert waiting_for(toy["jia"]) == []
    with pytest.raises(NotAllowed) as refusal:
        submitted["jia"].decide(tablet.check_id, "grant")
    assert refusal.value.code == "investigator_approves"


def test_a_revoked_post_works_no_more(toy: Bureau, tablet: Tablet) -> None:
    """Nor does one that is held elsewhere; who never held one is not let in by being named."""
    held = Grant.objects.filter(officer=toy["jia"])
    elsewhere = Unit.objects.get(code="350203-1")
    for change in ({"revoked_at": now()}, {"revoked_at": None, "unit": elsewhere}):
        held.update(**change)
        with pytest.raises(Refused):
            Tablet(toy["jia"], tablet.check_id).do("note", text="仍在写")
        with pytest.raises(Refused):
            room.to_sign(toy["jia"], tablet.check_id)
        assert not room.CHECKS.works(toy["jia"], SiteCheck.objects.select_related("unit").get())
    held.update(unit=SiteCheck.objects.get().unit)
    assert tablet.do("note", text="复职") == ("applied", "")


def test_no_paper_is_made_for_who_may_not_submit(toy: Bureau, tablet: Tablet) -> None:
    Grant.objects.create(
        officer=toy["auditor"], role=Role.AUDITOR, unit=SiteCheck.objects.get().unit, confirmed_at=now()
    )
    assert tablet.do("finish") == ("applied", "")
    with pytest.raises(NotAllowed) as refusal:
        room.submit(officer=toy["auditor"], check_id=tablet.check_id)
    assert refusal.value.code == "not_yours"
    assert (Document.objects.count(), IssuedNumber.objects.count(), Making.objects.count()) == (0, 0, 0)


def test_the_second_officer_does_not_decide_either(toy: Bureau, tablet: Tablet) -> None:
    assert room.CHECKS.conflicted({toy["yi"].pk, toy["wu"].pk}, tablet.check_id) == {toy["yi"].pk}


def test_a_foreign_touch_decides_nothing_and_signs_nothing(tablet: Tablet, submitted: dict[str, Signer]) -> None:
    row = Approval.objects.get(subject_id=tablet.check_id, state="waiting")
    head = submitted["bing"]
    begun = approvals.begin(officer=head.officer, approval_id=row.pk, agreed=False, words="不属实")
    theirs = {"signing_id": uuid.UUID(begun["signing_id"]), "credential": head.key.answer(begun["options"])}
    with pytest.raises(Refused) as refusal:
        approvals.finish(officer=head.officer, approval_id=row.pk, agreed=True, **theirs)
    assert refusal.value.code == "signing_elsewhere"
    with pytest.raises(Refused) as refusal:
        approvals.finish(
            officer=head.officer, approval_id=row.pk, agreed=False, **touch(submitted["jia"], tablet.check_id)
        )
    assert refusal.value.code == "signing_expired"
    with pytest.raises(NotAllowed):
        room.sign(officer=head.officer, check_id=tablet.check_id, **theirs)
    assert verify().problems == []
