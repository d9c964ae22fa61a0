"""Scope: every route and every list of the room, asked by an officer of the other district, shows nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests.core.walking import Address, addresses, text_of
from tests.enforcement.conftest import Bureau
from tests.enforcement.desk import DRAWN, RED, Scene, picture, scene
from zhuanmai.accounts.models import Officer
from zhuanmai.api import api
from zhuanmai.approvals.models import Approval
from zhuanmai.approvals.permissions import require_decider, waiting_for
from zhuanmai.core.clock import now
from zhuanmai.core.errors import NotAllowed, NotFound
from zhuanmai.core.ids import new_id
from zhuanmai.documents.models import SignatureBlock
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.permissions import cases_of, require_seen
from zhuanmai.enforcement.workers import conflicted, require_worker
from zhuanmai.ledger.models import Entry
from zhuanmai.reference.models import Licensee

pytestmark = pytest.mark.django_db
OUTSIDERS = ("o35020310", "bureau_head-350203", "auditor", "editor", "admin", "security", "analyst", "clerk")
INSIDERS = ("jia", "yi", "bing", "ding", "wu", "city-head")


@pytest.mark.parametrize("username", INSIDERS)
def test_the_squad_and_its_heads_see_the_case(bureau: Bureau, username: str) -> None:
    case_id = bureau.open_case().case_id
    assert require_seen(bureau[username], case_id).pk == case_id


@pytest.mark.parametrize("username", OUTSIDERS)
def test_others_see_no_case_in_any_list_or_by_its_id(bureau: Bureau, username: str) -> None:
    case_id = bureau.open_case().case_id
    assert list(cases_of(bureau[username])) == []
    assert waiting_for(bureau[username]) == []
    with pytest.raises(NotFound):
        require_seen(bureau[username], case_id)


def test_another_squad_of_the_same_bureau_sees_it_only_after_the_hand_over(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    other = bureau["o35020620"]
    assert not cases_of(other).exists()
    second = bureau["o35020621"]
    tablet.done("case.hand_over", officer_ids=[str(other.pk), str(second.pk)], reason="调整分工")
    assert [one.pk for one in cases_of(other)] == [tablet.case_id]
    assert [one["name"] for one in tablet.state()["officers"]] == [other.name, second.name]


def test_the_valuer_sees_the_case_that_they_value(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    assert not cases_of(bureau["ji"]).exists()
    tablet.done("valuer.set", officer_id=str(bureau["ji"].pk))
    assert cases_of(bureau["ji"]).exists()
    with pytest.raises(NotAllowed):
        require_worker(bureau["ji"], require_seen(bureau["ji"], tablet.case_id))


def test_an_investigator_never_approves_the_case(bureau: Bureau) -> None:
    found = scene(bureau)
    found["jia"].act(found.case_id, "submit_registration")
    row = Approval.objects.get(subject_id=found.case_id)
    assert conflicted({bureau["yi"].pk, bureau["wu"].pk}, found.case_id) == {bureau["yi"].pk}
    for username in ("jia", "bing", "ding"):
        with pytest.raises(NotAllowed):
            require_decider(bureau[username], row)
    assert require_decider(bureau["wu"], row) == bureau["wu"].pk


@pytest.mark.parametrize("username", ["o35020310", "analyst"])
def test_every_route_of_the_room_answers_an_outsider_with_nothing(bureau: Bureau, username: str) -> None:
    tablet = bureau.open_case()
    tablet.done("party.set", party_id=str(new_id()), name="叶𬭎森", id_no="350206197908178556")
    secrets = ("叶𬭎森", "350206197908178556", "枋湖南路88号", tablet.state()["case"]["clue_no"])
    client = signed_in(bureau, username)
    made_up = dict.fromkeys(("document_id", "photo_id", "approval_id"), new_id())
    ids = {"case_id": tablet.case_id, "tab": "facts", **made_up}
    asked = [one for one in addresses() if "GET" in one.methods and is_ours(one)]
    for address in asked:
        path = address.filled(ids)
        answer = client.get(path)
        text = text_of(answer)
        assert answer.status_code != 500, path
        assert [secret for secret in secrets if secret in text] == [], path
        # The workbench's page is an empty frame: it opens for a case that the server has not heard of yet, too.
        if str(tablet.case_id) in path and not path.startswith("/field/"):
            assert answer.status_code in (403, 404), (path, answer.status_code)
    assert len(asked) > 10


@dataclass(frozen=True)
class Write:
    """A write with a body that succeeds for the right officer: who that is, and who of elsewhere sends the same."""

    right: str
    foreign: str
    body: Callable[[Scene, Client], dict[str, Any] | bytes]
    done: int = 200


def signing(found: Scene, client: Client, path: str, username: str, **opinion: Any) -> dict[str, Any]:
    """A challenge that the right officer was given, answered with their key."""
    begun = client.post(path, json.dumps(opinion), content_type="application/json").json()
    return {"signing_id": begun["signing_id"], "credential": found[username].key.answer(begun["options"])}


def approval(found: Scene) -> str:
    """The address of the approval that waits for the bureau's head."""
    return f"/api/approvals/{Approval.objects.get(subject_id=found.case_id, state='waiting').pk}"


