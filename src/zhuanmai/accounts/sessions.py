"""Sessions: begun at sign-in, over after idle time and after the longest there is, listed, and ended by hand.

All of a person's sessions are over when a key of theirs is reported lost, when they are stopped or let back, and when
their password changes: `Officer.session_epoch` and the password are what a session is compared with at each request,
so that one that was being begun meanwhile, or of which a copy was kept, is over too.
"""

from __future__ import annotations

import datetime as dt
import re
import time
import uuid

from django.conf import settings
from django.contrib.auth import login
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest

from zhuanmai.accounts.models import Officer, Session
from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.session_store import ADDRESS, BEGAN, DEVICE, NUMBER, SEEN
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.jobs import real_now
from zhuanmai.core.pace import address_of
from zhuanmai.ledger.services import append

_WRITE_EVERY_SECONDS = 60
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPad", "iPad"), ("iPhone", "iPhone"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def begin(request: HttpRequest, officer: Officer) -> None:
    """Sign the officer in on the device that asks."""
    login(request, officer, backend=_BACKEND)
    note_beginning(request)


def note_beginning(request: HttpRequest) -> None:
    """Note since when and from where the session of this request is."""
    present = int(time.time())
    device = device_of(request.headers.get("User-Agent", ""))
    request.session.update({BEGAN: present, SEEN: present, ADDRESS: address_of(request)[:45], DEVICE: device})


def is_over(*, began: int, seen: int, present: int) -> bool:
    """Whether a session is: nobody was there for the idle time, or it is as old as one may be (seconds since 1970)."""
    return present - seen > settings.IDLE_SECONDS or present - began > settings.SESSION_SECONDS


def keep(request: HttpRequest, *, somebody_there: bool) -> bool:
    """Whether the session of this request goes on; that somebody was there is noted once a minute."""
    present, session = int(time.time()), request.session
    if BEGAN not in session:
        note_beginning(request)
    if is_over(began=session[BEGAN], seen=session[SEEN], present=present):
        return False
    if somebody_there and present - session[SEEN] > _WRITE_EVERY_SECONDS:
        session[SEEN] = present
    return True


def device_of(agent: str) -> str:
    """A browser and its system in words, of what it says of itself; empty where it says neither."""
    browser = next((words for mark, words in _BROWSERS if re.search(rf"{mark}\w*/", agent)), "")
    system = next((words for mark, words in _SYSTEMS if mark in agent), "")
    return " · ".join(filter(None, (browser, system)))


def masked_address(address: str) -> str:
    """An address without the part that names the machine: 10.12.3.* and 2001:db8:1:*; a name or nothing as it is."""
    if ":" in address:
        return ":".join(address.split(":")[:3]) + ":*"
    network, dot, _machine = address.rpartition(".")
    return f"{network}.*" if dot else address


def sessions_of(officer: Officer) -> QuerySet[Session]:
    """The officer's sessions that are not over, the one seen last first."""
    fresh = {"began_at__gt": _ago(settings.SESSION_SECONDS), "seen_at__gt": _ago(settings.IDLE_SECONDS)}
    return Session.objects.filter(officer=officer, **fresh).order_by("-seen_at", "number")


def _ago(seconds: int) -> dt.datetime:
    """The moment so many seconds ago by the real clock: sessions do not follow a demonstration's."""
    return real_now() - dt.timedelta(seconds=seconds)


def number_of(request: HttpRequest) -> uuid.UUID:
    """The number of the session of this request; one that no session has where it has none yet."""
    return uuid.UUID(request.session.get(NUMBER, str(uuid.UUID(int=0))))


def over_for(officer: Officer) -> None:
    """Every session of the officer is over, also one that is being begun; in the running transaction of the act."""
    Officer.objects.filter(pk=officer.pk).update(session_epoch=F("session_epoch") + 1)
    Session.objects.filter(officer=officer).delete()


def end_one(*, actor: Officer, number: uuid.UUID, own: uuid.UUID | None) -> Officer:
    """End a session of one's own (not `own`, in which one asks), or of somebody within one's scope; returns whose.

    Raises NotFound (no_session), NotAllowed, Refused (this_session).
    """
    with transaction.atomic():
        found = (
            Session.objects.select_for_update(of=("self",))
            .select_related("officer__unit")
            .filter(number=number)
            .first()
        )
        if found is None or found.officer is None:
            raise NotFound("no_session", "没有这处登录，或已经结束；请刷新查看。")
        if found.officer_id != actor.pk:
            require(actor, "accounts.manage_keys", unit=found.officer.unit)
        if number == own:
            raise Refused("this_session", "这是您正在使用的登录；请用“退出登录”。")
        person = found.officer
        found.delete()
        _note(actor, person, 1, "一处")
        return person


def end_others(*, actor: Officer, own: uuid.UUID) -> None:
    """End all sessions of one's own but the one in which one asks."""
    with transaction.atomic():
        ended, _by_table = Session.objects.filter(officer=actor).exclude(number=own).delete()
        if ended:
            _note(actor, actor, ended, "本人其余各处")


def end_all(*, actor: Officer, officer_id: uuid.UUID) -> Officer:
    """End every session of somebody within one's scope. Raises NotFound (no_officer), NotAllowed."""
    with transaction.atomic():
        person = Officer.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=officer_id).first()
        if person is None:
            raise NotFound("no_officer", "没有这名人员；请返回列表重新选择。")
        require(actor, "accounts.manage_keys", unit=person.unit)
        ended = Session.objects.filter(officer=person).count()
        over_for(person)
        _note(actor, person, ended, "全部")
        return person


def _note(actor: Officer, person: Officer, count: int, which: str) -> None:
    facts = {"count": count, "which": which}
    append("accounts.sessions_ended", actor_id=actor.pk, object_kind="officer", object_id=person.pk, facts=facts)
