"""Proves: no address gives a plain name or number to who may not have it, and each full view is on the ledger.

Every page of the URL conf and every operation of the API is walked as every role there is, on a case full of people;
a new address or a new role is walked by itself. The same walk sees that every answer says what a browser may do with it,
that no browser keeps it, and that no GET writes anything but entries, sessions and counts of requests.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from tests.core.walking import Address, addresses, kept_by_browser, text_of, unguarded, written
from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from tests.enforcement.desk import DRAWN, Scene, picture, scene
from zhuanmai.accounts import permissions
from zhuanmai.accounts.models import Grant, Officer, Role, Unit
from zhuanmai.alerts.detectors import DETECTORS
from zhuanmai.alerts.models import Alert, Run
from zhuanmai.approvals.models import Approval
from zhuanmai.core.clock import now, today
from zhuanmai.core.ids import new_id
from zhuanmai.core.models import Work
from zhuanmai.deadlines.models import Deadline
from zhuanmai.documents.queries import current
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.paperwork import planned
from zhuanmai.enforcement.services import keeping
from zhuanmai.exchange.models import Attempt, Message, Reconciliation
from zhuanmai.lake.models import Import
from zhuanmai.ledger.models import Entry
from zhuanmai.reference.models import Licensee

pytestmark = pytest.mark.django_db
# People who exist nowhere else; each of them stands in some field or text of the case, or of what is around it.
SECRETS = (
    "叶𬭎森", "350206197908178556", "13900000000", "金山街道267号",
    "欧阳见证", "350206199309121231", "13955550002", "集美街道19号",
    "司徒店员", "350206199003071235", "13955550003",
    "皇甫收件", "13955550004", "同安街道8号",
    "诸葛举报", "13955550005",
    "夏侯持证", "350206198501012399", "13955550006",
)  # fmt: skip
LOOKS = ("enforcement.seen", "enforcement.paper_seen", "enforcement.pictures_seen")
WORKERS = frozenset({"jia"})
DECIDERS = frozenset({"test-department_head"})  # the filing waits for the department's head
GROUPS = {"parts": (), "of the procedure": tuple(Role.values[:7]), "of the administration": tuple(Role.values[7:])}
CITY_WIDE = "350200"
# The way to a full view, as its entry says it; whoever adds another says here how it is entered.
WAYS = {
    "state": "平板", "acts": "平板", "view": "view", "preview.pdf": "preview.pdf", "sealed.pdf": "sealed.pdf",
    "print.pdf": "print.pdf", "paper": "案件页",
}  # fmt: skip


def full_case(bureau: Bureau) -> Scene:  # noqa: F811
    """A case whose every text names somebody, with a sealed paper, the filing waiting for the department's head."""
    found = scene(bureau)
    done, at = found.tablet.done, found.tablet.state()["case"]["opened_at"]
    party = found.tablet.state()["parties"][0]["id"]
    done("presence.set", party_present=True, refuses_to_sign=False,
         witness={"name": "欧阳见证", "id_no": "350206199309121231", "phone": "13955550002", "address": "集美街道19号"},
         person_in_charge={"name": "司徒店员", "id_no": "350206199003071235", "phone": "13955550003"})  # fmt: skip
    done("service.set", address="同安街道8号", receiver="皇甫收件", phone="13955550004", electronic=False)
    done("inspection.set", remarks="叶𬭎森（13900000000）到场，见证人欧阳见证。", narrative="司徒店员称店主叶𬭎森外出。",
         report={"at": at, "way": "电话", "by": "诸葛举报", "text": "诸葛举报（13955550005）称店内有外地烟。"},
         clue={"source": "12313", "text": "诸葛举报 13955550005 来电"})  # fmt: skip
    done("summary.set", text="叶𬭎森（350206197908178556，13900000000，住金山街道267号）存放卷烟 12 条。")
    answer = "我叫叶𬭎森，电话 13900000000，身份证 350206197908178556；烟由夏侯持证（13955550006）送来。"
    done("questioning.set", questioning_id=str(new_id()), party_id=party, ordinal=2, began_at=at, ended_at=at,
         rights_told_at=at, place="店内", questions=[{"id": "q1", "text": "叶𬭎森，请说明。", "answer": answer}])  # fmt: skip
    photo = new_id()
    done("photo.add", photo_id=str(photo), what="certificates", caption="叶𬭎森的身份证 350206197908178556")
    keeping.keep_photo(actor=bureau["jia"], case_id=found.case_id, photo_id=photo, content=picture("id"))
    done("evidence.set", evidence_id=str(new_id()), kind="书证", provided_by="叶𬭎森", way="复印", place="店内")
    for act in ("submit_registration", "prepare_documents"):
        found["jia"].act(found.case_id, act)
    found["wu"].decide(found.case_id, "registration")
    found["jia"].act(found.case_id, "submit_filing")
    found["jia"].act(found.case_id, "prepare_documents")
    for name in ("jia", "yi"):
        found[name].sign(found.case_id)
    for role in ("party", "witness"):
        found["jia"].by_hand(found.case_id, role, drawing=DRAWN)
    assert "D02" in found.sealed()
    return found


