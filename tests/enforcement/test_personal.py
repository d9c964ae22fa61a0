"""Personal data on the case page: masked in fields and free text, shown once with a reason, each look on the ledger."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.enforcement.conftest import Bureau, TabletClient
from tests.enforcement.desk import DRAWN, scene
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.personal import people_of
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
