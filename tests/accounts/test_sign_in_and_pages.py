"""Proves: sign-in locks after failures, sessions end when idle, pages answer within scope, wrong addresses in words."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.accounts.conftest import People, enrolled, software_key
from zhuanmai.accounts import services
from zhuanmai.accounts.demo import DEMO_PASSWORD
from zhuanmai.accounts.lockout import MAX_FAILURES
from zhuanmai.accounts.models import Grant, Guesses, Officer, Unit
from zhuanmai.core.errors import Refused
from zhuanmai.ledger.models import Entry

Desk = Callable[[str], Client]


def test_five_failures_lock_for_a_while_and_are_on_the_ledger(people: People) -> None:
    for _ in range(MAX_FAILURES):
        with pytest.raises(Refused) as wrong:
            services.check_sign_in(username="jia", password="wrong")
        assert wrong.value.code == "wrong_password"
    with pytest.raises(Refused) as locked:
        services.check_sign_in(username="jia", password=DEMO_PASSWORD)
    assert locked.value.detail == wrong.value.detail
    assert Entry.objects.filter(kind="accounts.sign_in_refused").count() == MAX_FAILURES + 1
    assert services.check_sign_in(username="yi", password=DEMO_PASSWORD) == people["yi"]
    Guesses.objects.update(locked_until="2020-01-01T00:00:00Z")
    assert services.check_sign_in(username="jia", password=DEMO_PASSWORD) == people["jia"]


def test_passwords_are_refused_where_keys_are_required(people: People, settings: Any) -> None:
    settings.KEY_REQUIRED = True
    with pytest.raises(Refused) as refused:
        services.check_sign_in(username="jia", password=DEMO_PASSWORD)
    assert refused.value.code == "key_required"
    page = Client().get("/sign-in").content.decode()
    assert 'type="password"' not in page
    assert 'data-passkey="sign-in"' in page


def test_the_page_keeps_the_account_and_says_what_was_wrong(people: People) -> None:
    client = Client()
    answer = client.post("/sign-in", {"username": "jia", "password": "wrong", "next": "/me"})
    assert answer.status_code == 422
    assert 'value="jia"' in answer.content.decode()
    assert "账号或口令不对" in answer.content.decode()
    done = client.post("/sign-in", {"username": "jia", "password": DEMO_PASSWORD, "next": "/me"})
    assert done["Location"] == "/me"
    away = Client().post(
        "/sign-in", {"username": "jia", "password": DEMO_PASSWORD, "next": "https://elsewhere.example"}
    )
    assert away["Location"] == "/"


def test_an_idle_session_ends_and_comes_back_to_the_same_page(at_desk: Desk, settings: Any) -> None:
    client = at_desk("jia")
    assert client.get("/me").status_code == 200
    session = client.session
    session["seen_at"] -= settings.IDLE_SECONDS + 1
    session.save()
    answer = client.get("/me?tab=keys")
    assert answer["Location"] == "/sign-in?next=/me%3Ftab%3Dkeys"
    assert client.get("/api/accounts/me").status_code == 401


def test_someone_who_was_deactivated_is_out_at_once(at_desk: Desk) -> None:
    client = at_desk("jia")
    Officer.objects.filter(username="jia").update(is_active=False)
    assert client.get("/me").status_code == 302
    assert client.get("/api/accounts/me").status_code == 401


def test_a_key_reported_lost_goes_back_to_a_page_of_ours(people: People, at_desk: Desk) -> None:
    key = enrolled(people["jia"], software_key())
    answer = at_desk("jia").post(f"/me/keys/{key.pk}/revoke", {"reason": "遗失", "back": "https://elsewhere.example/"})
    assert answer["Location"] == "/me"


@pytest.mark.parametrize("address", ["/people", "/ledger"])
def test_pages_of_administration_are_for_their_roles(at_desk: Desk, address: str) -> None:
    assert at_desk("jia").get(address).status_code == 403
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("who, address", [
    ("security", "/people?unit=x"), ("security", "/people?role=x"), ("security", "/people?page=x"),
    ("auditor", "/ledger?actor=x"), ("auditor", "/ledger?object=x"), ("auditor", "/ledger?kind=x"),
])  # fmt: skip
def test_a_wrong_filter_never_breaks_the_page(at_desk: Desk, who: str, address: str) -> None:
    assert at_desk(who).get(address).status_code == 200


def test_people_are_listed_within_the_administrators_scope(people: People, at_desk: Desk) -> None:
    waiting = services.grant(
        actor=people["security"], officer=people["clerk"], role="security_admin", unit=people.unit("350206"), reason="x"
    )
    services.confirm_grant(actor=people["security2"], grant_id=waiting.pk)
    client = at_desk("clerk")
    page = client.get("/people?q=").content.decode()
    assert "湖里区" in page
    assert "思明区" not in page
    stranger = Officer.objects.filter(unit__code="350203-1").first()
    assert stranger is not None
    assert client.get(f"/people/{stranger.pk}").status_code == 404
    assert at_desk("security").get(f"/people/{stranger.pk}").status_code == 200


def test_a_grant_is_given_and_confirmed_by_two_on_the_pages(people: People, at_desk: Desk) -> None:
    yi, unit = people["yi"], people.unit("350206")
    form = {"role": "valuer", "unit": str(unit.pk), "reason": "任命"}
    assert at_desk("security").post(f"/people/{yi.pk}", form).status_code == 302
    waiting = Grant.objects.get(officer=yi, confirmed_at=None)
    assert at_desk("security").post(f"/people/grants/{waiting.pk}/confirm").status_code == 403
    assert at_desk("security2").post(f"/people/grants/{waiting.pk}/confirm").status_code == 302
    assert at_desk("security").post(f"/people/{yi.pk}", {"role": "valuer"}).status_code == 422


def test_the_exported_ledger_is_one_table_with_personal_parts_masked(people: People, at_desk: Desk) -> None:
    with pytest.raises(Refused):
        services.check_sign_in(username="someone-private", password="x")
    at_desk("auditor").get("/ledger")
    answer = at_desk("auditor").get("/ledger?export=csv")
    text = answer.content.decode("utf-8")
    assert text.count("\ufeff") == 1
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == Entry.objects.count() - 1
    assert [int(row["序号"]) for row in rows] == list(reversed(range(len(rows))))
    assert "someone-private" not in text
    assert Entry.objects.latest("seq").kind == "core.exported"


def test_the_seeded_bureau_is_as_large_as_said_and_seeding_again_changes_nothing(people: People) -> None:
    from django.core.management import call_command

    before = (Unit.objects.count(), Officer.objects.count(), Grant.objects.count(), Entry.objects.count())
    assert before[0] == 25
    assert 110 <= before[1] <= 130
    call_command("seed_bureau")
    assert before == (Unit.objects.count(), Officer.objects.count(), Grant.objects.count(), Entry.objects.count())
    assert {one.certificate_no for one in (people["jia"], people["yi"])} == {"35020610001", "35020610002"}
    named = re.compile("[甲乙丙丁戊己]|.*演示.*")
    unmarked = [one.name for one in Officer.objects.all() if not named.fullmatch(one.name)]
    assert unmarked == []


def test_a_head_lends_and_ends_on_the_pages_and_nothing_entered_is_lost(people: People, at_desk: Desk) -> None:
    client = at_desk("wu")
    held = Grant.objects.get(officer=people["wu"], role="bureau_head")
    form = {"grant": str(held.pk), "to": str(people["ji"].pk), "starts_on": "2026-01-02", "reason": "出差学习"}
    refused = client.post("/me/delegations", {**form, "ends_on": "2020-01-01"})
    assert refused.status_code == 422
    assert 'value="出差学习"' in refused.content.decode()
    assert client.post("/me/delegations", {**form, "ends_on": "2099-01-01"})["Location"] == "/me"
    lent = held.delegations.get()
    assert "出差学习" in client.get("/me").content.decode()
    assert at_desk("jia").post(f"/me/delegations/{lent.pk}/end").status_code == 403
    assert client.post(f"/me/delegations/{lent.pk}/end")["Location"] == "/me"
    assert "出差学习" not in client.get("/me").content.decode()
    assert at_desk("jia").post("/me/delegations", {**form, "ends_on": "2099-01-01"}).status_code == 422
    assert 'id="lend"' not in at_desk("jia").get("/me").content.decode()