def failed(task: str, error: str) -> Work:
    """Work that failed, with what its page says of it."""
    return Work.objects.create(task=task, about="x", state=Work.State.FAILED, error=error)


def around(bureau: Bureau, found: Scene) -> dict[str, Any]:  # noqa: F811
    """Rows of the other rooms that name people, and the ids to fill addresses with."""
    squad = Unit.objects.get(code="350206-1")
    holder = Licensee.objects.create(
        licence_no="350206150798", holder_name="夏侯持证", holder_id="350206198501012399", phone="13955550006",
        shop_name="顺和盛", district_code="350206", address="枋湖南路88号",
    )  # fmt: skip
    run = Run.objects.create(day=today(), work=failed("alerts.run", "13900000000 无法识别"))
    alert = Alert.objects.create(
        number="YJ-1", run=run, day=today(), subject_kind="licence", subject=holder.licence_no, probability=0.5,
        score=1.0, offence="diverted", unit=squad, note="叶某来电 13900000000，证件 350206197908178556",
    )  # fmt: skip
    message = Message.objects.filter(subject_id=found.case_id).first()
    assert message is not None
    said = "对方退回：13900000000 与 350206197908178556 不符"
    Message.objects.filter(pk=message.pk).update(last_error=said, state=Message.State.DEAD)
    Attempt.objects.create(message=message, outcome="refused", status=422, detail=said)
    imported = Import.objects.create(
        file_name="orders.csv", path="/nowhere/orders.csv", table="orders", work=failed("lake.import", said)
    )
    paper = next(one for one in planned(Case.objects.get(pk=found.case_id)) if one.kind.code == "D02")
    assert paper.document is not None
    return {
        "case_id": found.case_id,
        "document_id": paper.id,
        "photo_id": found.tablet.state()["photos"][-1]["id"],
        "approval_id": Approval.objects.get(subject_id=found.case_id, state="waiting", purpose="filing").pk,
        "tab": "facts",
        "seq": 0,
        "licence_no": holder.licence_no,
        "kind": "phone",
        "code": "pay_fine",
        "reference/causes/<str:code>/ code": "R01",
        "reference/causes/<str:code>/edit/ code": "R01",
        "short_name": "行政处罚法",
        "sha256": current(paper.document).sealed_sha256,
        "token": current(paper.document).token,
        "message_id": message.pk,
        "reconciliation_id": Reconciliation.objects.create(
            partner="national", work=failed("exchange.reconcile", said)
        ).pk,
        "name": DETECTORS[0].name,
        "run_id": run.pk,
        "alert_id": alert.pk,
        "import_id": imported.pk,
        "deadline_id": Deadline.objects.filter(subject_id=found.case_id).first().pk,  # type: ignore[union-attr]
        "officer_id": bureau["o35020630"].pk,
        "grant_id": Grant.objects.filter(officer=bureau["o35020630"]).first().pk,  # type: ignore[union-attr]
        # No people stand in these rows; where there is none, the address answers that there is none.
        **dict.fromkeys(("job_id",), 1),
        **dict.fromkeys(("product_id", "key_id", "delegation_id", "invitation_id", "session_id"), new_id()),
    }


def walkers(bureau: Bureau, group: str) -> dict[str, Officer]:  # noqa: F811
    """Who walks: people with a part in the case and from elsewhere; or one of each role that the code knows."""
    if group == "parts":
        return {name: bureau[name] for name in ("jia", "ji", "city-head", "o35020620", "o35020310")}
    found = {}
    for role in GROUPS[group]:
        code = {"officer": "350206-1", "squad_leader": "350206-1"}.get(role, "350206" if "head" in role else CITY_WIDE)
        unit = Unit.objects.get(code=code)
        made = Officer.objects.create_user(f"test-{role}", "word", name="测试", unit=unit)
        Grant.objects.create(officer=made, role=role, unit=unit, confirmed_at=now())
        found[f"test-{role}"] = made
    return found


