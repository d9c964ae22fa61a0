"""Proves: one touch signs the manifest that was shown and nothing else, and can be verified from what is stored."""

from __future__ import annotations

import copy
import hashlib
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from tests.accounts.conftest import PURPOSE, People, enrolled, software_key
from tests.authenticator import SoftAuthenticator
from tests.behind import behind_the_rules
from zhuanmai.accounts import services, signing
from zhuanmai.accounts.checks import signatures_hold
from zhuanmai.accounts.models import Challenge, Signing
from zhuanmai.accounts.signing import SigningItem
from zhuanmai.core.checks import failures
from zhuanmai.core.errors import Refused
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.models import Entry

ITEMS = [SigningItem(str(uuid.UUID(int=n)), n, f"{n:064x}", "officer", "同意", "cd" * 32) for n in (1, 2)]


def signed(people: People, soft: SoftAuthenticator, who: str = "jia") -> Signing:
    """A signing of two documents."""
    begun = signing.begin(officer=people[who], items=ITEMS, purpose=PURPOSE)
    return signing.finish(
        officer=people[who],
        signing_id=uuid.UUID(begun["signing_id"]),
        credential=soft.answer(begun["options"]),
        purpose=PURPOSE,
    ).signing


def test_the_manifest_is_as_written_and_its_digest_is_the_challenge(people: People) -> None:
    soft = software_key()
    key = enrolled(people["jia"], soft)
    begun = signing.begin(officer=people["jia"], items=ITEMS, purpose=PURPOSE)
    manifest = begun["manifest"]
    assert set(manifest) == {"nonce", "at", "signer", "certificate_no", "purpose", "items"}
    assert (manifest["signer"], manifest["certificate_no"]) == (str(people["jia"].pk), "35020610001")
    assert set(manifest["items"][0]) == {"document_id", "version", "body_sha256", "role", "opinion", "drawing_sha256"}
    kept = Challenge.objects.get(pk=begun["signing_id"])
    assert bytes(kept.challenge) == hashlib.sha256(canonical(manifest)).digest()
    assert begun["options"]["userVerification"] == "required"
    done = signing.finish(
        officer=people["jia"],
        signing_id=uuid.UUID(begun["signing_id"]),
        credential=soft.answer(begun["options"]),
        purpose=PURPOSE,
    ).signing
    signing.verify_offline(Signing.objects.get(pk=done.pk))
    entry = Entry.objects.latest("seq")
    assert (entry.kind, entry.key_id, entry.facts["count"]) == ("accounts.signed", key.pk, 2)


def test_the_same_signing_twice_is_one(people: People) -> None:
    soft = software_key()
    enrolled(people["jia"], soft)
    begun = signing.begin(officer=people["jia"], items=ITEMS, purpose=PURPOSE)
    answer = soft.answer(begun["options"])
    first, second = (
        signing.finish(
            officer=people["jia"], signing_id=uuid.UUID(begun["signing_id"]), credential=answer, purpose=PURPOSE
        )
        for _ in range(2)
    )
    assert (first.signing, first.is_repeated, second.is_repeated) == (second.signing, False, True)
    assert Entry.objects.filter(kind="accounts.signed").count() == 1


def test_another_persons_key_or_challenge_is_refused(people: People) -> None:
    mine, other = software_key(), software_key()
    enrolled(people["jia"], mine)
    enrolled(people["yi"], other)
    begun = signing.begin(officer=people["jia"], items=ITEMS, purpose=PURPOSE)
    for officer, soft, code in ((people["jia"], other, "key_unknown"), (people["yi"], other, "signing_expired")):
        with pytest.raises(Refused) as refused:
            signing.finish(
                officer=officer,
                signing_id=uuid.UUID(begun["signing_id"]),
                credential=soft.answer(begun["options"]),
                purpose=PURPOSE,
            )
        assert refused.value.code == code


def test_without_verification_of_the_user_or_from_another_site_it_is_refused(people: People) -> None:
    soft = software_key()
    enrolled(people["jia"], soft)
    begun = signing.begin(officer=people["jia"], items=ITEMS, purpose=PURPOSE)
    stranger = SoftAuthenticator("https://elsewhere.example", "localhost", soft.credential_id, soft.private, soft.count)
    with pytest.raises(Refused):
        signing.finish(
            officer=people["jia"],
            signing_id=uuid.UUID(begun["signing_id"]),
            credential=stranger.answer(begun["options"]),
            purpose=PURPOSE,
        )
    lazy = _Unverified(soft.origin, "localhost", soft.credential_id, soft.private, soft.count)
    with pytest.raises(Refused):
        signing.finish(
            officer=people["jia"],
            signing_id=uuid.UUID(begun["signing_id"]),
            credential=lazy.answer(begun["options"]),
            purpose=PURPOSE,
        )


