"""Personal data on the case page: masked in fields and free text, shown once with a reason, each look on the ledger."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests.enforcement.conftest import Bureau, TabletClient
from tests.enforcement.desk import DRAWN, RED, picture, scene
from zhuanmai.core.clock import now, set_clock
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.personal import OPEN_PICTURES, people_of
from zhuanmai.enforcement.queries import Filters, cases
from zhuanmai.enforcement.services import keeping
from zhuanmai.ledger.models import Entry

pytestmark = pytest.mark.django_db
NAME, NUMBER, PHONE = "叶𬭎森", "350206197908178556", "13900000001"


def case_with_party(bureau: Bureau) -> TabletClient:
    """A case whose summary names its party."""
    tablet = bureau.open_case()
    tablet.done("party.set", party_id=str(new_id()), name=NAME, id_no=NUMBER, phone=PHONE)
    tablet.done("summary.set", text=f"当事人{NAME}（身份证号 {NUMBER}，电话 {PHONE}）在店内存放卷烟。")
    return tablet


def page(bureau: Bureau, username: str, path: str, reason: str | None = None) -> tuple[int, str]:
    """The status and text of a page, asked for or posted with a reason."""
    client = Client()
    client.force_login(bureau[username])
    answer = client.get(path) if reason is None else client.post(path, {"reason": reason})
    return answer.status_code, answer.content.decode()


def looks(case_id: object) -> list[Entry]:
    """The looks at the case's people that are on the ledger."""
    return list(Entry.objects.filter(kind="enforcement.seen", case_id=case_id).order_by("seq"))


@pytest.mark.parametrize("tab", ["", "/facts", "/items", "/evidence", "/procedure", "/trace"])
def test_no_tab_shows_name_or_number_and_the_summary_is_masked_too(bureau: Bureau, tab: str) -> None:
    case_id = case_with_party(bureau).case_id
    status, text = page(bureau, "jia", f"/cases/{case_id}{tab}")
    assert status == 200
    assert [secret for secret in (NAME, NUMBER, PHONE) if secret in text] == []
    assert "叶**" in text
    assert looks(case_id) == []


def test_lists_and_approvals_mask_the_party(bureau: Bureau) -> None:
    case_with_party(bureau)
    _, text = page(bureau, "jia", "/cases")
    assert "叶**" in text
    assert NAME not in text


@pytest.mark.parametrize("username", ["jia", "bing", "wu"])
def test_a_reason_shows_everything_for_one_view_and_each_look_is_an_entry(bureau: Bureau, username: str) -> None:
    case_id = case_with_party(bureau).case_id
    for reason in ("核对身份", "电话通知当事人"):
        status, text = page(bureau, username, f"/cases/{case_id}", reason)
        assert status == 200
        assert all(secret in text for secret in (NAME, NUMBER, PHONE, f"当事人{NAME}"))
    assert [entry.facts["reason"] for entry in looks(case_id)] == ["核对身份", "电话通知当事人"]
    assert {entry.actor_id for entry in looks(case_id)} == {bureau[username].pk}
    assert NAME not in page(bureau, username, f"/cases/{case_id}")[1]


def test_without_a_reason_nothing_is_shown_and_the_page_says_what_to_do(bureau: Bureau) -> None:
    case_id = case_with_party(bureau).case_id
    status, text = page(bureau, "jia", f"/cases/{case_id}", "  ")
    assert status == 422
    assert "请说明查看完整信息的理由" in text
    assert NAME not in text
    assert looks(case_id) == []


def test_a_valuer_sees_the_case_and_not_its_people(bureau: Bureau) -> None:
    tablet = case_with_party(bureau)
    tablet.done("valuer.set", officer_id=str(bureau["ji"].pk))
    address = f"/cases/{tablet.case_id}"
    assert 'data-sheet="unmask"' not in page(bureau, "ji", address)[1]
    assert 'data-sheet="unmask"' in page(bureau, "jia", address)[1]
    status, text = page(bureau, "ji", address, "核对")
    assert status == 403
    assert NAME not in text


