"""What can be done with people and keys. Each act locks its row, decides, writes, appends to the ledger, returns."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import translation

from zhuanmai.accounts.lockout import (
    LOCKED_MINUTES,
    MAX_FAILURES,
    count_failure,
    forget_guesses,
    guesses_for,
    minutes_left,
)
from zhuanmai.accounts.models import Delegation, Grant, Invitation, Key, Officer, Role, Unit
from zhuanmai.accounts.permissions import APART, DELEGABLE, WHOLE, require
from zhuanmai.accounts.queries import bureau_of
from zhuanmai.accounts.refusals import note_lock, sign_in_refused
from zhuanmai.accounts.sessions import over_for
from zhuanmai.accounts.tree import with_descendants
from zhuanmai.accounts.wording import plain, required
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Conflict, NotAllowed, NotFound, Refused
from zhuanmai.ledger.services import append, as_found

MAX_WORDS = 200
NAME_LENGTH = 60
_NO_KEY = "没有这把钥匙；请刷新后重试。"


def check_sign_in(*, username: str, password: str) -> Officer:
    """The officer whose password this is; only where passwords are allowed. What is refused is on the ledger.

    Raises Refused: key_required, wrong_password. After five failures for a name nothing is right for a quarter of an
    hour. Who has an account, who was stopped and what is locked can be told neither from the answer nor from its cost.
    """
    wanted = plain(username)
    if settings.KEY_REQUIRED:
        refused = Refused("key_required", "本单位要求使用钥匙登录；请插入钥匙后点“用钥匙登录”。", field="username")
        sign_in_refused(refused.code, officer=_account(wanted), username=wanted[:MAX_WORDS], way="口令")
        raise refused
    with transaction.atomic():
        guesses = guesses_for(wanted)
        person, is_locked = _account(wanted), bool(minutes_left(guesses))
        if _is_right(person, password) and person is not None and not is_locked:
            return person
        locks = count_failure(guesses)
    sign_in_refused(
        "locked" if is_locked else "wrong_password", officer=person, username=wanted[:MAX_WORDS], way="口令"
    )
    if locks:
        note_lock(person)
    detail = f"账号或口令不对；请重新输入（连续输错 {MAX_FAILURES} 次暂停 {LOCKED_MINUTES} 分钟，其间可用钥匙登录）。"
    raise Refused("wrong_password", detail, field="password")


def _account(username: str) -> Officer | None:
    return Officer.objects.filter(username=username, is_active=True).first()


def _is_right(person: Officer | None, password: str) -> bool:
    """Whether the password is the person's: one hash, also where there is no such person."""
    if person is None:
        make_password(password)
        return False
    return person.check_password(password)


def signed_in(*, officer: Officer, way: str, key: Key | None = None) -> None:
    """Note a sign-in (way: 钥匙 or 口令) and forget earlier failures."""
    with transaction.atomic():
        forget_guesses(officer.username)
        append(
            "accounts.signed_in",
            actor_id=officer.pk,
            key_id=key.pk if key else None,
            object_kind="officer",
            object_id=officer.pk,
            facts={"way": way},
        )


def enrol_key(
    *,
    officer: Officer,
    name: str,
    credential_id: bytes,
    public_key: bytes,
    transports: list[str],
    invitation: Invitation | None = None,
) -> Key:
    """Register a key. The first one counts at once, as does one by an approved invitation, which it uses up.

    A further one counts when a second person has approved it. Raises Refused (key_known, name_long).
    """
    wanted = required(name or "钥匙", field="name", limit=NAME_LENGTH, otherwise="请给钥匙起个名字。")
    with transaction.atomic():
        Officer.objects.select_for_update().get(pk=officer.pk)
        if Key.objects.filter(credential_id=credential_id).exists():
            raise Refused("key_known", "这把钥匙已经登记过；请换一把或直接使用。")
        counts = invitation is not None or not Key.objects.filter(officer=officer).exists()
        key = Key.objects.create(
            officer=officer,
            name=wanted,
            credential_id=credential_id,
            public_key=public_key,
            transports=transports,
            approved_at=now() if counts else None,
            approved_by=invitation.approved_by if invitation else None,
        )
        rows: list[Key | Invitation] = [key]
        if invitation is not None:
            invitation.used_at = now()
            invitation.save(update_fields=["used_at"])
            rows.append(invitation)
        append(
            "accounts.key_enrolled",
            actor_id=officer.pk,
            key_id=key.pk,
            object_kind="key",
            object_id=key.pk,
            facts={"name": key.name, "approved": counts},
            rows=rows,
        )
        return key


