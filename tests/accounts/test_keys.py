"""Proves: keys are personal, a further one needs a second person, a lost one signs no more; broken input is refused."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.accounts.conftest import PURPOSE, People, enrolled, software_key
from zhuanmai.accounts import passkeys, services, signing
from zhuanmai.accounts.models import Challenge, Key
from zhuanmai.accounts.signing import SigningItem
from zhuanmai.core.errors import Conflict, NotAllowed, NotFound, Refused
from zhuanmai.ledger.models import Entry

ITEM = SigningItem(str(uuid.UUID(int=1)), 1, "ab" * 32, "officer")


def test_the_first_key_counts_at_once_a_further_one_when_approved(people: People) -> None:
    assert enrolled(people["jia"], software_key()).is_usable
    further = enrolled(people["jia"], software_key(), "备用")
    assert not further.is_usable
    with pytest.raises(NotAllowed):
        services.approve_key(actor=people["jia"], key_id=further.pk)
    assert services.approve_key(actor=people["security"], key_id=further.pk).is_usable


def test_a_key_of_an_administrator_is_approved_by_another(people: People) -> None:
    enrolled(people["security"], software_key())
    further = enrolled(people["security"], software_key())
    with pytest.raises(Refused) as own:
        services.approve_key(actor=people["security"], key_id=further.pk)
    assert own.value.code == "own_key"


def test_approval_is_given_once_and_not_to_a_lost_key(people: People) -> None:
    enrolled(people["jia"], software_key())
    further = enrolled(people["jia"], software_key())
    services.approve_key(actor=people["security"], key_id=further.pk)
    with pytest.raises(Conflict) as twice:
        services.approve_key(actor=people["security2"], key_id=further.pk)
    assert twice.value.code == "approved_already"
    assert Key.objects.get(pk=further.pk).approved_by == people["security"]
    lost = enrolled(people["jia"], software_key())
    services.revoke_key(actor=people["jia"], key_id=lost.pk, reason="遗失")
    with pytest.raises(Conflict) as gone:
        services.approve_key(actor=people["security"], key_id=lost.pk)
    assert gone.value.code == "revoked_already"


def test_a_lost_key_is_revoked_once_and_signs_no_more(people: People) -> None:
    soft = software_key()
    key = enrolled(people["jia"], soft)
    begun = signing.begin(officer=people["jia"], items=[ITEM], purpose=PURPOSE)
    with pytest.raises(NotAllowed):
        services.revoke_key(actor=people["yi"], key_id=key.pk, reason="x")
    with pytest.raises(Refused) as silent:
        services.revoke_key(actor=people["jia"], key_id=key.pk, reason=" ")
    assert silent.value.field == "reason"
    services.revoke_key(actor=people["jia"], key_id=key.pk, reason="遗失")
    with pytest.raises(Refused) as unknown:
        signing.finish(
            officer=people["jia"],
            signing_id=uuid.UUID(begun["signing_id"]),
            credential=soft.answer(begun["options"]),
            purpose=PURPOSE,
        )
    assert unknown.value.code == "key_unknown"
    with pytest.raises(Refused) as none:
        signing.begin(officer=people["jia"], items=[ITEM], purpose=PURPOSE)
    assert none.value.code == "no_key"
    count = Entry.objects.count()
    with pytest.raises(Conflict):
        services.revoke_key(actor=people["security"], key_id=key.pk, reason="别的")
    assert Entry.objects.count() == count
    assert not enrolled(people["jia"], software_key()).is_usable  # re-enrolment needs a second person


def test_a_key_may_be_renamed_by_its_holder_only(people: People) -> None:
    key = enrolled(people["jia"], software_key())
    assert services.rename_key(actor=people["jia"], key_id=key.pk, name=" 办公室 ").name == "办公室"
    with pytest.raises(NotFound):
        services.rename_key(actor=people["yi"], key_id=key.pk, name="x")
    with pytest.raises(Refused) as empty:
        services.rename_key(actor=people["jia"], key_id=key.pk, name=" ")
    assert empty.value.field == "name"


def test_keys_are_kept_within_the_administrators_unit(people: People) -> None:
    waiting = services.grant(
        actor=people["security"], officer=people["clerk"], role="security_admin", unit=people.unit("350203"), reason="x"
    )
    services.confirm_grant(actor=people["security2"], grant_id=waiting.pk)
    key = enrolled(people["jia"], software_key())
    further = enrolled(people["jia"], software_key())
    with pytest.raises(NotAllowed):
        services.revoke_key(actor=people["clerk"], key_id=key.pk, reason="x")
    with pytest.raises(NotAllowed):
        services.approve_key(actor=people["clerk"], key_id=further.pk)


def test_a_challenge_serves_the_one_who_asked_once_and_for_its_time(people: People) -> None:
    soft = software_key()
    begun = passkeys.begin_enrolment(officer=people["jia"])
    made = soft.register(begun["options"])
    with pytest.raises(Refused) as other:
        passkeys.finish_enrolment(
            officer=people["yi"], challenge_id=uuid.UUID(begun["challenge_id"]), credential=made, name=""
        )
    assert other.value.code == "challenge_expired"
    passkeys.finish_enrolment(
        officer=people["jia"], challenge_id=uuid.UUID(begun["challenge_id"]), credential=made, name=""
    )
    with pytest.raises(Refused) as twice:
        passkeys.finish_enrolment(
            officer=people["jia"], challenge_id=uuid.UUID(begun["challenge_id"]), credential=made, name=""
        )
    assert twice.value.code == "challenge_expired"
    late = passkeys.begin_sign_in()
    Challenge.objects.update(expires_at="2020-01-01T00:00:00Z")
    with pytest.raises(Refused) as expired:
        passkeys.finish_sign_in(challenge_id=uuid.UUID(late["challenge_id"]), credential=soft.answer(late["options"]))
    assert expired.value.code == "challenge_expired"


def test_a_key_signs_its_holder_in(people: People) -> None:
    soft = software_key()
    key = enrolled(people["jia"], soft)
    begun = passkeys.begin_sign_in()
    found = passkeys.finish_sign_in(
        challenge_id=uuid.UUID(begun["challenge_id"]), credential=soft.answer(begun["options"])
    )
    assert found == people["jia"]
    entry = Entry.objects.latest("seq")
    assert (entry.kind, entry.key_id, entry.facts) == ("accounts.signed_in", key.pk, {"way": "钥匙"})


BROKEN: list[Any] = [
    {},
    {"rawId": 5},
    {"rawId": "!!!"},
    {"rawId": None, "response": {}},
    {"id": "x", "rawId": "eA", "type": "public-key", "response": {}},
]


@pytest.mark.parametrize("credential", BROKEN)
def test_a_broken_answer_is_refused_in_words(people: People, credential: dict[str, Any]) -> None:
    enrolled(people["jia"], software_key())
    for begin, finish in (
        (passkeys.begin_sign_in(), lambda one: passkeys.finish_sign_in(challenge_id=one, credential=credential)),
        (
            passkeys.begin_enrolment(officer=people["yi"]),
            lambda one: passkeys.finish_enrolment(
                officer=people["yi"], challenge_id=one, credential=credential, name=""
            ),
        ),
    ):
        with pytest.raises(Refused):
            finish(uuid.UUID(begin["challenge_id"]))


def test_an_answer_with_parts_missing_or_twisted_is_refused(people: People) -> None:
    soft = software_key()
    enrolled(people["jia"], soft)
    for spoil in (
        {"authenticatorData": "AAAA"},
        {"clientDataJSON": "bm90IGpzb24"},
        {"signature": "AAAA"},
        {"authenticatorData": None},
        {"signature": 7},
    ):
        begun = passkeys.begin_sign_in()
        answer = soft.answer(begun["options"])
        answer["response"] |= spoil
        with pytest.raises(Refused) as refused:
            passkeys.finish_sign_in(challenge_id=uuid.UUID(begun["challenge_id"]), credential=answer)
        assert refused.value.code == "key_not_accepted"