def test_an_organisation_is_named_and_its_representative_is_not(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    company = "厦门顺和盛商贸有限公司"
    tablet.done("party.set", party_id=str(new_id()), kind="organisation", name=company, representative={"name": NAME})
    people = people_of(Case.objects.get(pk=tablet.case_id))
    assert people.first == company
    assert people.text(f"{company}的法定代表人{NAME}") == f"{company}的法定代表人叶**"


def test_officers_stand_by_their_signatures_with_their_names_and_the_party_does_not(bureau: Bureau) -> None:
    found = scene(bureau)
    for act in ("submit_registration", "submit_filing", "prepare_documents"):
        found["jia"].act(found.case_id, act)
    found["jia"].sign(found.case_id)
    found["jia"].by_hand(found.case_id, "party", drawing=DRAWN)
    record, party = found.documents()["D02"], found.tablet.state()["parties"][0]["name"]
    _, text = page(bureau, "jia", f"/cases/{found.case_id}/documents?document={record['id']}")
    assert f" · {bureau['jia'].name}</div>" in text
    assert f"{party[0]}**" in text
    assert party not in text


MATE = "o35020612"  # of the squad, and not one of the case's two
SECRETS = (NAME, NUMBER, PHONE)


def asked(bureau: Bureau, username: str, path: str, **query: str) -> tuple[int, Any]:
    """The status and JSON of an answer of the API (its bytes, where it is a file)."""
    client = Client()
    client.force_login(bureau[username])
    answer = client.get(f"/api/enforcement{path}", query)
    return answer.status_code, answer.json() if "json" in answer.headers["Content-Type"] else answer.content


def entries(bureau: Bureau, username: str, kind: str = "enforcement.seen") -> list[dict[str, Any]]:
    """The facts of an officer's looks of one kind, in order."""
    return [one.facts for one in Entry.objects.filter(kind=kind, actor_id=bureau[username].pk).order_by("seq")]


def test_who_does_the_case_has_its_state_in_full_with_one_entry_a_day(bureau: Bureau) -> None:
    tablet = case_with_party(bureau)
    for username in ("jia", "yi", "jia"):
        status, state = asked(bureau, username, f"/cases/{tablet.case_id}/state")
        assert (status, state["masked"], state["parties"][0]["id_no"]) == (200, False, NUMBER)
    assert entries(bureau, "jia") == [{"what": "当事人信息", "way": "平板", "reason": "承办"}]
    assert len(entries(bureau, "yi")) == 1
    set_clock(now() + dt.timedelta(days=1))
    asked(bureau, "jia", f"/cases/{tablet.case_id}/state")
    assert len(entries(bureau, "jia")) == 2


@pytest.mark.parametrize("username", [MATE, "bing", "wu", "city-head"])
def test_others_have_the_state_masked_and_in_full_with_a_reason_each_time_entered(
    bureau: Bureau, username: str
) -> None:
    tablet = case_with_party(bureau)
    path = f"/cases/{tablet.case_id}/state"
    status, state = asked(bureau, username, path)
    assert (status, state["masked"]) == (200, True)
    assert [secret for secret in SECRETS if secret in str(state)] == []
    party = {name: state["parties"][0][name] for name in ("name", "id_no", "phone", "born_on")}
    assert party == {"name": "叶**", "id_no": "3502**********8556", "phone": "139****0001", "born_on": None}
    assert state["summary"] == "当事人叶**（身份证号 3502**********8556，电话 139****0001）在店内存放卷烟。"
    assert [one["name"] for one in state["officers"]] == [bureau["jia"].name, bureau["yi"].name]
    assert entries(bureau, username) == []
    for _ in range(2):
        assert asked(bureau, username, path, reason="接替办理")[1]["parties"][0]["phone"] == PHONE
    assert [one["reason"] for one in entries(bureau, username)] == ["接替办理"] * 2
    assert asked(bureau, username, path, reason="  ")[0] == 403
    assert len(entries(bureau, username)) == 2


def test_a_valuer_has_the_state_masked_whatever_the_reason_and_the_paper_that_waits_for_them(bureau: Bureau) -> None:
    found = scene(bureau)
    path = f"/cases/{found.case_id}"
    assert asked(bureau, "ji", f"{path}/state")[1]["masked"] is True
    assert asked(bureau, "ji", f"{path}/state", reason="核价")[0] == 403
    papers = found.documents()
    assert asked(bureau, "ji", f"{path}/documents/{papers['D13']['id']}/preview.pdf")[0] == 200
    assert [one["reason"] for one in entries(bureau, "ji", "enforcement.paper_seen")] == ["待本人签署"]
    status, problem = asked(bureau, "ji", f"{path}/documents/{papers['D02']['id']}/preview.pdf", reason="核价")
    assert (status, problem["code"]) == (403, "not_allowed")


def test_a_paper_is_entered_once_an_hour_and_way_and_a_reason_is_asked_of_others(bureau: Bureau) -> None:
    set_clock(now().replace(minute=10))
    found = scene(bureau)
    paper = found.documents()["D02"]
    path = f"/cases/{found.case_id}/documents/{paper['id']}"
    for way in ("preview.pdf", "view", "view"):
        assert asked(bureau, "jia", f"{path}/{way}")[0] == 200
    facts = [(one["what"], one["way"]) for one in entries(bureau, "jia", "enforcement.paper_seen")]
    assert facts == [(paper["name"], "preview.pdf"), (paper["name"], "view")]
    set_clock(now().replace(minute=10) + dt.timedelta(hours=1))
    asked(bureau, "jia", f"{path}/view")
    assert len(entries(bureau, "jia", "enforcement.paper_seen")) == 3
    status, problem = asked(bureau, "wu", f"{path}/view")
    assert (status, problem["code"], problem["field"]) == (403, "reason_missing", "reason")
    assert "reason" in problem["detail"]
    assert entries(bureau, "wu", "enforcement.paper_seen") == []
    assert asked(bureau, "wu", f"{path}/view", reason="复核")[0] == 200
    assert [one["reason"] for one in entries(bureau, "wu", "enforcement.paper_seen")] == ["复核"]


def test_a_head_sees_papers_freely_while_an_approval_waits_for_them_and_not_after(bureau: Bureau) -> None:
    found = scene(bureau)
    for act in ("submit_registration", "prepare_documents"):
        found["jia"].act(found.case_id, act)
    path = f"/cases/{found.case_id}/documents/{found.documents()['D03']['id']}/preview.pdf"
    assert asked(bureau, "wu", path)[0] == 200
    assert [one["reason"] for one in entries(bureau, "wu", "enforcement.paper_seen")] == ["待本人审批"]
    assert asked(bureau, "bing", path)[0] == 403  # the registration does not wait for the department's head
    assert asked(bureau, "wu", f"/cases/{found.case_id}/state")[1]["masked"] is True
    found["wu"].decide(found.case_id, "registration")
    assert asked(bureau, "wu", path)[0] == 403


def test_the_documents_page_shows_asks_or_says_who_may(bureau: Bureau) -> None:
    found = scene(bureau)
    address = f"/cases/{found.case_id}/documents?document={found.documents()['D02']['id']}"
    shown = {name: page(bureau, name, address)[1] for name in ("jia", "wu", "ji")}
    assert {name: 'data-testid="paper-reason"' in text for name, text in shown.items()} == {
        "jia": False, "wu": True, "ji": False,
    }  # fmt: skip
    assert {name: "hx-trigger=\"load\" hx-swap=\"outerHTML\" aria-busy" in text for name, text in shown.items()} == {
        "jia": True, "wu": False, "ji": False,
    }  # fmt: skip
    assert {name: "sealed.pdf" in text or "preview.pdf" in text for name, text in shown.items()} == {
        "jia": True, "wu": True, "ji": False,
    }  # fmt: skip
    paper = f"/cases/{found.case_id}/documents/{found.documents()['D02']['id']}/paper"
    assert page(bureau, "wu", paper)[0] == 403
    status, text = page(bureau, "wu", paper, "复核")
    assert (status, "data:image/png" in text) == (200, True)


def test_pictures_of_people_are_asked_for_and_pictures_of_goods_are_not(bureau: Bureau) -> None:
    tablet, ids = bureau.open_case(), {}
    for what in ("certificates", next(iter(OPEN_PICTURES))):
        ids[what] = new_id()
        tablet.done("photo.add", photo_id=str(ids[what]), what=what, caption=what)
        keeping.keep_photo(actor=bureau["jia"], case_id=tablet.case_id, photo_id=ids[what], content=picture(what))
    goods, person = (
        f"/cases/{tablet.case_id}/photos/{ids.pop(what)}",
        f"/cases/{tablet.case_id}/photos/{ids.popitem()[1]}",
    )
    assert asked(bureau, "bing", goods)[0] == 200
    assert asked(bureau, "bing", person)[0] == 403
    _, text = page(bureau, "bing", f"/cases/{tablet.case_id}/evidence")
    assert (goods in text, person in text) == (True, False)
    _, text = page(bureau, "bing", f"/cases/{tablet.case_id}/evidence", "复核")
    assert f"{person}?reason=" in text
    for _ in range(3):
        assert asked(bureau, "bing", person, reason="复核")[0] == 200
    assert [one["reason"] for one in entries(bureau, "bing", "enforcement.pictures_seen")] == ["复核"]
    assert asked(bureau, "jia", person)[0] == 200
    assert person in page(bureau, "jia", f"/cases/{tablet.case_id}/evidence")[1]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("party.set", {"name": "叶**"}),
        ("party.set", {"name": "叶森", "id_no": "3502**********8556"}),
        ("party.set", {"name": "叶森", "phone": "139****0001"}),
        ("party.set", {"name": "叶森", "address": "福建省厦门市…"}),
        ("party.set", {"name": "顺和盛公司", "kind": "organisation", "representative": {"name": "叶**"}}),
        ("presence.set", {"party_present": True, "witness": {"name": "李**"}}),
        ("presence.set", {"party_present": False, "person_in_charge": {"name": "王店员", "phone": "139****0002"}}),
        ("service.set", {"address": "福建省厦门市…", "receiver": "叶森"}),
        ("service.set", {"address": "金山街道267号", "receiver": "叶**"}),
        ("service.set", {"address": "金山街道267号", "receiver": "叶森", "phone": "5***"}),
        ("evidence.set", {"evidence_id": str(new_id()), "kind": "书证", "provided_by": "叶**"}),
        ("inspection.set", {"report": {"by": "诸**", "text": "来电"}}),
    ],
)
def test_what_a_mask_left_never_comes_back_as_a_fact(bureau: Bureau, kind: str, payload: dict[str, Any]) -> None:
    tablet = bureau.open_case()
    more = {"party_id": str(new_id())} if kind == "party.set" else {}
    result = tablet.do(kind, **more, **payload)
    assert (result.status, result.code) == ("refused", "invalid_payload")
    assert "脱敏" in result.detail