class _Unverified(SoftAuthenticator):
    """A key that was touched, but by nobody it verified."""

    def _data(self, flags: int) -> bytes:
        return super()._data(flags & ~0x04)


@pytest.mark.parametrize("spoilt", ["item", "signer", "officer", "client", "authenticator", "signature", "public_key"])
def test_whatever_is_changed_afterwards_is_found_offline(people: People, spoilt: str) -> None:
    soft = software_key()
    enrolled(people["jia"], soft)
    done = signed(people, soft)
    match spoilt:
        case "item":
            done.manifest["items"][0]["body_sha256"] = "0" * 64
        case "signer":
            done.manifest["signer"] = str(people["yi"].pk)
        case "officer":
            done.officer = people["yi"]
        case "client":
            done.client_data = b"not json"
        case "authenticator":
            done.authenticator_data = bytes(done.authenticator_data)[:20]
        case "signature":
            done.signature = b"\x30\x00"
        case _:
            done.public_key = b"\x00"
    with pytest.raises(Refused) as refused:
        signing.verify_offline(done)
    assert refused.value.code == "signature_invalid"


def test_a_touch_of_someone_elses_key_put_in_its_place_is_found(people: People) -> None:
    """Whoever can write to the table signs the same manifest with a key of their own, and stores its public half."""
    soft, forged = software_key(), software_key()
    enrolled(people["jia"], soft)
    theirs = enrolled(people["yi"], forged)
    done = signed(people, soft)
    answer = forged.answer({"challenge": bytes_to_base64url(signing.challenge_of(done.manifest))})["response"]
    done.authenticator_data, done.client_data, done.signature = (
        base64url_to_bytes(answer[name]) for name in ("authenticatorData", "clientDataJSON", "signature")
    )
    done.public_key = bytes(theirs.public_key)
    for key in (done.key, theirs):
        done.key = key
        with pytest.raises(Refused):
            signing.verify_offline(done)


def test_a_key_counts_from_its_approval_to_its_loss(people: People) -> None:
    soft, further = software_key(), software_key()
    first = enrolled(people["jia"], soft)
    done = signed(people, soft)
    services.revoke_key(actor=people["jia"], key_id=first.pk, reason="遗失")
    signing.verify_offline(done)
    second = enrolled(people["jia"], further)
    services.approve_key(actor=people["security"], key_id=second.pk)
    later = signed(people, further)
    signing.verify_offline(later)
    later.key, later.public_key = first, first.public_key
    with pytest.raises(Refused):
        signing.verify_offline(later)
    with behind_the_rules() as cursor:  # the approval is gone from the ledger: nothing shows that the key counted
        cursor.execute("delete from ledger_entry where kind = 'accounts.key_approved'")
    later.key, later.public_key = second, second.public_key
    with pytest.raises(Refused):
        signing.verify_offline(later)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(data=st.data())
def test_no_byte_may_change_and_nothing_crashes(kept: Signing, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["authenticator_data", "client_data", "signature", "public_key"]))
    spoilt = bytearray(getattr(kept, name))
    place = data.draw(st.integers(0, len(spoilt) - 1))
    how = data.draw(st.sampled_from(["flip", "cut", "random"]))
    if how == "flip":
        spoilt[place] ^= 1 << data.draw(st.integers(0, 7))
    elif how == "cut":
        del spoilt[place:]
    else:
        spoilt = bytearray(data.draw(st.binary(max_size=80)))
    other = copy.copy(kept)
    setattr(other, name, bytes(spoilt))
    with pytest.raises(Refused):
        signing.verify_offline(other)


@pytest.fixture
def kept(people: People) -> Signing:
    """A good signing, as stored."""
    soft = software_key()
    enrolled(people["jia"], soft)
    return Signing.objects.select_related("key").get(pk=signed(people, soft).pk)


@pytest.mark.parametrize("manifest", [[], "x", None, 5, {"signer": []}, {}])
def test_a_manifest_of_another_shape_is_found(kept: Signing, manifest: Any) -> None:
    kept.manifest = manifest
    with pytest.raises(Refused):
        signing.verify_offline(kept)


def test_a_restore_proves_every_signature(kept: Signing) -> None:
    assert list(signatures_hold()) == []
    assert failures(without="全程留痕") == []
    with behind_the_rules() as cursor:
        cursor.execute("update accounts_signing set manifest = jsonb_set(manifest, '{items,0,version}', '9')")
    [sentence] = failures(without="全程留痕")
    assert sentence.startswith("签名：签名 ")
    assert str(kept.pk) in sentence


@pytest.mark.django_db(transaction=True)
def test_a_signing_stays_as_it_was(people: People) -> None:
    soft = software_key()
    enrolled(people["jia"], soft)
    done = signed(people, soft)
    for change in (lambda: Signing.objects.filter(pk=done.pk).update(rp_id="x"), done.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