def approve_key(*, actor: Officer, key_id: uuid.UUID) -> Key:
    """Approve a further key of a person within the actor's scope, once.

    Raises NotFound (no_key), NotAllowed (own_key, not_allowed), Conflict (approved_already, revoked_already).
    """
    require(actor, "accounts.manage_keys")
    with transaction.atomic():
        key = _locked_key(key_id)
        require(actor, "accounts.manage_keys", unit=key.officer.unit)
        if key.officer_id == actor.pk:
            raise NotAllowed("own_key", "不能批准自己的钥匙；请另一名安全管理员办理。")
        if key.revoked_at is not None:
            raise Conflict("revoked_already", "这把钥匙已挂失，不能再批准；请本人重新登记。")
        if key.approved_at is not None:
            raise Conflict("approved_already", "这把钥匙已经批准；请刷新查看。")
        as_found(key)
        key.approved_by, key.approved_at = actor, now()
        key.save()
        facts = {"name": key.name}
        append("accounts.key_approved", actor_id=actor.pk, object_kind="key", object_id=key.pk, facts=facts, rows=[key])
        return key


def revoke_key(*, actor: Officer, key_id: uuid.UUID, reason: str) -> Key:
    """Revoke a lost key: one's own, or one within one's scope. Signatures made with it stay valid.

    Every session of its holder is over: whoever has the key may have begun one.

    Raises NotFound (no_key), NotAllowed, Refused (reason_missing), Conflict (revoked_already).
    """
    with transaction.atomic():
        key = _locked_key(key_id)
        if key.officer_id != actor.pk:
            require(actor, "accounts.manage_keys", unit=key.officer.unit)
        why = required(reason, field="reason", limit=MAX_WORDS, otherwise="请写明挂失理由。")
        if as_found(key).revoked_at is not None:
            raise Conflict("revoked_already", "这把钥匙已经挂失；请刷新查看。")
        key.revoked_at, key.revoked_reason = now(), why
        key.save()
        over_for(key.officer)
        facts = {"name": key.name, "reason": key.revoked_reason}
        append("accounts.key_revoked", actor_id=actor.pk, object_kind="key", object_id=key.pk, facts=facts, rows=[key])
        return key


def rename_key(*, actor: Officer, key_id: uuid.UUID, name: str) -> Key:
    """Give one's own key another name. Raises NotFound (no_key), Refused (name_missing, name_long)."""
    wanted = required(name, field="name", limit=NAME_LENGTH, otherwise="请给钥匙起个名字。")
    with transaction.atomic():
        key = _locked_key(key_id)
        if key.officer_id != actor.pk:
            raise NotFound("no_key", _NO_KEY)
        key.name = wanted
        key.save(update_fields=["name"])
        append(
            "accounts.key_renamed", actor_id=actor.pk, object_kind="key", object_id=key.pk, facts={"name": wanted},
            rows=[key],
        )  # fmt: skip
        return key


def _locked_key(key_id: uuid.UUID) -> Key:
    key = Key.objects.select_for_update(of=("self",)).select_related("officer__unit").filter(pk=key_id).first()
    if key is None:
        raise NotFound("no_key", _NO_KEY)
    return key


