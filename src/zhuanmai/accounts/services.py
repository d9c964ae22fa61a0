"""What can be done with people and keys. Each act locks its row, decides, writes, appends to the ledger, returns."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction

from zhuanmai.accounts.models import Delegation, Grant, Key, Officer, Unit
from zhuanmai.accounts.permissions import DELEGABLE, require
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Conflict, NotAllowed, Refused
from zhuanmai.ledger.services import append, append_apart

MAX_FAILURES = 5
LOCKED_MINUTES = 15


def check_sign_in(*, username: str, password: str) -> Officer:
    """The officer whose password this is; only where passwords are allowed.

    Raises Refused: key_required, wrong_password, locked (after five failures, for a quarter of an hour).
    """
    if settings.KEY_REQUIRED:
        raise Refused("key_required", "本单位要求使用钥匙登录；请插入钥匙后点“用钥匙登录”。", field="username")
    with transaction.atomic():
        person = Officer.objects.select_for_update().filter(username=username.strip(), is_active=True).first()
        refusal = _refusal(person, password)
        if person is not None and refusal is not None and refusal.code == "wrong_password":
            person.failed_attempts += 1
            if person.failed_attempts >= MAX_FAILURES:
                person.locked_until = now() + dt.timedelta(minutes=LOCKED_MINUTES)
                person.failed_attempts = 0
            person.save(update_fields=["failed_attempts", "locked_until"])
    if refusal is not None:
        append_apart(
            "accounts.sign_in_refused",
            actor_id=person.pk if person else None,
            object_kind="officer",
            object_id=person.pk if person else uuid.UUID(int=0),
            facts={"reason": refusal.code, "username": username},
        )
        raise refusal
    assert person is not None  # noqa: S101 - a missing person is refused above
    return person


def _refusal(person: Officer | None, password: str) -> Refused | None:
    if person is not None and person.locked_until and person.locked_until > now():
        minutes = max(1, int((person.locked_until - now()).total_seconds() // 60) + 1)
        return Refused("locked", f"连续输错，已暂停登录，约 {minutes} 分钟后再试；也可用钥匙登录。", field="username")
    if person is None or not person.has_usable_password() or not check_password(password, person.password):
        return Refused("wrong_password", "账号或口令不对；请重新输入。", field="password")
    return None


def signed_in(*, officer: Officer, way: str, key: Key | None = None) -> None:
    """Note a sign-in (way: 钥匙 or 口令) and forget earlier failures."""
    with transaction.atomic():
        officer.failed_attempts, officer.locked_until = 0, None
        officer.save(update_fields=["failed_attempts", "locked_until"])
        append(
            "accounts.signed_in",
            actor_id=officer.pk,
            key_id=key.pk if key else None,
            object_kind="officer",
            object_id=officer.pk,
            facts={"way": way},
        )


def enrol_key(*, officer: Officer, name: str, credential_id: bytes, public_key: bytes, transports: list[str]) -> Key:
    """Register a key. The first one counts at once; a further one after a second person has approved it."""
    with transaction.atomic():
        Officer.objects.select_for_update().get(pk=officer.pk)
        if Key.objects.filter(credential_id=credential_id).exists():
            raise Refused("key_known", "这把钥匙已经登记过；请换一把或直接使用。")
        first = not Key.objects.filter(officer=officer).exists()
        key = Key.objects.create(
            officer=officer,
            name=name.strip() or "钥匙",
            credential_id=credential_id,
            public_key=public_key,
            transports=transports,
            approved_at=now() if first else None,
        )
        append(
            "accounts.key_enrolled",
            actor_id=officer.pk,
            key_id=key.pk,
            object_kind="key",
            object_id=key.pk,
            facts={"name": key.name, "approved": first},
            rows=[key],
        )
        return key


def approve_key(*, actor: Officer, key_id: uuid.UUID) -> Key:
    """Approve a further key of another person. Raises NotAllowed, Refused (own_key)."""
    require(actor, "accounts.manage_keys")
    with transaction.atomic():
        key = Key.objects.select_for_update().get(pk=key_id)
        if key.officer_id == actor.pk:
            raise Refused("own_key", "不能批准自己的钥匙；请另一名安全管理员办理。")
        key.approved_by, key.approved_at = actor, now()
        key.save()
        facts = {"name": key.name}
        append("accounts.key_approved", actor_id=actor.pk, object_kind="key", object_id=key.pk, facts=facts, rows=[key])
        return key


def revoke_key(*, actor: Officer, key_id: uuid.UUID, reason: str) -> Key:
    """Revoke a lost key: one's own, or anyone's with the permission. Signatures made with it stay valid."""
    with transaction.atomic():
        key = Key.objects.select_for_update().get(pk=key_id)
        if key.officer_id != actor.pk:
            require(actor, "accounts.manage_keys")
        if not reason.strip():
            raise Refused("reason_missing", "请写明挂失理由。", field="reason")
        if key.revoked_at is None:
            key.revoked_at, key.revoked_reason = now(), reason.strip()
            key.save()
        facts = {"name": key.name, "reason": key.revoked_reason}
        append("accounts.key_revoked", actor_id=actor.pk, object_kind="key", object_id=key.pk, facts=facts, rows=[key])
        return key


def grant(
    *, actor: Officer, officer: Officer, role: str, unit: Unit, reason: str, ends_on: dt.date | None = None
) -> Grant:
    """Give a role; it counts when a second security administrator has confirmed it. Never to oneself."""
    require(actor, "accounts.edit_people")
    if officer.pk == actor.pk:
        raise NotAllowed("own_grant", "不能给自己授予岗位；请另一名安全管理员办理。")
    with transaction.atomic():
        if Grant.objects.filter(officer=officer, role=role, unit=unit, revoked_at=None).exists():
            raise Conflict("granted_already", "该人员已有此岗位，或正等待确认。")
        made = Grant.objects.create(
            officer=officer, role=role, unit=unit, granted_by=actor, reason=reason.strip(), ends_on=ends_on
        )
        _note("accounts.granted", actor, made, role=role, unit=unit.name, reason=made.reason)
        return made


def confirm_grant(*, actor: Officer, grant_id: uuid.UUID) -> Grant:
    """Confirm a role as the second person. Raises NotAllowed (same_person, own_grant)."""
    require(actor, "accounts.edit_people")
    with transaction.atomic():
        waiting = Grant.objects.select_for_update(of=("self",)).select_related("unit").get(pk=grant_id)
        if actor.pk == waiting.granted_by_id:
            raise NotAllowed("same_person", "授予与确认须由两人分别办理。")
        if actor.pk == waiting.officer_id:
            raise NotAllowed("own_grant", "不能确认授予自己的岗位。")
        if waiting.confirmed_at is None and waiting.revoked_at is None:
            waiting.confirmed_by, waiting.confirmed_at = actor, now()
            waiting.save()
        _note("accounts.grant_confirmed", actor, waiting, role=waiting.role, unit=waiting.unit.name)
        return waiting


def revoke_grant(*, actor: Officer, grant_id: uuid.UUID, reason: str) -> Grant:
    """Take a role back, with a reason."""
    require(actor, "accounts.edit_people")
    if not reason.strip():
        raise Refused("reason_missing", "请写明撤销理由。", field="reason")
    with transaction.atomic():
        held = Grant.objects.select_for_update(of=("self",)).select_related("unit").get(pk=grant_id)
        if held.revoked_at is None:
            held.revoked_at = now()
            held.save()
        _note("accounts.grant_revoked", actor, held, role=held.role, unit=held.unit.name, reason=reason.strip())
        return held


def delegate(
    *, actor: Officer, grant_id: uuid.UUID, to: Officer, starts_on: dt.date, ends_on: dt.date, reason: str
) -> Delegation:
    """Let another person give one's approvals for a dated period. (Never for a case they investigate: enforcement.)"""
    require(actor, "accounts.delegate")
    held = Grant.objects.in_force().filter(pk=grant_id, officer=actor).first()
    if held is None or held.role not in DELEGABLE:
        raise NotAllowed("not_delegable", "只能委托本人现任的审批岗位。")
    if to.pk == actor.pk:
        raise Refused("to_oneself", "请选择另一名人员。", field="to")
    if ends_on < max(starts_on, today()):
        raise Refused("period", "委托期限的结束日不能早于开始日和今天。", field="ends_on")
    with transaction.atomic():
        made = Delegation.objects.create(grant=held, to=to, starts_on=starts_on, ends_on=ends_on, reason=reason.strip())
        _note("accounts.delegated", actor, made, role=held.role, starts_on=starts_on, ends_on=ends_on)
        return made


def _note(kind: str, actor: Officer, row: Grant | Delegation, **facts: Any) -> None:
    label = "grant" if isinstance(row, Grant) else "delegation"
    append(kind, actor_id=actor.pk, object_kind=label, object_id=row.pk, facts=facts, rows=[row])
