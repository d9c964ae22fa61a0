"""Proves: refused attempts are on the ledger after the rollback, failures lock, polls keep nobody in, old rows go."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, RequestFactory

from tests.accounts.conftest import PURPOSE, People, enrolled, software_key
from tests.authenticator import SoftAuthenticator
from zhuanmai.accounts import passkeys, services, signing
from zhuanmai.accounts.demo import DEMO_PASSWORD
from zhuanmai.accounts.lockout import MAX_FAILURES
from zhuanmai.accounts.models import Challenge, Grant, Key, Officer, Session, Signing
from zhuanmai.accounts.signing import SigningItem
from zhuanmai.accounts.tasks import clear_expired
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict, Refused
from zhuanmai.core.middleware import refusal
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.queries import line_of

Desk = Callable[[str], Client]
ITEM = SigningItem(str(uuid.UUID(int=1)), 1, "ab" * 32, "officer")


def kinds() -> list[str]:
    """The kinds of all entries in order, without the seed's."""
    return list(Entry.objects.exclude(kind="accounts.seeded").order_by("seq").values_list("kind", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_denied_page_act_and_call_stand_on_the_ledger_though_nothing_else_does(people: People, at_desk: Desk) -> None:
    jia, yi, unit = people["jia"], people["yi"], people.unit("350206")
    assert at_desk("jia").get("/people?q=secret").status_code == 403
    form = {"role": "valuer", "unit": str(unit.pk), "reason": "任命"}
    own = people["security"]
    refused = at_desk("security").post(f"/people/{own.pk}", form)
    assert refused.status_code == 403
    assert "不能给自己授予岗位" in refused.content.decode()
    waiting = services.grant(actor=people["security"], officer=yi, role="valuer", unit=unit, reason="任命")
    assert at_desk("security").post(f"/people/grants/{waiting.pk}/confirm").status_code == 403
    assert Grant.objects.get(pk=waiting.pk).confirmed_at is None
    assert at_desk("jia").get("/api/ledger/history", {"case_id": str(uuid.uuid4())}).status_code == 403
    entries = list(Entry.objects.filter(kind="accounts.act_refused").order_by("seq"))
    assert [(one.actor_id, one.facts["address"], one.facts["code"]) for one in entries] == [
        (jia.pk, "GET /people", "not_allowed"),
        (own.pk, "POST /people/<uuid:officer_id>", "own_grant"),
        (own.pk, "POST /people/grants/<uuid:grant_id>/confirm", "same_person"),
        (jia.pk, "GET /api/ledger/history", "not_allowed"),
    ]
    assert entries[2].object_id == waiting.pk
    assert entries[0].facts["permission"] == "accounts.see_people"
    assert "secret" not in str([one.facts for one in entries])
    assert line_of(entries[0]).sentence == "被拒绝：查看单位与人员（GET /people）"


def test_a_mistake_in_a_form_or_a_visitor_is_no_refused_attempt(people: People, at_desk: Desk) -> None:
    at_desk("security").post(f"/people/{people['yi'].pk}", {"role": "valuer"})
    Client().get("/people")
    Client().get("/api/accounts/me")
    at_desk("security").get(f"/people/{uuid.uuid4()}")
    assert kinds() == []


def test_what_cannot_be_noted_is_not_told_either(at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise Conflict("ledger_busy", "留痕繁忙，请稍后重试；本次操作未生效。")

    monkeypatch.setattr("zhuanmai.accounts.refusals.append_apart", busy)
    answer = at_desk("jia").get("/people")
    assert answer.status_code == 409
    assert "留痕繁忙" in answer.content.decode()


def sign_in(soft: SoftAuthenticator, **spoilt: Any) -> Officer:
    """Sign in with a key, parts of whose answer may be spoilt."""
    begun = passkeys.begin_sign_in()
    answer = soft.answer(begun["options"])
    answer["response"] |= spoilt
    return passkeys.finish_sign_in(challenge_id=uuid.UUID(begun["challenge_id"]), credential=answer)


def test_a_failed_key_is_noted_locked_and_free_again(people: People) -> None:
    soft = software_key()
    key = enrolled(people["jia"], soft)
    with pytest.raises(Refused) as unknown:
        sign_in(software_key())
    assert unknown.value.code == "key_not_accepted"
    for _ in range(MAX_FAILURES):
        with pytest.raises(Refused) as wrong:
            sign_in(soft, signature="AAAA")
        assert wrong.value.detail == unknown.value.detail
    with pytest.raises(Refused) as locked:
        sign_in(soft)
    assert locked.value.detail == unknown.value.detail
    assert kinds() == [
        "accounts.key_enrolled", "accounts.sign_in_refused", *["accounts.sign_in_refused"] * MAX_FAILURES,
        "accounts.locked", "accounts.sign_in_refused",
    ]  # fmt: skip
    noted = Entry.objects.filter(kind="accounts.sign_in_refused").order_by("seq")
    assert noted[0].actor_id is None
    assert (noted[1].actor_id, noted[1].key_id) == (people["jia"].pk, key.pk)
    assert line_of(noted[1]).sentence == "登录未成功（钥匙）：钥匙的签名未通过验证"
    assert services.check_sign_in(username="jia", password=DEMO_PASSWORD) == people["jia"]
    Key.objects.filter(pk=key.pk).update(locked_until="2020-01-01T00:00:00Z", failed_attempts=2)
    assert sign_in(soft) == people["jia"]
    assert (Key.objects.get(pk=key.pk).failed_attempts, Key.objects.get(pk=key.pk).locked_until) == (0, None)


def test_lost_waiting_and_stopped_keys_are_noted_with_their_holder(people: People) -> None:
    soft, waits = software_key(), software_key()
    enrolled(people["jia"], soft)
    enrolled(people["jia"], waits)
    with pytest.raises(Refused):
        sign_in(waits)
    Officer.objects.filter(username="jia").update(is_active=False)
    with pytest.raises(Refused) as stopped:
        sign_in(soft)
    assert stopped.value.code == "inactive"
    assert (
        list(Entry.objects.filter(kind="accounts.sign_in_refused").values_list("actor_id", flat=True))
        == [people["jia"].pk] * 2
    )


def test_a_sign_in_answered_twice_or_too_late_is_noted(people: People) -> None:
    soft = software_key()
    enrolled(people["jia"], soft)
    begun = passkeys.begin_sign_in()
    answer = soft.answer(begun["options"])
    passkeys.finish_sign_in(challenge_id=uuid.UUID(begun["challenge_id"]), credential=answer)
    with pytest.raises(Refused) as replayed:
        passkeys.finish_sign_in(challenge_id=uuid.UUID(begun["challenge_id"]), credential=answer)
    assert replayed.value.code == "challenge_expired"
    assert kinds()[-1] == "accounts.sign_in_refused"


def test_a_failed_answer_uses_its_challenge_up(people: People) -> None:
    soft = software_key()
    enrolled(people["jia"], soft)
    begun = passkeys.begin_sign_in()
    good = soft.answer(begun["options"])
    spoilt = {**good, "response": {**good["response"], "signature": "AAAA"}}
    for credential, code in ((spoilt, "key_not_accepted"), (good, "challenge_expired")):
        with pytest.raises(Refused) as refused:
            passkeys.finish_sign_in(challenge_id=uuid.UUID(begun["challenge_id"]), credential=credential)
        assert refused.value.code == code


def test_a_refused_password_of_a_key_bureau_is_noted(people: People, settings: Any) -> None:
    settings.KEY_REQUIRED = True
    with pytest.raises(Refused):
        services.check_sign_in(username="jia", password=DEMO_PASSWORD)
    assert line_of(Entry.objects.latest("seq")).sentence == "登录未成功（口令）：须用钥匙登录"


@pytest.mark.parametrize("word", ["\x00", "a\x00b", "x" * 5000])
def test_words_that_no_database_holds_are_refused_in_words(people: People, at_desk: Desk, word: str) -> None:
    security, auditor, jia = at_desk("security"), at_desk("auditor"), at_desk("jia")
    key = enrolled(people["jia"], software_key())
    grant = Grant.objects.filter(officer=people["yi"]).first()
    assert grant is not None
    answers = [
        security.get("/people", {"q": word, "role": word, "unit": word, "page": word}),
        auditor.get("/ledger", {"kind": word, "actor": word, "object": word}),
        auditor.get("/ledger", {"kind": word, "format": "csv"}),
        Client().post("/sign-in", {"username": word, "password": word}),
        Client().post("/api/accounts/sign-in/password", {"username": word, "password": word}, "application/json"),
        Client().post("/api/accounts/enrol/look", {"secret": "x" * 5000}, "application/json"),
        jia.post(f"/me/keys/{key.pk}/rename", {"name": word}),
        security.post(f"/people/keys/{key.pk}/revoke", {"reason": word}),
        security.post(f"/people/grants/{grant.pk}/revoke", {"reason": word}),
        security.post(f"/people/{people['yi'].pk}", {"role": "valuer", "unit": str(grant.unit_id), "reason": word}),
        security.post("/people/new", {"name": word, "username": word, "unit": str(grant.unit_id)}),
        jia.post("/api/accounts/keys/finish", {"challenge_id": str(uuid.uuid4()), "credential": {"response": word}, "name": word}, "application/json"),
        Client().post("/api/accounts/sign-in/finish", {"challenge_id": str(uuid.uuid4()), "credential": {"rawId": word}}, "application/json"),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []


def test_a_long_name_or_strange_transports_do_not_break_enrolment(people: People) -> None:
    soft = software_key()
    begun = passkeys.begin_enrolment(officer=people["jia"])
    made = soft.register(begun["options"])
    made["response"]["transports"] = ["usb", "\x00", 5, {"x": []}]  # type: ignore[assignment]
    with pytest.raises(Refused) as long:
        passkeys.finish_enrolment(
            officer=people["jia"], challenge_id=uuid.UUID(begun["challenge_id"]), credential=made, name="长" * 61
        )
    assert long.value.field == "name"
    key = passkeys.finish_enrolment(
        officer=people["jia"], challenge_id=uuid.UUID(begun["challenge_id"]), credential=made, name=""
    )
    assert (key.name, key.transports) == ("钥匙", ["usb"])


def test_a_bad_signature_over_documents_is_noted_and_counted(people: People, at_desk: Desk) -> None:
    soft = software_key()
    key = enrolled(people["jia"], soft)
    begun = signing.begin(officer=people["jia"], items=[ITEM], purpose=PURPOSE)
    answer = soft.answer(begun["options"])
    answer["response"]["signature"] = "AAAA"
    with pytest.raises(Refused) as refused:
        signing.finish(
            officer=people["jia"], signing_id=uuid.UUID(begun["signing_id"]), credential=answer, purpose=PURPOSE
        )
    request = RequestFactory().post("/api/enforcement/x")
    request.officer = people["jia"]  # type: ignore[attr-defined]
    assert refusal(request, refused.value).status_code == 422
    assert kinds()[-1] == "accounts.signing_refused"
    assert Key.objects.get(pk=key.pk).failed_attempts == 1


def test_questions_asked_in_the_background_keep_nobody_signed_in(at_desk: Desk, settings: Any) -> None:
    client = at_desk("jia")
    assert client.get("/me").status_code == 200
    session = client.session
    long_ago = session["seen_at"] - settings.IDLE_SECONDS + 30
    session["seen_at"] = long_ago
    session.save()
    assert client.get("/notices", headers={"X-Background": "1"}).status_code == 200
    assert client.session["seen_at"] == long_ago
    assert client.get("/notices").status_code == 200
    assert client.session["seen_at"] > long_ago
    session = client.session
    session["seen_at"] -= settings.IDLE_SECONDS + 1
    session.save()
    client.get("/notices", headers={"X-Background": "1"})
    assert client.get("/api/accounts/me").status_code == 401


def test_old_challenges_and_sessions_are_cleared_and_signings_stay(people: People) -> None:
    soft = software_key()
    enrolled(people["jia"], soft)
    begun = signing.begin(officer=people["jia"], items=[ITEM], purpose=PURPOSE)
    answer = soft.answer(begun["options"])
    one = uuid.UUID(begun["signing_id"])
    done = signing.finish(officer=people["jia"], signing_id=one, credential=answer, purpose=PURPOSE)
    Challenge.objects.update(expires_at=now() - dt.timedelta(days=2))
    waiting = signing.begin(officer=people["jia"], items=[ITEM], purpose=PURPOSE)
    Session.objects.create(
        session_key="old", number=uuid.uuid4(), session_data="", expire_date=now() - dt.timedelta(hours=1)
    )
    clear_expired(timestamp=0)
    assert [str(kept.pk) for kept in Challenge.objects.all()] == [waiting["signing_id"]]
    assert not Session.objects.exists()
    assert Signing.objects.get() == done.signing
    again = signing.finish(officer=people["jia"], signing_id=one, credential=answer, purpose=PURPOSE)
    assert (again.signing, again.is_repeated) == (done.signing, True)