def grant(
    *, actor: Officer, officer: Officer, role: str, unit: Unit, reason: str, ends_on: dt.date | None = None
) -> Grant:
    """Give a role; it counts when a second security administrator has confirmed it. Never to oneself.

    Raises NotAllowed (own_grant, not_allowed: also for a unit outside the actor's scope), Refused (whole_bureau,
    roles_apart), Conflict (granted_already).
    """
    require(actor, "accounts.edit_people", unit=unit)
    if officer.pk == actor.pk:
        raise NotAllowed("own_grant", "不能给自己授予岗位；请另一名安全管理员办理。")
    check_place(role, unit)
    words = required(reason, field="reason", limit=MAX_WORDS, otherwise="请写明授予理由。")
    with transaction.atomic():
        Officer.objects.select_for_update().get(pk=officer.pk)
        open_ones = Grant.objects.filter(officer=officer, revoked_at=None).exclude(ends_on__lt=today())
        check_apart(role, open_ones.values_list("role", flat=True))
        ended = _make_room(officer, role, unit)
        made = Grant.objects.create(
            officer=officer, role=role, unit=unit, granted_by=actor, reason=words, ends_on=ends_on
        )
        facts = {"role": _words(role), "unit": unit.name, "reason": made.reason}
        append(
            "accounts.granted", actor_id=actor.pk, object_kind="grant", object_id=made.pk, facts=facts,
            rows=[*ended, made],
        )  # fmt: skip
        return made


def check_place(role: str, unit: Unit) -> None:
    """Raise Refused (whole_bureau) where a role that reaches the whole bureau would be held for a part of it."""
    if role in WHOLE and unit.parent_id is not None:
        detail = f"{_words(role)}管全局，只能在最上级单位授予；请把单位改为最上级的局。"
        raise Refused("whole_bureau", detail, field="unit")


def check_apart(role: str, others: Iterable[str]) -> None:
    """Raise Refused (roles_apart) where one person would be two of the three administrators."""
    held = next((one for one in others if role in APART and one in APART and one != role), None)
    if held:
        detail = f"{_words(role)}与{_words(held)}须由不同的人担任（三员分立）；请授予其他人员，或先撤销{_words(held)}。"
        raise Refused("roles_apart", detail, field="role")


def _make_room(officer: Officer, role: str, unit: Unit) -> list[Grant]:
    """Close the same role where it has run out; refuse where it still counts or waits."""
    open_ones = list(Grant.objects.select_for_update().filter(officer=officer, role=role, unit=unit, revoked_at=None))
    if any(one.ends_on is None or one.ends_on >= today() for one in open_ones):
        raise Conflict("granted_already", "该人员已有此岗位，或正等待确认。")
    for one in open_ones:
        one.revoked_at = now()
        one.save(update_fields=["revoked_at"])
    return open_ones


def _locked_grant(actor: Officer, grant_id: uuid.UUID) -> Grant:
    """The grant, locked, if it is within the actor's scope and has not been taken back."""
    found = Grant.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=grant_id).first()
    if found is None:
        raise NotFound("no_grant", "没有这项岗位；请刷新后重试。")
    require(actor, "accounts.edit_people", unit=found.unit)
    if found.revoked_at is not None:
        raise Conflict("revoked_already", "这项岗位已经撤销；请刷新查看。")
    return found


def confirm_grant(*, actor: Officer, grant_id: uuid.UUID) -> Grant:
    """Confirm a role as the second person, once.

    Raises NotFound (no_grant), NotAllowed (same_person, own_grant), Conflict (confirmed_already, revoked_already).
    """
    require(actor, "accounts.edit_people")
    with transaction.atomic():
        waiting = _locked_grant(actor, grant_id)
        if actor.pk == waiting.granted_by_id:
            raise NotAllowed("same_person", "授予与确认须由两人分别办理。")
        if actor.pk == waiting.officer_id:
            raise NotAllowed("own_grant", "不能确认授予自己的岗位。")
        if as_found(waiting).confirmed_at is not None:
            raise Conflict("confirmed_already", "这项岗位已经确认；请刷新查看。")
        check_place(waiting.role, waiting.unit)
        waiting.confirmed_by, waiting.confirmed_at = actor, now()
        waiting.save()
        _note("accounts.grant_confirmed", actor, waiting, role=_words(waiting.role), unit=waiting.unit.name)
        return waiting


