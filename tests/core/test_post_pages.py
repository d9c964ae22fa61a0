"""Whoever opens an address that only takes forms, as it stands in the bar after a refused one, comes to a page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import resolve

from tests.core.walking import addresses
from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from zhuanmai.core.middleware import page_above

PARTS = {"uuid": "5e853097-4019-4303-8ea4-1539934d2818", "int": "7", "str": "x", "slug": "x", "path": "x"}
PART = re.compile(r"<(?:(\w+):)?\w+>")
PAGES = sorted(
    "/" + PART.sub(lambda found: PARTS[found[1] or "str"], one.route)
    for one in addresses()
    if not one.route.startswith("api/")
)


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/me/delegations", "/me"),
        (f"/me/delegations/{PARTS['uuid']}/end", "/me"),
        ("/alerts/assign", "/alerts"),
        ("/theme", "/"),
        ("/", "/"),
    ],
)
def test_the_page_above_is_the_nearest_that_there_is(path: str, above: str) -> None:
    found = page_above(path)
    resolve(found)
    assert above == found or found.startswith(above)


@pytest.mark.django_db
def test_no_address_of_a_page_answers_a_look_with_nothing(bureau: Bureau, client: Client) -> None:  # noqa: F811
    client.force_login(bureau["jia"])
    assert len(PAGES) > 80
    answers = {path: client.get(path) for path in PAGES}
    assert [path for path, answer in answers.items() if answer.status_code == 405] == []
    led = {path: answer.headers["Location"] for path, answer in answers.items() if answer.status_code == 302}
    assert led["/me/delegations"] == "/me"
    assert [
        path for path, to in led.items() if to.startswith("/") and client.get(to, follow=True).status_code == 405
    ] == []
