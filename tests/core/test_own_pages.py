"""Proves: nothing is written from a foreign page, and the API is written to in JSON only: every route that writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from tests.accounts.conftest import People, people  # noqa: F401
from tests.core.walking import addresses
from zhuanmai.accounts.demo import DEMO_PASSWORD
from zhuanmai.core.ids import new_id
from zhuanmai.core.middleware import is_from_us

pytestmark = pytest.mark.django_db
FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Origin": settings.BASE_URL + ".elsewhere.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": settings.BASE_URL},
]
OF_FORMS = (
    "text/plain",
    "text/plain;charset=UTF-8",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
)
TIMES = {"seq": 0, "sha256": "a" * 64, "job_id": 1, "tab": "facts"}


class Anything(dict[str, Any]):
    """Something for each part of an address: what it names is not there."""

    def __contains__(self, name: object) -> bool:
        return " " not in str(name)

    def get(self, name: str, other: Any = None) -> Any:
        """An id, or a word where an address wants one."""
        return TIMES.get(name, new_id()) if name in self else other


def writes() -> list[tuple[str, str]]:
    """Every address with each method that writes."""
    found = [(one.filled(Anything()), method) for one in addresses() for method in one.methods if method != "GET"]
    assert len(found) > 60
    return found


def is_body_read(path: str) -> bool:
    """Whether a JSON body is read there: one that is none is refused before anything else of it."""
    return path.startswith("/api/") and "/photos/" not in path


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_nothing_is_taken_from_a_foreign_page(people: People, headers: dict[str, str]) -> None:  # noqa: F811
    client = Client()
    client.force_login(people["security"])
    taken = []
    for path, method in writes():
        answer = client.generic(
            method, path, "{}", "application/json", headers={**headers, "Accept": "application/json"}
        )
        if answer.status_code != 403 or answer.json()["code"] != "foreign_page":
            taken.append((method, path, answer.status_code))
    assert taken == []


@pytest.mark.parametrize("mime", OF_FORMS)
def test_the_api_takes_nothing_that_a_foreign_form_can_send(people: People, mime: str) -> None:  # noqa: F811
    taken = []
    for officer in (None, people["jia"]):
        client = Client()
        if officer:
            client.force_login(officer)
        for path, method in writes():
            if not path.startswith("/api/"):
                continue
            answer = client.generic(method, path, "{}", mime)
            if answer.status_code != 415 or answer.json()["code"] != "not_json":
                taken.append((method, path, answer.status_code))
    assert taken == []


@pytest.mark.parametrize("mime", ["image/jpeg", "application/octet-stream", "application/jsonp", ""])
def test_a_body_that_does_not_say_it_is_json_is_not_read_as_json(people: People, mime: str) -> None:  # noqa: F811
    client = Client()
    client.force_login(people["jia"])
    answers = {
        (method, path): client.generic(method, path, "{}", mime).status_code
        for path, method in writes()
        if is_body_read(path)
    }
    assert set(answers.values()) == {415}, [one for one, status in answers.items() if status != 415]


def test_nobody_is_signed_in_by_a_foreign_page(people: People) -> None:  # noqa: F811
    given = json.dumps({"username": "jia", "password": DEMO_PASSWORD})
    for headers in FOREIGN:
        client = Client()
        assert (
            client.post("/api/accounts/sign-in/password", given, "application/json", headers=headers).status_code == 403
        )
        form = {"username": "jia", "password": DEMO_PASSWORD}
        assert client.post("/sign-in", form, headers=headers).status_code == 403
        assert "sessionid" not in client.cookies
    client = Client()
    assert client.post("/api/accounts/sign-in/password", given, "text/plain").status_code == 415
    assert client.post("/api/accounts/sign-in/password", given, "application/json").status_code == 200


@pytest.mark.parametrize("headers, ours", [
    ({}, True), ({"Sec-Fetch-Site": "same-origin"}, True), ({"Sec-Fetch-Site": "none"}, True),
    ({"Origin": "http://testserver"}, True), ({"Origin": settings.BASE_URL}, True),
    ({"Origin": "https://testserver"}, False), ({"Origin": "http://testserver:81"}, False), ({"Origin": ""}, False),
    *((headers, False) for headers in FOREIGN),
])  # fmt: skip
def test_where_a_request_comes_from(headers: dict[str, str], ours: bool) -> None:
    assert is_from_us(RequestFactory().post("/", headers=headers)) is ours
