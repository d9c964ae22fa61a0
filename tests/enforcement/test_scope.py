"""Scope: every route and every list of the room, asked by an officer of the other district, shows nothing."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.enforcement.conftest import Bureau, TabletClient
from tests.enforcement.desk import Scene, scene
from zhuanmai.accounts.models import Signing
from zhuanmai.core.clock import now
from zhuanmai.core.errors import NotAllowed, NotFound
from zhuanmai.core.ids import new_id
from zhuanmai.core.management.commands.openapi import document
from zhuanmai.enforcement.models import Approval, Case, FieldOperation
from zhuanmai.enforcement.permissions import (
    approvable_by,
    cases_of,
    is_investigator,
    require_approver,
    require_seen,
    require_worker,
)
from zhuanmai.enforcement.state import state_of

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
    assert list(approvable_by(bureau[username])) == []
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


def test_who_had_the_case_and_is_of_another_squad_sees_it_no_more(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    guests, own = [bureau["o35020620"], bureau["o35020621"]], [bureau["jia"], bureau["yi"]]
    tablet.done("case.hand_over", officer_ids=[str(one.pk) for one in guests], reason="调整分工")
    TabletClient(guests[0], tablet.case_id).done(
        "case.hand_over", officer_ids=[str(one.pk) for one in own], reason="调整分工"
    )
    for guest in guests:
        assert list(cases_of(guest)) == []
        with pytest.raises(NotFound):
            require_seen(guest, tablet.case_id)
        with pytest.raises(NotAllowed):
            require_worker(guest, Case.objects.get())
        assert is_investigator(Case.objects.get(), guest)  # and never approves what they once investigated
    assert [one.pk for one in cases_of(own[0])] == [tablet.case_id]


def test_the_valuer_sees_the_case_that_they_value(bureau: Bureau) -> None:
    tablet = bureau.open_case()
    assert not cases_of(bureau["ji"]).exists()
    tablet.done("valuer.set", officer_id=str(bureau["ji"].pk))
    assert cases_of(bureau["ji"]).exists()
    with pytest.raises(NotAllowed):
        require_worker(bureau["ji"], require_seen(bureau["ji"], tablet.case_id))


def test_an_investigator_never_approves_the_case(bureau: Bureau) -> None:
    case = require_seen(bureau["jia"], bureau.open_case().case_id)
    assert is_investigator(case, bureau["yi"])
    for username in ("jia", "bing", "ding"):
        with pytest.raises(NotAllowed):
            require_approver(bureau[username], case, "bureau_head")
    require_approver(bureau["wu"], case, "bureau_head")


@pytest.fixture
def waiting(bureau: Bureau) -> Scene:
    """A case with a party, goods, documents, and an approval that waits."""
    found = scene(bureau)
    found["jia"].act(found.case_id, "submit_registration")
    return found


@pytest.mark.parametrize("username", ["o35020310", "bureau_head-350203", "analyst"])
def test_every_page_of_the_room_answers_an_outsider_with_nothing(
    bureau: Bureau, waiting: Scene, username: str
) -> None:
    state = state_of(Case.objects.get())
    secrets = (*(one["name"] for one in state["parties"]), state["place"]["address"], state["case"]["clue_no"])
    assert len(secrets) > 2
    assert all(secrets)
    client = Client()
    client.force_login(bureau[username])
    asked = 0
    for method, path in routes(waiting.case_id):
        answer = client.generic(method, path, json.dumps({}), content_type="application/json")
        asked += 1
        text = b"".join(answer) if answer.streaming else answer.content
        assert answer.status_code != 500, path
        assert [secret for secret in secrets if secret.encode() in text] == [], path
        # The workbench's page is an empty frame: it opens for a case that the server has not heard of yet, too.
        if str(waiting.case_id) in path and not path.startswith(("/field/", "/api/")):
            assert answer.status_code in (403, 404), (path, answer.status_code)
    assert asked > 10


WRITES = [
    (method, path, operation)
    for path, operations in json.loads(document())["paths"].items()
    for method, operation in operations.items()
    if method != "get" and "/enforcement/" in path
]
SAYS = {"kind": "scan", "act": "submit_filing", "role": "party"}


@pytest.mark.parametrize("username", ["o35020310", "bureau_head-350203", "analyst"])
def test_a_write_that_is_formed_well_is_refused_to_an_outsider_and_changes_nothing(
    bureau: Bureau, waiting: Scene, username: str
) -> None:
    approval = Approval.objects.filter(state="waiting").earliest("asked_at")
    ids = {"case_id": waiting.case_id, "approval_id": approval.pk, "photo_id": new_id()}
    before = state_of(Case.objects.get()), Signing.objects.count(), FieldOperation.objects.count()
    client = Client()
    client.force_login(bureau[username])
    assert len(WRITES) > 6
    for method, path, operation in WRITES:
        body = formed(operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}))
        answer = client.generic(method.upper(), path.format(**ids), json.dumps(body), content_type="application/json")
        assert answer.status_code in (403, 404), (method, path, answer.content.decode())
    assert (state_of(Case.objects.get()), Signing.objects.count(), FieldOperation.objects.count()) == before
    assert Approval.objects.get(pk=approval.pk).state == "waiting"


def formed(schema: dict[str, Any], name: str = "") -> Any:
    """The smallest thing that a schema of the API accepts, saying what our acts are called."""
    if "$ref" in schema:
        schema = json.loads(document())["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "properties" in schema:
        return {key: formed(schema["properties"][key], key) for key in schema.get("required", ())}
    if schema.get("format") == "uuid":
        return str(new_id())
    if schema.get("format") == "date-time":
        return now().isoformat()
    if schema.get("type") == "array":
        return [formed(schema["items"])]
    made = {"string": SAYS.get(name, "字"), "boolean": True, "integer": 1, "number": 1}
    return made.get(schema.get("type", ""), {})


def routes(case_id: uuid.UUID) -> list[tuple[str, str]]:
    """Every address of the room, with the case's id (any other id is made up)."""
    found = []
    for pattern in get_resolver().url_patterns:
        for path in paths(pattern, ""):
            if "enforcement" in path or path.startswith(("cases", "field", "approvals")) or path == "":
                filled = "/" + "/".join(
                    str(case_id) if "case_id" in part else str(new_id()) if "<" in part else part
                    for part in path.split("/")
                )
                found += [("GET", filled), ("POST", filled)]
    return found


def paths(pattern: object, before: str) -> list[str]:
    """The addresses under a pattern."""
    here = before + str(getattr(pattern, "pattern", "")).lstrip("^").rstrip("$")
    below = getattr(pattern, "url_patterns", None)
    return [here] if below is None else [path for inner in below for path in paths(inner, here)]
