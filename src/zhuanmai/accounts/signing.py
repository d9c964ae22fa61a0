"""Signing with one's own key: a WebAuthn assertion whose challenge is the SHA-256 of a manifest of documents."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import struct
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings
from django.db import transaction
from webauthn import generate_authentication_options, options_to_json, verify_authentication_response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from zhuanmai.accounts.lockout import LOCKED_MINUTES, forget_failures, minutes_left
from zhuanmai.accounts.models import Challenge, Key, Officer, Signing
from zhuanmai.accounts.queries import usable_keys
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.queries import entries
from zhuanmai.ledger.services import append

VALID_MINUTES = 10
_EXPIRED = "本次签名已超时或已使用；文书仍在，请重新点“签名”。"
# A credential that is no credential fails anywhere in its decoding; to the officer it is all one: not verified.
MALFORMED = (
    WebAuthnException, UnsupportedAlgorithm, ValueError, TypeError, LookupError, AttributeError, ArithmeticError,
    struct.error, EOFError, RecursionError,
)  # fmt: skip


@dataclass(eq=False)
class KeyRefused(Refused):
    """A key did not prove itself, or may not be used; `key` is the one that was named, where there is one."""

    key: Key | None = None


@dataclass(frozen=True)
class SigningItem:
    """One document in a manifest: version, digest of its body, in what role, with which opinion or drawing."""

    document_id: str
    version: int
    body_sha256: str
    role: str
    opinion: str = ""
    drawing_sha256: str = ""


@dataclass(frozen=True)
class Purpose:
    """What a touch is asked for. It stands in the manifest, so in the challenge: the touch counts for this alone.

    `act`: who asks for it and what for ("approvals.decide"); the subject that it concerns; for a decision also which
    approval, of which round, and what is decided.
    """

    act: str
    subject_kind: str
    subject_id: str
    approval_id: str = ""
    round: int = 0
    decision: str = ""


class Finished(NamedTuple):
    """A signing, and whether this request only repeats the one that made it: then nothing more may be done with it."""

    signing: Signing
    is_repeated: bool


def rp_id() -> str:
    """The host that keys belong to (WebAuthn's relying party)."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def begin(*, officer: Officer, items: Sequence[SigningItem], purpose: Purpose) -> dict[str, Any]:
    """Ask for one touch over all items. Returns {signing_id, manifest, options}: options go to the browser's WebAuthn.

    Raises Refused: nothing_to_sign, no_key (the officer has no usable key).
    """
    if not items:
        raise Refused("nothing_to_sign", "没有待签的文书；请先生成文书。")
    keys = usable_keys(officer)
    if not keys:
        raise Refused("no_key", "您还没有可用的钥匙；请在“我的钥匙”中登记，或请安全管理员批准。")
    manifest = {
        "nonce": secrets.token_hex(16),
        "at": now().isoformat(),
        "signer": str(officer.pk),
        "certificate_no": officer.certificate_no,
        "purpose": asdict(purpose),
        "items": [asdict(item) for item in items],
    }
    challenge = challenge_of(manifest)
    with transaction.atomic():
        kept = Challenge.objects.create(
            officer=officer,
            purpose="sign",
            challenge=challenge,
            manifest=manifest,
            expires_at=now() + dt.timedelta(minutes=VALID_MINUTES),
        )
    options = generate_authentication_options(
        rp_id=rp_id(),
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=bytes(key.credential_id)) for key in keys],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return {"signing_id": str(kept.pk), "manifest": manifest, "options": json.loads(options_to_json(options))}


def challenge_of(manifest: dict[str, Any]) -> bytes:
    """The challenge of a manifest: SHA-256 of its canonical JSON."""
    return hashlib.sha256(canonical(manifest)).digest()


def finish(*, officer: Officer, signing_id: uuid.UUID, credential: dict[str, Any], purpose: Purpose) -> Finished:
    """Verify the assertion and keep the signing. The same request twice gives the first signing, marked as repeated.

    Raises Refused (signing_expired; signing_elsewhere: the touch was asked for something else; signing_used: the id is
    known, the assertion is another), KeyRefused (key_unknown, key_locked, signature_invalid). Runs in the caller's
    transaction or its own.
    """
    with transaction.atomic():
        waiting = Challenge.objects.select_for_update().filter(pk=signing_id, officer=officer, purpose="sign").first()
        known = Signing.objects.filter(pk=signing_id, officer=officer).select_related("key").first()
        manifest = known.manifest if known else waiting.manifest if waiting else None
        if manifest is None:
            raise Refused("signing_expired", _EXPIRED)
        if manifest["purpose"] != asdict(purpose):
            raise Refused("signing_elsewhere", "这次触摸是为另一事项做的，不能用在这里；请回到该事项重新点“签名”。")
        if known:
            if not _is_the_same_touch(known, credential):
                raise Refused("signing_used", "这次签名已经用过；请重新点“签名”。")
            return Finished(known, is_repeated=True)
        if waiting is None or waiting.used_at or waiting.expires_at < now():
            raise Refused("signing_expired", _EXPIRED)
        key = key_of(credential, officer)
        use_key(credential, bytes(waiting.challenge), key)
        waiting.used_at = now()
        waiting.save(update_fields=["used_at"])
        response = credential["response"]
        signing = Signing.objects.create(
            id=waiting.pk,
            officer=officer,
            key=key,
            manifest=manifest,
            authenticator_data=base64url_to_bytes(response["authenticatorData"]),
            client_data=base64url_to_bytes(response["clientDataJSON"]),
            signature=base64url_to_bytes(response["signature"]),
            public_key=bytes(key.public_key),
            rp_id=rp_id(),
        )
        append(
            "accounts.signed",
            actor_id=officer.pk,
            key_id=key.pk,
            object_kind="signing",
            object_id=signing.pk,
            facts={"count": len(signing.manifest["items"]), "manifest_sha256": bytes(waiting.challenge).hex()},
            rows=[signing, key],
        )
        return Finished(signing, is_repeated=False)


