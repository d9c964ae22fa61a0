"""Acts that give power: each page that has one takes a touch of the doer's own key, for that act with its very fields, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.accounts.conftest import People, enrolled, software_key
from tests.authenticator import SoftAuthenticator
from zhuanmai.accounts import invitations, own_key, services
from zhuanmai.accounts.models import Delegation, Grant, Invitation, Key, Officer, Signing
from zhuanmai.core.clock import today
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.verify import verify

Desk = Callable[[str], Client]
GIVING = {"lend", "officer", "set_active", "approve_link", "approve_key", "confirm_grant"}
# Of each that writes about roles, keys and accounts and takes no touch: why.
WITHOUT = {
    "revoke_key": "takes power away", "rename_key": "a name", "end_delegation": "takes power away",
    "end_other_sessions": "takes power away", "end_session": "takes power away", "save_view": "a saved filter",
    "new_officer": "an account without a role or a key", "issue_link": "counts when a second person approved it",
    "withdraw_link": "takes power away", "end_all_sessions": "takes power away", "end_others_session": "takes power away",
    "revoke_others_key": "takes power away", "revoke_grant": "takes power away", "sign_in": "is signing in",
    "sign_out": "is signing out",
}  # fmt: skip
READ = {"me", "enrol", "sessions", "officers", "ledger", "ledger_verify"}


def patterns(resolver: URLResolver) -> list[URLPattern]:
    """The addresses of the room."""
    found: list[URLPattern] = []
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            found += patterns(one)
        elif "accounts" in str(getattr(one.callback, "__module__", "")):
            found.append(one)
    return found


def test_every_page_of_the_room_gives_power_by_key_or_says_why_not() -> None:
    rooms = [one for one in patterns(get_resolver()) if one.name]
    giving = {str(one.name) for one in rooms if getattr(one.callback, "gives_power", False)}
    assert giving == GIVING
    assert {str(one.name) for one in rooms} - giving == set(WITHOUT) | READ


class Act:
    """One act of power on a page: who does it, with which fields, and whether it is done."""

    def __init__(self, people: People, name: str) -> None:
        self.people, self.who, self.fields = people, "security2", dict[str, str]()
        made = getattr(self, name)()
        self.path, self.is_done = made

    def lend(self) -> tuple[str, Callable[[], bool]]:
        held = Grant.objects.get(officer=self.people["wu"], role="bureau_head")
        self.who = "wu"
        self.fields = {
            "grant": str(held.pk), "to": str(self.people["jia"].pk), "starts_on": str(today()), "ends_on": str(today()),
            "reason": "出差",
        }  # fmt: skip
        return "/me/delegations", Delegation.objects.exists

    def officer(self) -> tuple[str, Callable[[], bool]]:
        yi = self.people["yi"]
        self.fields = {"role": "valuer", "unit": str(self.people.unit("350206").pk), "reason": "任命"}
        return f"/people/{yi.pk}", Grant.objects.filter(officer=yi, role="valuer").exists

    def confirm_grant(self) -> tuple[str, Callable[[], bool]]:
        given = services.grant(
            actor=self.people["security"], officer=self.people["yi"], role="valuer", unit=self.people.unit("350206"),
            reason="任命",
        )  # fmt: skip
        return f"/people/grants/{given.pk}/confirm", lambda: bool(Grant.objects.get(pk=given.pk).confirmed_at)

    def approve_key(self) -> tuple[str, Callable[[], bool]]:
        enrolled(self.people["jia"], software_key())
        further = enrolled(self.people["jia"], software_key(), "第二把")
        return f"/people/keys/{further.pk}/approve", lambda: Key.objects.get(pk=further.pk).is_usable

    def approve_link(self) -> tuple[str, Callable[[], bool]]:
        made, _secret = invitations.issue(actor=self.people["security"], officer=self.people["yi"])
        return f"/people/links/{made.pk}/approve", lambda: bool(Invitation.objects.get(pk=made.pk).approved_at)

    def set_active(self) -> tuple[str, Callable[[], bool]]:
        Officer.objects.filter(username="yi").update(is_active=False)
        self.fields = {"active": "1", "reason": "返岗"}
        return f"/people/{self.people['yi'].pk}/active", lambda: self.people["yi"].is_active


def touch(client: Client, key: SoftAuthenticator, path: str, fields: dict[str, str]) -> dict[str, str]:
    """The fields of a form with the answer of a key to the challenge for them."""
    begun = client.post(
        "/api/accounts/own-key/begin", json.dumps({"path": path, "fields": fields}), content_type="application/json"
    ).json()
    return {**fields, "signing_id": begun["signing_id"], "credential": json.dumps(key.answer(begun["options"]))}


def answer_of(fields: dict[str, str]) -> dict[str, str]:
    """A touch alone."""
    return {name: fields[name] for name in (own_key.SIGNING, own_key.CREDENTIAL)}


@pytest.mark.parametrize("name", sorted(GIVING))
def test_an_act_of_power_is_done_by_its_own_touch_and_nothing_else(people: People, at_desk: Desk, name: str) -> None:
    act = Act(people, name)
    doer, key = people[act.who], software_key()
    enrolled(doer, key)
    client = at_desk(act.who)
    elsewhere = touch(client, key, "/me/delegations" if name != "lend" else f"/people/{doer.pk}", act.fields)
    otherwise = touch(client, key, act.path, {**act.fields, "reason": "另一理由"})
    wrong: list[dict[str, Any]] = [
        act.fields,
        {**act.fields, "signing_id": "x", "credential": "{}"},
        {**act.fields, "signing_id": otherwise["signing_id"], "credential": "[]"},
        {**act.fields, "signing_id": otherwise["signing_id"], "credential": "{}"},
        {**answer_of(elsewhere), **act.fields},
        {**answer_of(otherwise), **act.fields},
    ]
    for fields in wrong:
        client.post(act.path, fields)
        assert not act.is_done(), fields
    assert not Signing.objects.exists(), "a touch that did nothing is not kept"
    given = touch(client, key, act.path, act.fields)
    assert client.post(act.path, given).status_code == 302
    assert act.is_done()
    signed = Signing.objects.get()
    assert (signed.officer, signed.purpose["act"], signed.purpose["subject_id"]) == (doer, "accounts.power", act.path)
    before = Entry.objects.exclude(kind__contains="refused").count()
    client.post(act.path, given)
    assert Entry.objects.exclude(kind__contains="refused").count() == before, "the same request again does nothing"
    assert verify().problems == []


def test_the_touch_of_another_does_not_count(people: People, at_desk: Desk) -> None:
    act = Act(people, "lend")
    mine, other = software_key(), software_key()
    enrolled(people["wu"], mine)
    enrolled(people["bing"], other)
    given = touch(at_desk("bing"), other, act.path, act.fields)
    at_desk("wu").post(act.path, given)
    assert not act.is_done()


@pytest.mark.parametrize("name", sorted(GIVING))
def test_who_has_no_key_is_asked_for_none_unless_keys_are_required(
    people: People, at_desk: Desk, settings: Any, name: str
) -> None:
    act = Act(people, name)
    client = at_desk(act.who)
    ask = json.dumps({"path": act.path, "fields": act.fields})
    address = "/api/accounts/own-key/begin"
    assert client.post(address, ask, content_type="application/json").json() == {"needed": False}
    settings.KEY_REQUIRED = True
    assert client.post(address, ask, content_type="application/json").json()["code"] == "no_key"
    client.post(act.path, act.fields)
    assert not act.is_done()
    settings.KEY_REQUIRED = False
    assert client.post(act.path, act.fields).status_code == 302
    assert act.is_done()


def test_stopping_somebody_takes_no_touch(people: People, at_desk: Desk) -> None:
    enrolled(people["security2"], software_key())
    answer = at_desk("security2").post(f"/people/{people['yi'].pk}/active", {"active": "0", "reason": "离岗"})
    assert answer.status_code == 302
    assert not people["yi"].is_active


@pytest.mark.parametrize("path", ["/people", "/nowhere", "/me/keys/x/rename", "", "//elsewhere.example/x"])
def test_there_is_no_challenge_for_anything_else(people: People, at_desk: Desk, path: str) -> None:
    answer = at_desk("wu").post(
        "/api/accounts/own-key/begin", json.dumps({"path": path, "fields": {}}), content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "no_such_act")
