"""Proves: neither the answer nor the work that it costs tells who has an account, who was stopped and what is locked.

Work is counted, not timed: the statements that reach the database and the passwords that are hashed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.accounts.conftest import People, enrolled, software_key
from zhuanmai.accounts import invitations, passkeys
from zhuanmai.accounts.demo import DEMO_PASSWORD
from zhuanmai.accounts.lockout import MAX_FAILURES
from zhuanmai.accounts.models import Guesses, Key, Officer
from zhuanmai.core.clock import now
from zhuanmai.core.models import Pace

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Seen:
    """What somebody outside can see, and what it cost."""

    status: int
    answer: str
    statements: tuple[str, ...]
    hashes: int


def watched(ask: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Ask as the first in this minute, and see what came of it."""
    Pace.objects.all().delete()
    hashed: list[int] = []
    hasher = type(hashers.get_hasher())
    encode = hasher.encode

    def counted(*given: Any, **more: Any) -> Any:
        hashed.append(1)
        return encode(*given, **more)

    with monkeypatch.context() as patch, CaptureQueriesContext(connection) as queries:
        patch.setattr(hasher, "encode", counted)
        answer = ask()
    words = tuple(
        " ".join(one["sql"].split('"s')[0].split()[:3]).split("(")[0].upper()
        for one in queries.captured_queries
        if "core_clockshift" not in one["sql"]  # what the time is, is asked again when it was asked some while ago
    )
    text = re.sub(
        r'name="csrfmiddlewaretoken" value="[^"]*"|data-csrf="[^"]*"|data-now="[^"]*"', "", answer.content.decode()
    )
    return Seen(answer.status_code, text, words, len(hashed))


def by_api(username: str, password: str) -> Any:
    """A sign-in with a password, by a program."""
    given = {"username": username, "password": password}
    return Client().post("/api/accounts/sign-in/password", json.dumps(given), "application/json")


def by_page(username: str, password: str) -> Any:
    """A sign-in with a password, on the page."""
    return Client().post("/sign-in", {"username": username, "password": password})


@pytest.mark.parametrize("ask", [by_api, by_page])
def test_a_password_that_is_refused_looks_and_costs_the_same_whoever_is_named(
    people: People, ask: Callable[[str, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Officer.objects.filter(username="bing").update(is_active=False)
    no_word = Officer.objects.create_user("wang5", name="王", unit=people.unit("350206"))
    assert not no_word.has_usable_password()
    wrong = {name: watched(lambda name=name: ask(name, "wrong"), monkeypatch) for name in ("nob", "jia", "bin", "yi")}
    wrong |= {name: watched(lambda name=name: ask(name, "wrong"), monkeypatch) for name in ("bing", "wang5")}
    for name in ("jia", "nob", "ding"):
        for _ in range(MAX_FAILURES):
            ask(name, "wrong")
    locked = {name: watched(lambda name=name: ask(name, "wrong"), monkeypatch) for name in ("nob", "jia", "ding")}
    right = {name: watched(lambda name=name: ask(name, DEMO_PASSWORD), monkeypatch) for name in ("nob", "jia", "bing")}
    seen = {
        (one.status, re.sub(r'value="(nob|jia|bin|yi|bing|wang5|ding)"', "", one.answer), one.statements, one.hashes)
        for found in (wrong, locked, right)
        for one in found.values()
    }
    assert len({one[:2] for one in seen}) == 1
    assert {one[3] for one in seen} == {1}
    assert len(seen) == 1, "\n".join(str(one[2]) for one in seen)


def test_a_name_that_nobody_has_is_locked_as_others_are(people: People) -> None:
    for name in ("nob", "jia"):
        for _ in range(MAX_FAILURES):
            by_api(name, "wrong")
    assert Guesses.objects.filter(locked_until__gt=now()).count() == 2
    assert "jia" not in str(list(Guesses.objects.values()))


def test_where_keys_are_required_every_name_is_told_the_same(
    people: People, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KEY_REQUIRED = True
    seen = {watched(lambda name=name: by_api(name, DEMO_PASSWORD), monkeypatch) for name in ("jia", "nob")}
    assert len(seen) == 1
    assert next(iter(seen)).hashes == 0


def test_a_key_that_is_refused_tells_nothing_of_itself(people: People) -> None:
    known, waits, lost, locked = (software_key() for _ in range(4))
    rows = [enrolled(people["jia"], soft) for soft in (known, waits, lost, locked)]
    Key.objects.filter(pk=rows[2].pk).update(revoked_at=now(), approved_at=now())
    Key.objects.filter(pk=rows[3].pk).update(approved_at=now(), locked_until=now().replace(year=2999))
    answers = set()
    for soft, spoil in ((software_key(), {}), (waits, {}), (lost, {}), (locked, {}), (known, {"signature": "AAAA"})):
        begun = passkeys.begin_sign_in()
        credential: dict[str, Any] = soft.answer(begun["options"])
        credential["response"] |= spoil
        given = {"challenge_id": begun["challenge_id"], "credential": credential}
        answer = Client().post("/api/accounts/sign-in/finish", json.dumps(given), "application/json")
        answers.add((answer.status_code, answer.content))
    assert len(answers) == 1


def test_the_challenges_and_links_tell_nothing_of_who_there_is(people: People) -> None:
    begun = Client().post("/api/accounts/sign-in/begin", "{}", "application/json").json()
    assert not begun["options"].get("allowCredentials")
    made, secret = invitations.issue(actor=people["security"], officer=people["jia"])
    for route in ("look", "begin"):
        unknown = Client().post(f"/api/accounts/enrol/{route}", {"secret": "x" * 43}, "application/json")
        assert unknown.status_code == 404
        waiting = Client().post(f"/api/accounts/enrol/{route}", {"secret": secret}, "application/json")
        assert waiting.status_code == 409
        assert "甲" not in waiting.content.decode()
