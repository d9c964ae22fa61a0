"""Pages of sessions: one's own, and for security administrators those of the people in their scope."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhuanmai.accounts import sessions
from zhuanmai.accounts.models import Officer, Session
from zhuanmai.accounts.requests import officer_of
from zhuanmai.core.access import signed_in_only


@dataclass(frozen=True)
class Shown:
    """A session as a page shows it. `is_this`: it is the one that asks."""

    number: uuid.UUID
    device: str
    since: dt.datetime | None
    seen: dt.datetime | None
    address: str
    is_this: bool


def shown(request: HttpRequest, person: Officer) -> list[Shown]:
    """The person's sessions; where others look at them, the machine's part of the address is masked."""
    own, is_theirs = sessions.number_of(request), person.pk == officer_of(request).pk
    return [_shown(one, one.number == own, masked=not is_theirs) for one in sessions.sessions_of(person)]


def _shown(row: Session, is_this: bool, *, masked: bool) -> Shown:
    address = sessions.masked_address(row.address) if masked else row.address
    return Shown(row.number, row.device, row.began_at, row.seen_at, address, is_this)


@signed_in_only
def mine(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    return render(request, "accounts/sessions.html", {"sessions": shown(request, officer_of(request))})


@signed_in_only
@require_POST
def end_mine(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """End one of one's own sessions."""
    sessions.end_one(actor=officer_of(request), number=session_id, own=sessions.number_of(request))
    messages.success(request, _("That session is ended."))
    return redirect("accounts:sessions")


@signed_in_only
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    sessions.end_others(actor=officer_of(request), own=sessions.number_of(request))
    messages.success(request, _("All other sessions are ended."))
    return redirect("accounts:sessions")


@signed_in_only
@require_POST
def end_theirs(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """End a session of somebody within the administrator's scope."""
    person = sessions.end_one(actor=officer_of(request), number=session_id, own=sessions.number_of(request))
    messages.success(request, _("That session is ended."))
    return redirect("accounts:officer", officer_id=person.pk)


@signed_in_only
@require_POST
def end_all(request: HttpRequest, officer_id: uuid.UUID) -> HttpResponse:
    """End every session of somebody within the administrator's scope."""
    person = sessions.end_all(actor=officer_of(request), officer_id=officer_id)
    messages.success(request, _("All sessions of the person are ended."))
    return redirect("accounts:officer", officer_id=person.pk)