def _is_the_same_touch(known: Signing, credential: dict[str, Any]) -> bool:
    """Whether a credential is the one that a signing was made from."""
    kept, given = _credential(known), credential.get("response")
    if credential.get("rawId") != kept["rawId"] or not isinstance(given, dict):
        return False
    return all(given.get(name) == value for name, value in kept["response"].items())


def key_of(credential: dict[str, Any], officer: Officer | None = None) -> Key:
    """The usable key that a credential names. Raises KeyRefused (key_unknown, key_locked)."""
    query = Key.objects.select_for_update(of=("self",)).select_related("officer")
    raw = credential.get("rawId")
    try:
        found = query.filter(credential_id=base64url_to_bytes(raw)).first() if isinstance(raw, str) else None
    except ValueError:
        found = None
    if found is None or not found.is_usable or (officer is not None and found.officer_id != officer.pk):
        raise KeyRefused("key_unknown", "这把钥匙未登记、未批准或已挂失；请换用本人的钥匙。", key=found)
    if left := minutes_left(found):
        raise KeyRefused("key_locked", f"这把钥匙连续验证失败，已暂停使用，约 {left} 分钟后再试。", key=found)
    return found


def use_key(credential: dict[str, Any], challenge: bytes, key: Key) -> None:
    """Take a key's assertion over the challenge and note the use. Raises KeyRefused (signature_invalid)."""
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=settings.BASE_URL,
            credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except MALFORMED as error:
        detail = f"钥匙的签名未通过验证；请重新触摸钥匙并完成指纹或 PIN 验证（连续失败将暂停 {LOCKED_MINUTES} 分钟）。"
        raise KeyRefused("signature_invalid", detail, key=key) from error
    key.sign_count, key.last_used_at = verified.new_sign_count, now()
    key.save(update_fields=["sign_count", "last_used_at"])
    forget_failures(key)


def verify_offline(signing: Signing) -> None:
    """Verify a kept signing from what is stored: the touch, its manifest, and that both are the officer's.

    The key must be the officer's own, the one whose public half signed, and by the ledger approved and not reported
    lost when it signed (the order of entries decides: a clock may be set). Raises Refused (signature_invalid).
    """
    key = signing.key
    try:
        origin = json.loads(bytes(signing.client_data))["origin"]
        verify_authentication_response(
            credential=_credential(signing),
            expected_challenge=challenge_of(signing.manifest),
            expected_rp_id=signing.rp_id,
            expected_origin=origin,
            credential_public_key=bytes(key.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
        is_ours = (
            str(signing.officer_id) == signing.manifest["signer"] == str(key.officer_id)
            and bytes(signing.public_key) == bytes(key.public_key)
            and urlsplit(origin).hostname == signing.rp_id
            and isinstance(signing.manifest["purpose"], dict)
            and _was_usable(signing)
        )
    except MALFORMED:
        is_ours = False
    if not is_ours:
        raise Refused("signature_invalid", f"签名 {signing.pk} 与其清单、签名人或钥匙不符，可能被改动过。")


def _credential(signing: Signing) -> dict[str, Any]:
    """The stored assertion in the form in which a browser hands it over."""
    encode = bytes_to_base64url
    identity = encode(bytes(signing.key.credential_id))
    return {
        "id": identity,
        "rawId": identity,
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "authenticatorData": encode(bytes(signing.authenticator_data)),
            "clientDataJSON": encode(bytes(signing.client_data)),
            "signature": encode(bytes(signing.signature)),
        },
    }


def _was_usable(signing: Signing) -> bool:
    """Whether the ledger has the key approved before the signing, and not reported lost before it."""
    usable = False
    for entry in entries(object_ids=[signing.pk, signing.key_id]).order_by("seq"):
        match entry.kind:
            case "accounts.key_enrolled":
                usable = bool(entry.facts.get("approved"))
            case "accounts.key_approved":
                usable = True
            case "accounts.key_revoked":
                usable = False
            case "accounts.signed" if entry.object_id == signing.pk:
                return usable and (entry.actor_id, entry.key_id) == (signing.officer_id, signing.key_id)
    return False