@dataclass
class Walk:
    """One walk of all addresses by one officer, and what was found wrong."""

    officer: Officer
    ids: dict[str, Any]
    wrong: list[str]
    entered: set[tuple[str, str]] = field(default_factory=set)

    def go(self) -> None:
        """Ask every address by every method that it has; a sheet of each list too."""
        for address in addresses():
            for method in address.methods:
                if method == "POST" and not (address.route.startswith("api/") or "<" in address.route):
                    continue  # an empty form shows what the page shows
                text = self.ask(address, method, address.filled(self.ids))
                if method == "GET" and "export=" in text:
                    for kind in ("csv", "xlsx"):
                        self.ask(address, method, f"{address.filled(self.ids)}?export={kind}")

    def ask(self, address: Address, method: str, path: str) -> str:
        """One request; what it shows is allowed and entered, or wrong."""
        client = Client()
        client.force_login(self.officer)
        before = self.looks()
        body = json.dumps(body_of(address)) if address.route.startswith("api/") else "{}"
        mime = "application/json" if address.route.startswith("api/") else "application/x-www-form-urlencoded"
        # A refusal is told as JSON, so that the frame of the page, which is everywhere the same, is not drawn for it.
        with written() as tables:
            answer = client.generic(method, path, body, content_type=mime, headers={"Accept": "json, */*"})
            text = text_of(answer)
        here = f"{self.officer.username} {method} {path}"
        if method == "GET" and tables:
            self.wrong.append(f"{here} writes to {tables}")
        if answer.status_code >= 500:
            self.wrong.append(f"{here}: {answer.status_code}")
        self.wrong.extend(f"{here}: {what}" for what in unguarded(answer))
        shown = [secret for secret in SECRETS if secret in text]
        if "document_id" in address.route and "data:image/png" in text:
            shown.append("the paper's picture")
        if "photo_id" in address.route and method == "GET" and answer.status_code == 200:
            shown.append("the photograph")
        self.wrong.extend(f"{here}: {what}" for what in kept_by_browser(answer, of_people=bool(shown)))
        if shown:
            self.judge(address, here, shown, self.looks() - before)
        return text

    def judge(self, address: Address, here: str, shown: list[str], new: int) -> None:
        """Whether what is shown may be shown, and is entered: once for each way to it."""
        last = address.route.rpartition("/")[2]
        way = "照片" if "photo_id" in address.route else WAYS.get(last, "")
        of_paper = last not in ("state", "acts")
        allowed = self.officer.username in WORKERS or (of_paper and self.officer.username in DECIDERS)
        if not way or not allowed:
            self.wrong.append(f"{here} shows {shown}")
            return
        mark = (way, str(self.ids["document_id"]) if "document_id" in address.route else "")
        if new != int(mark not in self.entered):
            self.wrong.append(f"{here} shows {shown} with {new} entries")
        self.entered.add(mark)

    def looks(self) -> int:
        """How many looks at people this officer has on the ledger."""
        return Entry.objects.filter(kind__in=LOOKS, actor_id=self.officer.pk).count()


def body_of(address: Address) -> dict[str, Any]:
    """What is sent: an act and an operation that may be done, so that the answer is the state; nothing elsewhere."""
    if address.route.endswith("/acts"):
        return {"operation_id": str(new_id()), "act": "prepare_documents"}
    if address.route.endswith("/operations"):
        step = {"id": str(new_id()), "n": 1, "kind": "party.remove", "at": now().isoformat()}
        return {"tablet": str(new_id()), "operations": [{**step, "payload": {"party_id": str(new_id())}}]}
    return {}


@pytest.mark.parametrize("group", GROUPS)
def test_nobody_sees_people_whom_their_part_in_the_case_does_not_show_them(
    bureau: Bureau,  # noqa: F811
    group: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = full_case(bureau)
    ids = around(bureau, found)
    everybody = walkers(bureau, group)
    monkeypatch.setattr(permissions, "roles_of", functools.cache(permissions.roles_of))  # nobody's roles change here
    unsealed = next(one for one in planned(Case.objects.get(pk=found.case_id)) if one.kind.code == "D08").id
    wrong: list[str] = []
    full = {}
    for name, officer in everybody.items():
        walk = Walk(officer, ids, wrong)
        walk.go()
        walk.ids = {**ids, "document_id": unsealed}
        for address in (one for one in addresses() if "document_id" in one.route):
            walk.ask(address, "GET", address.filled(walk.ids))
        full[name] = {way for way, _ in walk.entered}
    assert wrong == [], "\n".join(wrong)
    # What the walk proves of others is worth something only if it meets people where they may be met.
    everything = {*WAYS.values(), "照片"}
    expected = {"jia": everything, "test-department_head": everything - {"平板"}}
    assert full == {name: expected.get(name, set()) for name in everybody}


def test_the_walk_says_which_part_of_a_new_address_it_cannot_fill() -> None:
    with pytest.raises(KeyError, match="tell the walk what to fill site_id"):
        Address("sites/<uuid:site_id>/people", ("GET",)).filled({"case_id": 1})
