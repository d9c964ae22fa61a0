"""Proves: one touch signs the manifest that was shown and nothing else, and can be verified from what is stored."""

from __future__ import annotations

import hashlib
import uuid

import pytest
from django.db import DatabaseError, transaction

from tests.accounts.conftest import People, enrolled, software_key
from tests.authenticator import SoftAuthenticator
from zhuanmai.accounts import signing
from zhuanmai.accounts.models import Challenge, Signing
from zhuanmai.accounts.signing import SigningItem
from zhuanmai.core.errors import Refused
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.models import Entry

ITEMS = [SigningItem(str(uuid.UUID(int=n)), n, f"{n:064x}", "officer", "同意", "cd" * 32) for n in (1, 2)]


def signed(people: People, soft: SoftAuthenticator, who: str = "jia") -> Signing:
    """A signing of two documents."""
    begun = signing.begin(officer=people[who], items=ITEMS)
    return signing.finish(
        officer=people[who], signing_id=uuid.UUID(begun["signing_id"]), credential=soft.answer(begun["options"])
    )


def test_the_manifest_is_as_written_and_its_digest_is_the_challenge(people: People) -> None:
    soft = software_key()
    key = enrolled(people["jia"], soft)
    begun = signing.begin(officer=people["jia"], items=ITEMS)
    manifest = begun["manifest"]
    assert set(manifest) == {"nonce", "at", "signer", "certificate_no", "items"}
    assert (manifest["signer"], manifest["certificate_no"]) == (str(people["jia"].pk), "35020610001")
    assert set(manifest["items"][0]) == {"document_id", "version", "body_sha256", "role", "opinion", "drawing_sha256"}
    kept = Challenge.objects.get(pk=begun["signing_id"])
    assert bytes(kept.challenge) == hashlib.sha256(canonical(manifest)).digest()
    assert begun["options"]["userVerification"] == "required"
    done = signing.finish(
        officer=people["jia"], signing_id=uuid.UUID(begun["signing_id"]), credential=soft.answer(begun["options"])
    )
    signing.verify_offline(Signing.objects.get(pk=done.pk))
    entry = Entry.objects.latest("seq")
    assert (entry.kind, entry.key_id, entry.facts["count"]) == ("accounts.signed", key.pk, 2)


def test_the_same_signing_twice_is_one(people: People) -> None:
    soft = software_key()
    enrolled(people["jia"], soft)
    begun = signing.begin(officer=people["jia"], items=ITEMS)
    answer = soft.answer(begun["options"])
    first, second = (
        signing.finish(officer=people["jia"], signing_id=uuid.UUID(begun["signing_id"]), credential=answer)
        for _ in range(2)
    )
    assert first == second
    assert Entry.objects.filter(kind="accounts.signed").count() == 1


def test_another_persons_key_or_challenge_is_refused(people: People) -> None:
    mine, other = software_key(), software_key()
    enrolled(people["jia"], mine)
    enrolled(people["yi"], other)
    begun = signing.begin(officer=people["jia"], items=ITEMS)
    for officer, soft, code in ((people["jia"], other, "key_unknown"), (people["yi"], other, "signing_expired")):
        with pytest.raises(Refused) as refused:
            signing.finish(
                officer=officer, signing_id=uuid.UUID(begun["signing_id"]), credential=soft.answer(begun["options"])
            )
        assert refused.value.code == code


def test_without_verification_of_the_user_or_from_another_site_it_is_refused(people: People) -> None:
    soft = software_key()
    enrolled(people["jia"], soft)
    begun = signing.begin(officer=people["jia"], items=ITEMS)
    stranger = SoftAuthenticator("https://elsewhere.example", "localhost", soft.credential_id, soft.private, soft.count)
    with pytest.raises(Refused):
        signing.finish(
            officer=people["jia"],
            signing_id=uuid.UUID(begun["signing_id"]),
            credential=stranger.answer(begun["options"]),
        )
    lazy = _Unverified(soft.origin, "localhost", soft.credential_id, soft.private, soft.count)
    with pytest.raises(Refused):
        signing.finish(
            officer=people["jia"], signing_id=uuid.UUID(begun["signing_id"]), credential=lazy.answer(begun["options"])
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


@pytest.mark.django_db(transaction=True)
def test_a_signing_stays_as_it_was(people: People) -> None:
    soft = software_key()
    enrolled(people["jia"], soft)
    done = signed(people, soft)
    for change in (lambda: Signing.objects.filter(pk=done.pk).update(rp_id="x"), done.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
