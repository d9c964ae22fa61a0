"""Signing with one's own key: a WebAuthn assertion whose challenge is the SHA-256 of a manifest of documents."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from webauthn import generate_authentication_options, options_to_json, verify_authentication_response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from zhuanmai.accounts.models import Challenge, Key, Officer, Signing
from zhuanmai.accounts.queries import usable_keys
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.services import append

VALID_MINUTES = 10
# A credential that is no credential fails anywhere in its decoding; to the officer it is all one: not verified.
MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError)


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

    Raises Refused: signing_expired, key_unknown, signature_invalid. Runs in the caller's transaction or its own.
    """
    with transaction.atomic():
        known = Signing.objects.filter(pk=signing_id, officer=officer).first()
        if known:
            return known
        waiting = Challenge.objects.select_for_update().filter(pk=signing_id, officer=officer, purpose="sign").first()
        if waiting is None or waiting.used_at or waiting.expires_at < now() or waiting.manifest is None:
            raise Refused("signing_expired", "本次签名已超时或已使用；文书仍在，请重新点“签名”。")
        key = key_of(credential, officer)
        count = verified_count(credential, bytes(waiting.challenge), key)
        key.sign_count, key.last_used_at = count, now()
        key.save(update_fields=["sign_count", "last_used_at"])
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
    """The usable key that a credential names. Raises Refused (key_unknown)."""
    query = Key.objects.select_related("officer").filter(revoked_at=None, approved_at__isnull=False)
    if officer is not None:
        query = query.filter(officer=officer)
    raw = credential.get("rawId")
    try:
        found = query.filter(credential_id=base64url_to_bytes(raw)).first() if isinstance(raw, str) else None
    except ValueError:
        found = None
    if found is None:
        raise Refused("key_unknown", "这把钥匙未登记、未批准或已挂失；请换用本人的钥匙。")
    return found


def verified_count(credential: dict[str, Any], challenge: bytes, key: Key) -> int:
    """The key's new counter if its assertion over the challenge is genuine. Raises Refused (signature_invalid)."""
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
        raise Refused("signature_invalid", "钥匙的签名未通过验证；请重新触摸钥匙并完成指纹或 PIN 验证。") from error
    return verified.new_sign_count


def verify_offline(signing: Signing) -> None:
    """Verify a kept signing from what is stored with it: the touch, the manifest, and that both are the officer's.

    Raises Refused (signature_invalid).
    """
    encode = bytes_to_base64url
    identity = encode(bytes(signing.key.credential_id))
    credential = {
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
    broken = Refused("signature_invalid", f"签名 {signing.pk} 与其清单不符，清单或签名被改动过。")
    if not str(signing.officer_id) == signing.manifest.get("signer") == str(signing.key.officer_id):
        raise broken
    try:
        verify_authentication_response(
            credential=credential,
            expected_challenge=challenge_of(signing.manifest),
            expected_rp_id=signing.rp_id,
            expected_origin=json.loads(bytes(signing.client_data))["origin"],
            credential_public_key=bytes(signing.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except MALFORMED as error:
        raise broken from error
