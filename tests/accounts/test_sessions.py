"""Proves: sessions are over when they should be and do not revive; each sees and ends their own, administrators others'."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from tests.accounts.conftest import People, enrolled, software_key
from zhuanmai.accounts import services, sessions, staffing
from zhuanmai.accounts.demo import DEMO_PASSWORD
from zhuanmai.accounts.models import Officer, Session
from zhuanmai.core.errors import NotAllowed, NotFound, Refused
from zhuanmai.core.legible import digest
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.queries import line_of

Desk = Callable[[str], Client]
ANDROID = "Mozilla/5.0 (Linux; Android 13; SM-T575) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"


def signs_in(username: str, agent: str = ANDROID) -> Client:
    """Somebody signs in with a password, as a browser does."""
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR="10.12.3.45")
    answer = client.post("/sign-in", {"username": username, "password": DEMO_PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    """Whether the page and the API both take the session, or neither does."""
    page, call = client.get("/me").status_code, client.get("/api/accounts/me").status_code
    assert (page, call) in ((200, 200), (302, 401))
    return page == 200


@pytest.mark.parametrize("act", ["stopped", "key lost", "password changed", "all ended"])
def test_sessions_are_over_at_once_and_do_not_revive(people: People, act: str) -> None:
    jia, security = people["jia"], people["security"]
    key = enrolled(jia, software_key())
    client, kept = signs_in("jia"), Client()
    kept.cookies = client.cookies.copy()
    row = Session.objects.get(officer=jia)
    assert is_in(client)
    if act == "stopped":
        staffing.set_active(actor=security, officer_id=jia.pk, active=False, reason="调离")
        assert not is_in(client)
        staffing.set_active(actor=security, officer_id=jia.pk, active=True, reason="返岗")
    elif act == "key lost":
        services.revoke_key(actor=security, key_id=key.pk, reason="遗失")
    elif act == "password changed":
        jia.set_password("another word")
        jia.save()
    else:
        sessions.end_all(actor=security, officer_id=jia.pk)
    assert not is_in(client)
    assert not Session.objects.filter(officer=jia).exists()
    row.save(force_insert=True)  # a copy of the row, as somebody might have kept one
    assert not is_in(kept)
    assert not is_in(client)


def test_a_sign_in_that_was_under_way_when_its_holder_was_stopped_is_over_too(people: People, at_desk: Desk) -> None:
    before = people["jia"]
    for active, reason in ((False, "调离"), (True, "返岗")):
        staffing.set_active(actor=people["security"], officer_id=before.pk, active=active, reason=reason)
    late = Client()
    late.force_login(before)
    assert not is_in(late)
    assert is_in(at_desk("jia"))


def test_whoever_reports_the_own_key_lost_signs_in_anew(people: People, at_desk: Desk) -> None:
    key = enrolled(people["jia"], software_key())
    client = at_desk("jia")
    session = client.session
    session["seen_at"] = int(time.time()) - 90  # so that the request itself would write to its session
    session.save()
    assert client.post(f"/me/keys/{key.pk}/revoke", {"reason": "遗失"})["Location"] == "/me"
    assert not is_in(client)


@pytest.mark.parametrize("began, seen, over", [
    (43_200, 1800, False), (43_201, 0, True), (1801, 1801, True), (1800, 1800, False), (0, 0, False),
])  # fmt: skip
def test_a_session_ends_when_idle_or_when_it_is_as_old_as_one_may_be(began: int, seen: int, over: bool) -> None:
    assert sessions.is_over(began=100_000 - began, seen=100_000 - seen, present=100_000) is over


def test_nobody_stays_in_by_being_busy(people: People, settings: Any) -> None:
    client = signs_in("jia")
    session = client.session
    session["began_at"] -= settings.SESSION_SECONDS - 30
    session.save()
    assert is_in(client)
    session = client.session
    session["began_at"] -= 60
    session.save()
    assert list(sessions.sessions_of(people["jia"])) == []
    assert not is_in(client)


@pytest.mark.parametrize("agent, words", [
    (ANDROID, "Chrome · Android"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows"),
    ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1", "Safari · iPad"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox · Linux"),
    ("curl/8.0", ""), ("", ""), ("<script>Chrome</script>", ""),
])  # fmt: skip
def test_a_device_is_told_in_words(agent: str, words: str) -> None:
    assert sessions.device_of(agent) == words


@pytest.mark.parametrize("address, masked", [
    ("10.12.3.45", "10.12.3.*"), ("2001:db8:1:2::3", "2001:db8:1:*"), ("::1", "::1:*"), ("", ""), ("unix", "unix"),
])  # fmt: skip
def test_an_address_is_masked_to_its_network(address: str, masked: str) -> None:
    assert sessions.masked_address(address) == masked


def test_each_sees_their_own_sessions_and_ends_them(people: People) -> None:
    client, other, third = signs_in("jia"), signs_in("jia", "curl/8.0"), signs_in("jia")
    stranger = signs_in("yi")
    page = client.get("/me/sessions").content.decode()
    assert page.count("10.12.3.45") == 3
    assert "Chrome · Android" in page
    row = Session.objects.get(session_key=digest(other.session.session_key or ""))
    assert stranger.post(f"/me/sessions/{row.number}/end").status_code == 403
    assert client.post(f"/me/sessions/{row.number}/end")["Location"] == "/me/sessions"
    assert (is_in(client), is_in(other), is_in(third)) == (True, False, True)
    own = Session.objects.get(session_key=digest(client.session.session_key or ""))
    assert client.post(f"/me/sessions/{own.number}/end").status_code == 422
    assert client.post("/me/sessions/end-others").status_code == 302
    assert (is_in(client), is_in(third), is_in(stranger)) == (True, False, True)
    told = Entry.objects.filter(kind="accounts.sessions_ended", object_id=people["jia"].pk).order_by("seq")
    assert [line_of(one).sentence for one in told] == ["结束登录 1 处（一处）", "结束登录 1 处（本人其余各处）"]
    assert client.post(f"/me/sessions/{uuid.uuid4()}/end").status_code == 404


def test_administrators_end_sessions_within_their_scope_and_see_no_whole_address(people: People, at_desk: Desk) -> None:
    jia = people["jia"]
    client, other = signs_in("jia"), signs_in("jia")
    page = at_desk("security").get(f"/people/{jia.pk}").content.decode()
    assert "10.12.3.*" in page
    assert "10.12.3.45" not in page
    assert "10.12.3.*" not in at_desk("auditor").get(f"/people/{jia.pk}").content.decode()
    row = Session.objects.filter(officer=jia).first()
    assert row is not None
    for who in ("auditor", "yi", "admin"):
        with pytest.raises(NotAllowed):
            sessions.end_one(actor=people[who], number=row.number, own=None)
        with pytest.raises(NotAllowed):
            sessions.end_all(actor=people[who], officer_id=jia.pk)
    assert at_desk("security").post(f"/people/sessions/{row.number}/end")["Location"] == f"/people/{jia.pk}"
    assert sorted((is_in(client), is_in(other))) == [False, True]
    assert at_desk("security").post(f"/people/{jia.pk}/sessions/end").status_code == 302
    assert (is_in(client), is_in(other)) == (False, False)
    with pytest.raises(NotFound):
        sessions.end_one(actor=people["security"], number=row.number, own=None)


def test_the_table_holds_no_key_with_which_somebody_could_come_in(people: People) -> None:
    client = signs_in("jia")
    key = client.session.session_key
    assert key
    assert key not in str(list(Session.objects.values()))
    assert client.session[SESSION_KEY] == str(people["jia"].pk)


def test_a_role_taken_back_opens_nothing_in_the_next_request(people: People, at_desk: Desk) -> None:
    client = at_desk("auditor")
    assert client.get("/ledger").status_code == 200
    held = people["auditor"].grants.get()
    services.revoke_grant(actor=people["security"], grant_id=held.pk, reason="调离")
    assert client.get("/ledger").status_code == 403


def test_a_key_is_not_revoked_twice_nor_are_sessions_ended_by_a_refused_act(people: People) -> None:
    key = enrolled(people["jia"], software_key())
    client = signs_in("jia")
    with pytest.raises(Refused):
        services.revoke_key(actor=people["jia"], key_id=key.pk, reason=" ")
    assert is_in(client)
    assert Officer.objects.get(username="jia").session_epoch == 0
