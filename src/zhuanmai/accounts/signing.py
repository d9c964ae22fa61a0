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
from typing import Any
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


def rp_id() -> str:
    """The host that keys belong to (WebAuthn's relying party)."""
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def begin(*, officer: Officer, items: Sequence[SigningItem]) -> dict[str, Any]:
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


def finish(*, officer: Officer, signing_id: uuid.UUID, credential: dict[str, Any]) -> Signing:
    """Verify the assertion and keep the signing. The same id twice gives the first signing.

    Raises Refused (signing_expired), KeyRefused (key_unknown, key_locked, signature_invalid). Runs in the caller's
    transaction or its own.
    """
    with transaction.atomic():
        known = Signing.objects.filter(pk=signing_id, officer=officer).first()
        if known:
            return known
        waiting = Challenge.objects.select_for_update().filter(pk=signing_id, officer=officer, purpose="sign").first()
        if waiting is None or waiting.used_at or waiting.expires_at < now() or waiting.manifest is None:
            raise Refused("signing_expired", "本次签名已超时或已使用；文书仍在，请重新点“签名”。")
        key = key_of(credential, officer)
        use_key(credential, bytes(waiting.challenge), key)
        waiting.used_at = now()
        waiting.save(update_fields=["used_at"])
        response = credential["response"]
        signing = Signing.objects.create(
            id=waiting.pk,
            officer=officer,
            key=key,
            manifest=waiting.manifest,
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
        return signing


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
