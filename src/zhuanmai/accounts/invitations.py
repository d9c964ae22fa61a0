"""One-time links with which someone without a usable key enrols one: one administrator issues, another approves."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from zhuanmai.accounts.models import Invitation, Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.queries import usable_keys
from zhuanmai.core.clock import now, to_local
from zhuanmai.core.errors import Conflict, NotAllowed, NotFound, Refused
from zhuanmai.core.legible import digest
from zhuanmai.ledger.services import append

VALID_HOURS = 72


@dataclass(eq=False)
class LinkRefused(Conflict):
    """A link that is over, or not approved yet, was tried; `officer_id` is for whom it was made."""

    officer_id: uuid.UUID | None = None


def link_of(secret: str) -> str:
    """The address at which the holder of a secret enrols: behind the #, so that no browser sends it, nobody logs it."""
    return f"{settings.BASE_URL}/enrol#{secret}"


def issue(*, actor: Officer, officer: Officer) -> tuple[Invitation, str]:
    """Make a link for someone within the actor's scope; it opens when a second administrator has approved it.

    Returns the invitation and its secret, which is kept nowhere; an earlier open link falls.
    Raises NotAllowed (own_link, not_allowed), Conflict (has_key), Refused (inactive).
    """
    require(actor, "accounts.manage_keys", unit=officer.unit)
    if officer.pk == actor.pk:
        raise NotAllowed("own_link", "不能给自己发登记链接；请另一名安全管理员办理。")
    with transaction.atomic():
        return issued(officer, issued_by=actor)


def issued(officer: Officer, *, issued_by: Officer | None) -> tuple[Invitation, str]:
    """A new link in the running transaction; with `issued_by` None (a command of the system) it is approved at once."""
    person = Officer.objects.select_for_update().get(pk=officer.pk)
    if not person.is_active:
        raise Refused("inactive", f"{person.name} 已停用；请先恢复该人员。")
    if usable_keys(person):
        raise Conflict("has_key", f"{person.name} 已有可用的钥匙；如已遗失，请先挂失再发链接。")
    earlier = list(Invitation.objects.select_for_update().filter(officer=person, used_at=None, revoked_at=None))
    for one in earlier:
        one.revoked_at = now()
        one.save(update_fields=["revoked_at"])
    secret = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        officer=person,
        secret_sha256=digest(secret),
        issued_by=issued_by,
        approved_at=None if issued_by else now(),
        expires_at=now() + dt.timedelta(hours=VALID_HOURS),
    )
    _note("accounts.link_issued", issued_by, made, *earlier)
    return made, secret


def approve(*, actor: Officer, invitation_id: uuid.UUID) -> Invitation:
    """Approve a link as the second person, once; its time begins anew.

    Raises NotFound (no_link), NotAllowed (same_person, own_link, not_allowed), Conflict (approved_already, link_over).
    """
    with transaction.atomic():
        waiting = _open(actor, invitation_id)
        if waiting.officer_id == actor.pk:
            raise NotAllowed("own_link", "不能批准发给自己的登记链接。")
        if waiting.issued_by_id == actor.pk:
            raise NotAllowed("same_person", "发出与批准须由两人分别办理。")
        if waiting.approved_at is not None:
            raise Conflict("approved_already", "这条登记链接已经批准；请刷新查看。")
        if waiting.expires_at < now():
            raise Conflict("link_over", "这条登记链接已过期；请重新发出。")
        waiting.approved_by, waiting.approved_at = actor, now()
        waiting.expires_at = now() + dt.timedelta(hours=VALID_HOURS)
        waiting.save(update_fields=["approved_by", "approved_at", "expires_at"])
        _note("accounts.link_approved", actor, waiting)
        return waiting


def withdraw(*, actor: Officer, invitation_id: uuid.UUID) -> Invitation:
    """Take a link back before it is used. Raises NotFound (no_link), NotAllowed, Conflict (link_over)."""
    with transaction.atomic():
        found = _open(actor, invitation_id)
        found.revoked_at = now()
        found.save(update_fields=["revoked_at"])
        _note("accounts.link_withdrawn", actor, found)
        return found


def opened(secret: str, *, lock: bool = False) -> Invitation:
    """The invitation that a secret opens. Raises NotFound (no_link), LinkRefused (link_waiting, link_over)."""
    query = Invitation.objects.select_related("officer__unit", "approved_by")
    if lock:
        query = query.select_for_update(of=("self",))
    found = query.filter(secret_sha256=digest(secret)).first()
    if found is None:
        raise NotFound("no_link", "没有这条登记链接；请核对地址，或请安全管理员重新发出。")
    if found.used_at or found.revoked_at or found.expires_at < now() or not found.officer.is_active:
        detail = "这条登记链接已使用、已收回或已过期；请安全管理员重新发出。"
        raise LinkRefused("link_over", detail, officer_id=found.officer_id)
    if found.approved_at is None:
        detail = "这条登记链接还未经第二名安全管理员批准；批准后即可使用。"
        raise LinkRefused("link_waiting", detail, officer_id=found.officer_id)
    return found


def _open(actor: Officer, invitation_id: uuid.UUID) -> Invitation:
    """The invitation, locked, if it is within the actor's scope and neither used nor taken back."""
    query = Invitation.objects.select_for_update(of=("self",)).select_related("officer__unit")
    found = query.filter(pk=invitation_id).first()
    if found is None:
        raise NotFound("no_link", "没有这条登记链接；请刷新后重试。")
    require(actor, "accounts.manage_keys", unit=found.officer.unit)
    if found.used_at or found.revoked_at:
        raise Conflict("link_over", "这条登记链接已使用或已收回；请刷新查看。")
    return found


def _note(kind: str, actor: Officer | None, *rows: Invitation) -> None:
    until = to_local(rows[0].expires_at).strftime("%Y-%m-%d %H:%M")
    append(
        kind,
        actor_id=actor.pk if actor else None,
        object_kind="officer",
        object_id=rows[0].officer_id,
        facts={} if kind == "accounts.link_withdrawn" else {"until": until},
        rows=rows,
    )