def revoke_grant(*, actor: Officer, grant_id: uuid.UUID, reason: str) -> Grant:
    """Take a role back, with a reason. Raises NotFound (no_grant), NotAllowed, Refused, Conflict (revoked_already)."""
    require(actor, "accounts.edit_people")
    why = required(reason, field="reason", limit=MAX_WORDS, otherwise="请写明撤销理由。")
    with transaction.atomic():
        held = as_found(_locked_grant(actor, grant_id))
        held.revoked_at = now()
        held.save()
        _note("accounts.grant_revoked", actor, held, role=_words(held.role), unit=held.unit.name, reason=why)
        return held


def delegate(
    *, actor: Officer, grant_id: uuid.UUID, to: Officer, starts_on: dt.date, ends_on: dt.date, reason: str
) -> Delegation:
    """Let another person give one's approvals for a dated period. (Never for a case they investigate: enforcement.)

    Raises NotAllowed (not_delegable), Conflict (lent_already), Refused (to_oneself, to_elsewhere, period, …).
    """
    require(actor, "accounts.delegate")
    if to.pk == actor.pk:
        raise Refused("to_oneself", "请选择另一名人员。", field="to")
    if not to.is_active or to.unit_id not in with_descendants(bureau_of(actor.unit).pk):
        raise Refused("to_elsewhere", "受托人须为本局在岗人员；请另选一名。", field="to")
    why = required(reason, field="reason", limit=MAX_WORDS, otherwise="请写明委托理由。")
    if ends_on < max(starts_on, today()):
        raise Refused("period", "委托期限的结束日不能早于开始日和今天。", field="ends_on")
    with transaction.atomic():
        held = Grant.objects.in_force().select_for_update().filter(pk=grant_id, officer=actor).first()
        if held is None or held.role not in DELEGABLE:
            raise NotAllowed("not_delegable", "只能委托本人现任的审批岗位。")
        lent = Delegation.objects.filter(grant=held, to=to, revoked_at=None)
        if lent.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
            raise Conflict("lent_already", "这段时间已委托给该人员；请先终止原委托。", field="starts_on")
        made = Delegation.objects.create(grant=held, to=to, starts_on=starts_on, ends_on=ends_on, reason=why)
        _note("accounts.delegated", actor, made, role=_words(held.role), starts_on=starts_on, ends_on=ends_on)
        return made


def end_delegation(*, actor: Officer, delegation_id: uuid.UUID) -> Delegation:
    """End a delegation before its day: by the one who lent, or by an administrator of the unit.

    Raises NotFound (no_delegation), NotAllowed, Conflict (ended_already).
    """
    with transaction.atomic():
        lent = (
            Delegation.objects.select_for_update(of=("self",))
            .select_related("grant__unit")
            .filter(pk=delegation_id)
            .first()
        )
        if lent is None:
            raise NotFound("no_delegation", "没有这项委托；请刷新后重试。")
        if lent.grant.officer_id != actor.pk:
            require(actor, "accounts.edit_people", unit=lent.grant.unit)
        if lent.revoked_at is not None:
            raise Conflict("ended_already", "这项委托已经终止；请刷新查看。")
        lent.revoked_at = now()
        lent.save(update_fields=["revoked_at"])
        _note("accounts.delegation_ended", actor, lent)
        return lent


def _words(role: str) -> str:
    """A role as the ledger's sentences say it: in Chinese, whatever the language of the page."""
    with translation.override("zh-hans"):
        return str(Role(role).label)


def _note(kind: str, actor: Officer, row: Grant | Delegation, **facts: Any) -> None:
    label = "grant" if isinstance(row, Grant) else "delegation"
    append(kind, actor_id=actor.pk, object_kind=label, object_id=row.pk, facts=facts, rows=[row])