def test_a_search_confirms_nobody_to_who_may_not_see_them_and_is_entered_for_others(bureau: Bureau) -> None:
    tablet = case_with_party(bureau)
    tablet.done("valuer.set", officer_id=str(bureau["ji"].pk))
    tablet.done("scan", barcode=RED, n=1)

    def found(username: str, words: str) -> int:
        client = Client()
        client.force_login(bureau[username])
        assert client.get("/cases", {"q": words}).status_code in (200, 403)
        return cases(bureau[username], Filters(words=words)).count()

    for words in (NAME, NAME[1:], PHONE, PHONE[-4:]):
        assert found("ji", words) == 0  # a valuer may not see people, not with a reason either
        assert found("jia", words) == 1
        assert found("bing", words) == 1
    assert found("ji", RED) == 1
    assert found("bing", "顺和盛") == 1
    assert found("bing", "13900009999") == 0
    rows = Entry.objects.filter(kind="enforcement.searched").select_related("personal").order_by("seq")
    assert {row.actor_id for row in rows} == {bureau["bing"].pk}
    assert [row.personal.part["words"] for row in rows] == [NAME, NAME[1:], PHONE, PHONE[-4:], "13900009999"]
    assert [row.facts for row in rows] == [{"count": count} for count in (1, 1, 1, 1, 0)]


def test_a_number_in_a_reason_is_masked_on_the_ledger(bureau: Bureau) -> None:
    case_id = case_with_party(bureau).case_id
    page(bureau, "bing", f"/cases/{case_id}", f"致电 {PHONE}")
    assert [entry.facts["reason"] for entry in looks(case_id)] == ["致电 139****0001"]


def test_what_is_typed_beside_a_case_names_nobody_on_the_ledger(bureau: Bureau) -> None:
    tablet = case_with_party(bureau)
    tablet.done("photo.add", photo_id=str(new_id()), what="papers", caption=f"{NAME}的账本")
    assert Entry.objects.get(kind="enforcement.photo.add").facts["caption"] == "叶**的账本"
    assert tablet.state()["photos"][0]["caption"] == f"{NAME}的账本"
    page(bureau, "bing", f"/cases/{tablet.case_id}", f"致电{NAME}")
    assert [entry.facts["reason"] for entry in looks(tablet.case_id)] == ["致电叶**"]
