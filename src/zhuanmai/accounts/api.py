"""JSON of people and keys: who I am, signing in and enrolling with a key."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Schema

from zhuanmai.accounts import own_key, passkeys, sessions
from zhuanmai.accounts.device_keys import officer_key
from zhuanmai.accounts.invitations import opened
from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import known, roles_of
from zhuanmai.accounts.queries import bureau_of, usable_keys
from zhuanmai.accounts.requests import officer_of
from zhuanmai.accounts.services import check_sign_in, signed_in
from zhuanmai.accounts.signing import rp_id

router = Router(tags=["accounts"])


class PasswordIn(Schema):
    """Username and password (where passwords are allowed)."""

    username: str
    password: str


class CredentialIn(Schema):
    """The answer of a key to a challenge."""

    challenge_id: uuid.UUID
    credential: dict[str, Any]
    name: str = ""


class PowerIn(Schema):
    """The address that a form is posted to, and its fields."""

    path: str
    fields: dict[str, str]


class Empty(Schema):
    """No facts."""


class LinkIn(Schema):
    """The secret of a one-time link."""

    secret: str


class InvitedOut(Schema):
    """For whom a one-time link was made."""

    name: str
    username: str
    unit: str
    certificate_no: str


class InvitedIn(CredentialIn):
    """A new key's answer, from someone who came by a one-time link."""

    secret: str


class DeviceIn(Schema):
    """A device by the id that it made for itself."""

    device: uuid.UUID


class DeviceKeyOut(Schema):
    """Whose key it is, and the key (32 bytes, base64)."""

    officer: uuid.UUID
    key: str


@router.get("/me")
def me(request: HttpRequest) -> dict[str, Any]:
    """The signed-in officer: name, unit, roles, permissions, whether a key is registered."""
    return about(request.user)  # type: ignore[arg-type]


@router.post("/sign-in/password", auth=None)
def sign_in_password(request: HttpRequest, given: PasswordIn) -> dict[str, Any]:
    """Sign in with a password; only where the policy allows it."""
    officer = check_sign_in(username=given.username, password=given.password)
    sessions.begin(request, officer)
    signed_in(officer=officer, way="口令")
    return about(officer)


@router.post("/sign-in/begin", auth=None)
def sign_in_begin(request: HttpRequest, given: Empty) -> dict[str, Any]:
    """The challenge for signing in with a key."""
    return passkeys.begin_sign_in()


@router.post("/sign-in/finish", auth=None)
def sign_in_finish(request: HttpRequest, given: CredentialIn) -> dict[str, Any]:
    """Sign in with the key's answer."""
    officer = passkeys.finish_sign_in(challenge_id=given.challenge_id, credential=given.credential)
    sessions.begin(request, officer)
    return about(officer)


@router.post("/device-key", response=DeviceKeyOut)
def device_key(request: HttpRequest, given: DeviceIn, response: HttpResponse) -> dict[str, Any]:
    """The key under which this device keeps the signed-in officer's data; it is forgotten there at sign-out."""
    response["Cache-Control"] = "no-store"
    key = officer_key(officer_of(request).pk, given.device)
    return {"officer": officer_of(request).pk, "key": base64.b64encode(key).decode("ascii")}


@router.post("/own-key/begin")
def own_key_begin(request: HttpRequest, given: PowerIn) -> dict[str, Any]:
    """The challenge for an act of a page that gives power; `needed` false: none is asked for."""
    return own_key.begin(officer=officer_of(request), path=given.path, fields=given.fields)


@router.post("/keys/begin")
def keys_begin(request: HttpRequest, given: Empty) -> dict[str, Any]:
    """The challenge for registering a key of one's own."""
    return passkeys.begin_enrolment(officer=request.user)  # type: ignore[arg-type]


@router.post("/keys/finish")
def keys_finish(request: HttpRequest, given: CredentialIn) -> dict[str, Any]:
    """Register the key that answered."""
    key = passkeys.finish_enrolment(
        officer=request.user,  # type: ignore[arg-type]
        challenge_id=given.challenge_id,
        credential=given.credential,
        name=given.name,
    )
    return {"id": str(key.pk), "name": key.name, "approved": key.is_usable}


@router.post("/enrol/look", auth=None, response=InvitedOut)
def enrol_look(request: HttpRequest, given: LinkIn, response: HttpResponse) -> dict[str, str]:
    """For whom a one-time link was made. Looking uses nothing up."""
    response["Cache-Control"] = "no-store"
    person = opened(given.secret).officer
    return {
        "name": person.name,
        "username": person.username,
        "unit": person.unit.name,
        "certificate_no": person.certificate_no,
    }


@router.post("/enrol/begin", auth=None)
def enrol_begin(request: HttpRequest, given: LinkIn) -> dict[str, Any]:
    """The challenge for registering a key by a one-time link."""
    return passkeys.begin_invited(secret=given.secret)


@router.post("/enrol/finish", auth=None)
def enrol_finish(request: HttpRequest, given: InvitedIn) -> dict[str, Any]:
    """Register the key that answered; the link is used up, and the officer signs in with the key."""
    key = passkeys.finish_invited(
        secret=given.secret, challenge_id=given.challenge_id, credential=given.credential, name=given.name
    )
    return {"id": str(key.pk), "name": key.name, "next": f"{reverse('accounts:sign_in')}?enrolled=1"}


def about(officer: Officer) -> dict[str, Any]:
    """An officer as the client sees them."""
    return {
        "id": str(officer.pk),
        "username": officer.username,
        "name": officer.name,
        "certificate_no": officer.certificate_no,
        "unit": officer.unit.name,
        "bureau": bureau_of(officer.unit).name,
        "roles": [{"role": role, "unit": unit.name} for role, unit in roles_of(officer)],
        "permissions": [permission.name for permission in known() if officer.may(permission.name)],
        "has_key": bool(usable_keys(officer)),
        "rp_id": rp_id(),
        "next": "/",
    }
