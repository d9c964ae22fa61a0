"""Refused attempts on the ledger: written when the acting transaction is over, on a connection of its own."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from zhuanmai.accounts.invitations import LinkRefused
from zhuanmai.accounts.lockout import LOCKED_MINUTES, count_failure
from zhuanmai.accounts.models import Key, Officer
from zhuanmai.accounts.permissions import known
from zhuanmai.accounts.signing import KeyRefused
from zhuanmai.core import pace
from zhuanmai.core.errors import NotAllowed, Refused
from zhuanmai.core.jobs import real_now
from zhuanmai.core.models import Pace
from zhuanmai.ledger.services import append, append_apart

NOBODY = uuid.UUID(int=0)
_REASONS = {
    "challenge_expired": "等待过久或已用过",
    "inactive": "人员已停用",
    "key_locked": "钥匙已暂停使用",
    "key_required": "须用钥匙登录",
    "key_unknown": "钥匙未登记、未批准或已挂失",
    "link_over": "已使用、已收回或已过期",
    "link_waiting": "未经第二人批准",
    "locked": "口令登录已暂停",
    "signature_invalid": "钥匙的签名未通过验证",
    "wrong_password": "账号或口令不对",
}


NOTED_A_MINUTE = 10  # of each kind of refusal to who is not signed in; more are counted, and noted as one
_COUNTED = {  # of visitors
    "accounts.sign_in_refused": "登录未成功",
    "accounts.link_refused": "登记链接未能打开",
    "accounts.locked": "连续失败，暂停使用",
}


def _note(kind: str, **entry: Any) -> None:
    """Note what was refused; to a visitor one by one up to so many a minute: nobody makes the ledger grow at will."""
    if kind not in _COUNTED or pace.count(f"{Pace.HELD}{kind} {real_now():%Y%m%d%H%M}") <= NOTED_A_MINUTE:
        append_apart(kind, **entry)


def note_the_rest() -> None:
    """Note how many more refusals there were in minutes that are over, one entry a kind and minute."""
    for kind, words in _COUNTED.items():
        over = Pace.objects.filter(key__startswith=f"{Pace.HELD}{kind} ", began__lte=real_now() - pace.WINDOW)
        for key, n, began in list(over.values_list("key", "n", "began").order_by("key")):
            with transaction.atomic():
                if not Pace.objects.filter(key=key).delete()[0] or n <= NOTED_A_MINUTE:
                    continue
                facts = {"what": words, "count": n - NOTED_A_MINUTE, "since": began.isoformat()}
                append("accounts.refused_often", actor_id=None, object_kind="page", object_id=NOBODY, facts=facts)


class RefusalNotes:
    """What an officer was refused (core.ports.RefusalNotes): pages, acts, signatures and links that did not hold."""

    def note(self, request: HttpRequest, error: Refused) -> None:
        """Note what permission refuses and what a key refuses; a mistake in a form is no attempt."""
        person = getattr(request, "officer", None)
        if isinstance(error, LinkRefused):
            _note_link(error)
        elif not isinstance(person, Officer):
            return
        elif isinstance(error, KeyRefused):
            key_refused("accounts.signing_refused", error, officer=person)
        elif isinstance(error, NotAllowed) and error.status == 403:
            _note_act(request, person, error)


def _note_link(error: LinkRefused) -> None:
    _note(
        "accounts.link_refused",
        actor_id=None,
        object_kind="officer",
        object_id=error.officer_id or NOBODY,
        facts={"reason": _REASONS[error.code]},
    )


def _note_act(request: HttpRequest, person: Officer, error: NotAllowed) -> None:
    match = request.resolver_match
    named = [value for value in (match.kwargs.values() if match else ()) if isinstance(value, uuid.UUID)]
    permission = error.extra.get("permission", "")
    sentences = {one.name: one.sentence for one in known()}
    append_apart(
        "accounts.act_refused",
        actor_id=person.pk,
        object_kind="page",
        object_id=named[0] if named else NOBODY,
        facts={
            "what": sentences.get(permission, "办理无权限的事项"),
            "address": f"{request.method} /{match.route if match else ''}",
            "code": error.code,
            "permission": permission,
            "detail": error.detail,
        },
    )


def sign_in_refused(code: str, *, officer: Officer | None, username: str, way: str) -> None:
    """Note a sign-in that did not succeed, and why (a code). `username` is as it was typed (personal)."""
    _note(
        "accounts.sign_in_refused",
        actor_id=officer.pk if officer else None,
        object_kind="officer",
        object_id=officer.pk if officer else NOBODY,
        facts={"reason": _REASONS.get(code, code), "way": way, "username": username},
    )


def key_refused(kind: str, error: KeyRefused, *, officer: Officer | None) -> None:
    """Note what a key was refused, and count it where the key did not prove itself."""
    key = error.key
    person = officer or (key.officer if key else None)
    facts = {"reason": _REASONS.get(error.code, error.code)}
    _note(
        kind,
        actor_id=person.pk if person else None,
        key_id=key.pk if key else None,
        object_kind="officer",
        object_id=person.pk if person else NOBODY,
        facts={**facts, "way": "钥匙"} if kind == "accounts.sign_in_refused" else facts,
    )
    if key is not None and error.code == "signature_invalid" and count_failure(key):
        note_lock(key)


def note_lock(row: Officer | Key | None) -> None:
    """Note that a key, a person's password, or the password of a name that nobody has, is locked now."""
    officer_id = row.officer_id if isinstance(row, Key) else row.pk if row else None
    _note(
        "accounts.locked",
        actor_id=officer_id,
        key_id=row.pk if isinstance(row, Key) else None,
        object_kind="officer",
        object_id=officer_id or NOBODY,
        facts={"way": "钥匙" if isinstance(row, Key) else "口令", "minutes": LOCKED_MINUTES},
    )
