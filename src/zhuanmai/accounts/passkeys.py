"""Enrolling a key and signing in with one (WebAuthn)."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_registration_response,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from zhuanmai.accounts.invitations import opened
from zhuanmai.accounts.lockout import LOCKED_MINUTES
from zhuanmai.accounts.models import Challenge, Invitation, Key, Officer
from zhuanmai.accounts.refusals import key_refused, sign_in_refused
from zhuanmai.accounts.services import enrol_key, signed_in
from zhuanmai.accounts.signing import MALFORMED, KeyRefused, key_of, rp_id, use_key
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.ledger.services import append

VALID_MINUTES = 10
_NOT_ACCEPTED = (
    f"这把钥匙未能登录：未登记、未批准、已挂失，或未完成指纹、PIN 验证（连续失败暂停 {LOCKED_MINUTES} 分钟）；"
    "请重试或换用本人的钥匙，仍不行请联系安全管理员。"
)


def begin_enrolment(*, officer: Officer) -> dict[str, Any]:
    """Options for making a credential on the officer's key. Returns {challenge_id, options}."""
    known = [PublicKeyCredentialDescriptor(id=bytes(key.credential_id)) for key in Key.objects.filter(officer=officer)]
    options = generate_registration_options(
        rp_id=rp_id(),
        rp_name="智慧专卖",
        user_id=officer.pk.bytes,
        user_name=officer.username,
        user_display_name=officer.name,
        exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    kept = _keep("enrol", options.challenge, officer)
    return {"challenge_id": str(kept.pk), "options": json.loads(options_to_json(options))}


def finish_enrolment(
    *,
    officer: Officer,
    challenge_id: uuid.UUID,
    credential: dict[str, Any],
    name: str,
    invitation: Invitation | None = None,
) -> Key:
    """Verify the new credential and register the key. Raises Refused (enrolment_failed, challenge_expired)."""
    with transaction.atomic():
        waiting = _take("enrol", challenge_id, officer)
        try:
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=bytes(waiting.challenge),
                expected_rp_id=rp_id(),
                expected_origin=settings.BASE_URL,
                require_user_verification=True,
            )
            transports = _transports(credential)
        except MALFORMED as error:
            raise Refused("enrolment_failed", "钥匙登记未成功；请重新插入钥匙并完成指纹或 PIN 验证。") from error
        return enrol_key(
            officer=officer,
            name=name,
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            transports=transports,
            invitation=invitation,
        )


def begin_invited(*, secret: str) -> dict[str, Any]:
    """Options for the key of someone who came by a link. Raises NotFound (no_link), Conflict (link_over, …)."""
    return begin_enrolment(officer=opened(secret).officer)


def finish_invited(*, secret: str, challenge_id: uuid.UUID, credential: dict[str, Any], name: str) -> Key:
    """Register the key of someone who came by a link, which is used up. Raises as begin_invited, finish_enrolment."""
    with transaction.atomic():
        invitation = opened(secret, lock=True)
        return finish_enrolment(
            officer=invitation.officer,
            challenge_id=challenge_id,
            credential=credential,
            name=name,
            invitation=invitation,
        )


def _transports(credential: dict[str, Any]) -> list[str]:
    """How the key says it can be reached: known words only (hints for the browser, nothing that decides)."""
    said = credential["response"].get("transports") or []
    return [one.value for one in AuthenticatorTransport if one.value in said]


def begin_sign_in() -> dict[str, Any]:
    """Options for signing in with any registered key. Returns {challenge_id, options}."""
    options = generate_authentication_options(rp_id=rp_id(), user_verification=UserVerificationRequirement.REQUIRED)
    kept = _keep("sign_in", options.challenge, None)
    return {"challenge_id": str(kept.pk), "options": json.loads(options_to_json(options))}


def finish_sign_in(*, challenge_id: uuid.UUID, credential: dict[str, Any]) -> Officer:
    """The officer whose key answered. A refusal is on the ledger, and uses the challenge up.

    Whether a key is known, locked or lost is told only to the ledger; that its holder was stopped, to who holds it.
    Raises Refused (challenge_expired, key_not_accepted), KeyRefused (inactive).
    """
    try:
        waiting = _take("sign_in", challenge_id, None)
    except Refused as expired:
        sign_in_refused(expired.code, officer=None, username="", way="钥匙")
        raise
    try:
        with transaction.atomic():
            key = key_of(credential)
            use_key(credential, bytes(waiting.challenge), key)
            if not key.officer.is_active:
                raise KeyRefused("inactive", "该人员已停用；请联系安全管理员。", key=key)
    except KeyRefused as refused:
        key_refused("accounts.sign_in_refused", refused, officer=None)
        if refused.code == "inactive":
            raise
        raise Refused("key_not_accepted", _NOT_ACCEPTED) from None
    signed_in(officer=key.officer, way="钥匙", key=key)
    return key.officer


def note_sign_out(*, officer: Officer) -> None:
    """Put a sign-out on the ledger."""
    with transaction.atomic():
        append("accounts.signed_out", actor_id=officer.pk, object_kind="officer", object_id=officer.pk)


def _keep(purpose: str, challenge: bytes, officer: Officer | None) -> Challenge:
    until = now() + dt.timedelta(minutes=VALID_MINUTES)
    return Challenge.objects.create(purpose=purpose, challenge=challenge, officer=officer, expires_at=until)


def _take(purpose: str, challenge_id: uuid.UUID, officer: Officer | None) -> Challenge:
    """The challenge, used up: it serves only the officer to whom it was given (nobody's, for signing in)."""
    with transaction.atomic():
        waiting = (
            Challenge.objects.select_for_update()
            .filter(pk=challenge_id, purpose=purpose, officer=officer, used_at=None)
            .first()
        )
        if waiting is None or waiting.expires_at < now():
            raise Refused("challenge_expired", "等待过久，请重新操作。")
        waiting.used_at = now()
        waiting.save(update_fields=["used_at"])
        return waiting