def step(by: Officer, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """A batch of one operation of an officer."""
    sent = {"id": str(new_id()), "n": 1, "by": str(by.pk), "kind": kind, "at": now().isoformat(), "payload": payload}
    return {"tablet": str(new_id()), "operations": [sent]}


API = "api/enforcement"
CASE = f"{API}/cases/<case_id>"
WRITES = {
    f"POST {CASE}/operations": Write(
        "jia", "o35020310", lambda found, _: step(found.bureau["jia"], "scan", {"barcode": RED, "n": 1})
    ),
    f"POST {CASE}/take-over": Write(
        "jia", "o35020310", lambda found, _: {"author": str(found.bureau["yi"].pk), "device": str(new_id())}
    ),
    f"PUT {CASE}/photos/<photo_id>": Write("jia", "o35020310", lambda found, _: picture("second")),
    f"POST {CASE}/acts": Write(
        "jia", "o35020310", lambda found, _: {"operation_id": str(new_id()), "act": "submit_filing", "payload": {}}
    ),
    f"POST {CASE}/signing/begin": Write("jia", "o35020310", lambda found, _: {}),
    f"POST {CASE}/signing/finish": Write(
        "jia", "o35020310",
        lambda found, client: signing(found, client, f"/api/enforcement/cases/{found.case_id}/signing/begin", "jia"),
    ),
    f"POST {CASE}/signatures": Write(
        "jia", "o35020310", lambda found, _: {"operation_id": str(new_id()), "role": "party", "drawing": DRAWN}
    ),
    "POST api/approvals/<approval_id>/begin": Write("wu", "bureau_head-350203", lambda found, _: {"agreed": True}),
    "POST api/approvals/<approval_id>/finish": Write(
        "wu", "bureau_head-350203",
        lambda found, client: signing(found, client, f"{approval(found)}/begin", "wu", agreed=True) | {"agreed": True},
    ),
}  # fmt: skip


def test_every_write_of_the_room_is_sent_below() -> None:
    writes = {f"{method} {one.route}" for one in addresses() for method in one.methods if method != "GET"}
    assert {write for write in writes if f" {API}/" in write or " api/approvals/" in write} == set(WRITES)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_succeeds_for_the_right_officer_is_refused_to_another_districts(bureau: Bureau, name: str) -> None:
    found, write = scene(bureau), WRITES[name]
    if not name.endswith("operations"):
        for act in ("submit_registration", "prepare_documents"):
            found["jia"].act(found.case_id, act)
    else:
        found.tablet.done("counting.reopen", reason="还有一箱")
    photo = new_id()
    if "photo" in name:
        found.tablet.done("photo.add", photo_id=str(photo), what="goods_found", caption="第二张")
    method, _, route = name.partition(" ")
    address = next(one for one in addresses() if one.route == route)
    waiting = Approval.objects.filter(subject_id=found.case_id, state="waiting").first()
    path = address.filled(
        {"case_id": found.case_id, "photo_id": photo, "approval_id": waiting.pk if waiting else new_id()}
    )
    right = signed_in(bureau, write.right)
    body = write.body(found, right)
    content, mime = (body, "image/png") if isinstance(body, bytes) else (json.dumps(body), "application/json")

    before = kept(found)
    foreign = signed_in(bureau, write.foreign).generic(method, path, content, content_type=mime)
    assert foreign.status_code in (403, 404), foreign.content.decode()
    assert [secret for secret in ("叶𬭎森", "350206197908178556") if secret in foreign.content.decode()] == []
    assert kept(found) == before
    answer = right.generic(method, path, content, content_type=mime)
    assert answer.status_code == write.done, answer.content.decode()
    if name.endswith("operations"):
        assert [one["status"] for one in answer.json()["results"]] == ["applied"]
    if not name.endswith("begin"):
        assert kept(found) != before


def test_nothing_is_entered_on_a_case_that_the_officer_does_not_see(bureau: Bureau) -> None:
    found = scene(bureau)
    Licensee.objects.create(
        licence_no="350206150798", holder_name="夏侯持证", holder_id="350206198501012399", phone="13955550006",
        shop_name="顺和盛", district_code="350206", address="枋湖南路88号",
    )  # fmt: skip
    path = "/api/reference/licensees/350206150798/look"

    def look(username: str, case_id: object) -> int:
        body = {"reason": "随便写点什么", "case_id": str(case_id)}
        return int(
            signed_in(bureau, username).post(path, json.dumps(body), content_type="application/json").status_code
        )

    before = Entry.objects.filter(case_id=found.case_id).count()
    assert look("o35020310", found.case_id) == 404
    assert Entry.objects.filter(case_id=found.case_id).count() == before
    assert not Entry.objects.filter(kind="reference.licensee_seen").exists()
    assert look("jia", found.case_id) == 200
    assert Entry.objects.filter(case_id=found.case_id).count() == before + 1
    unknown = new_id()  # a tablet opens it; it is on no case's timeline yet
    assert look("jia", unknown) == 200
    assert not Entry.objects.filter(case_id=unknown).exists()


def named_cases() -> set[tuple[str, str]]:
    """Every operation of the API that takes a case by a parameter or in its body, not in its path."""
    schema = api.get_openapi_schema()
    found = set()
    for path, operations in schema["paths"].items():
        for verb, operation in operations.items():
            if verb == "get":
                names = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
            else:
                content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                shape = content.get("schema", {})
                shape = schema["components"]["schemas"].get(shape.get("$ref", "").rpartition("/")[2], shape)
                names = set(shape.get("properties", {}))
            if names & {"case_id", "subject_id", "object_id"}:
                found.add((verb, path))
    return found


def test_whatever_takes_a_case_by_name_is_known_here() -> None:
    assert named_cases() == {
        ("post", "/api/reference/licensees/{licence_no}/look"),  # above
        ("get", "/api/exchange/messages"),  # of those that the officer sees (tests/exchange/test_scope.py)
        ("get", "/api/ledger/history"),  # the auditor's: they see every entry
    }


@pytest.mark.parametrize("path", ["", "/facts", "/documents/{document}/paper"])
def test_a_reason_posted_from_elsewhere_shows_nothing(bureau: Bureau, path: str) -> None:
    found = scene(bureau)
    address = f"/cases/{found.case_id}" + path.format(document=found.documents()["D02"]["id"])
    answer = signed_in(bureau, "o35020310").post(address, {"reason": "核对身份"})
    assert answer.status_code == 404
    assert "叶𬭎森" not in answer.content.decode()
    assert signed_in(bureau, "jia").post(address, {"reason": "核对身份"}).status_code == 200


def kept(found: Scene) -> tuple[int, int, int, int]:
    """What a write to the case leaves behind: its state's number, entries, signatures, pictures' bytes."""
    entries = Entry.objects.filter(case_id=found.case_id).count()
    case = Case.objects.get(pk=found.case_id)
    signed = SignatureBlock.objects.filter(version__document__subject_id=found.case_id).count()
    return case.cursor, entries, signed, case.photos.filter(kept=True).count()


def is_ours(address: Address) -> bool:
    """Whether an address is of this room."""
    return address.route.startswith((API, "api/approvals", "cases", "field", "approvals")) or address.route == ""


def signed_in(bureau: Bureau, username: str) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(bureau[username])
    return client
