"""Pages of one's own: sign-in, a first key, my keys; and the ledger."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from zhuanmai.accounts import delegation_views, services, sessions
from zhuanmai.accounts.models import Key
from zhuanmai.accounts.passkeys import note_sign_out
from zhuanmai.accounts.permissions import require, roles_of
from zhuanmai.accounts.queries import names, usable_keys
from zhuanmai.accounts.requests import asked, asked_id, officer_of
from zhuanmai.accounts.templatetags.roles import object_words
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.clock import start_of_day
from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import new_id
from zhuanmai.core.listing import Column, Listing, Table, day_of, declare
from zhuanmai.ledger.anchors import verified
from zhuanmai.ledger.heads import LEAVES, folder, latest
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.queries import TimelineLine, entries, kind_choices, line_of
from zhuanmai.ledger.services import append


@ensure_csrf_cookie
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a key; with a password where the policy allows it."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    ours = {request.get_host()}
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=ours, require_https=request.is_secure()):
        target = "/"
    context: dict[str, Any] = {"next": target, "enrolled": "enrolled" in request.GET}
    if request.method == "POST":
        context["username"] = request.POST.get("username", "")
        try:
            person = services.check_sign_in(
                username=request.POST.get("username", ""), password=request.POST.get("password", "")
            )
        except Refused as refused:
            return render(request, "accounts/sign_in.html", {**context, "errors": [refused]}, status=422)
        sessions.begin(request, person)
        services.signed_in(officer=person, way="口令")
        return redirect(target)
    return render(request, "accounts/sign_in.html", context)


@never_cache
@require_GET
@ensure_csrf_cookie
def enrol(request: HttpRequest) -> HttpResponse:
    """Where a one-time link leads. Its secret stands behind the #, which no browser sends: the page posts it."""
    return render(request, "accounts/enrol.html")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    if request.user.is_authenticated:
        note_sign_out(officer=officer_of(request))
    logout(request)
    return redirect("accounts:sign_in")


@signed_in_only
def me(request: HttpRequest) -> HttpResponse:
    """My roles and my keys."""
    person = officer_of(request)
    context = {
        "keys": Key.objects.filter(officer=person),
        "roles": roles_of(person),
        "usable": usable_keys(person),
        **delegation_views.lent_by(person),
    }
    return render(request, "accounts/me.html", context)


@signed_in_only
@require_POST
def revoke_key(request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
    """Revoke a lost key."""
    services.revoke_key(actor=officer_of(request), key_id=key_id, reason=request.POST.get("reason", ""))
    logout(request)  # every session of the key's holder is over, this one too
    messages.success(request, _("The key is revoked; its earlier signatures stay valid."))
    return redirect("accounts:me")


@signed_in_only
@require_POST
def rename_key(request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
    """Give one's own key another name."""
    services.rename_key(actor=officer_of(request), key_id=key_id, name=request.POST.get("name", ""))
    messages.success(request, _("The key has its new name."))
    return redirect("accounts:me")


@dataclass(frozen=True)
class Told:
    """An entry of the ledger as the list shows it: in words, with who acted."""

    entry: Entry
    line: TimelineLine
    who: str


def _told(rows: Sequence[Entry]) -> list[Told]:
    lines = [line_of(entry) for entry in rows]
    people = names({line.actor_id for line in lines if line.actor_id})
    return [
        Told(entry, line, people.get(line.actor_id, "") if line.actor_id else "")
        for entry, line in zip(rows, lines, strict=True)
    ]


# What an auditor takes away holds the codes too, as programs read them; personal parts never leave.
LEDGER = declare(
    Listing(
        "accounts:ledger",
        "ledger",
        gettext_lazy("Ledger"),
        (
            Column("seq", gettext_lazy("No."), lambda one: one.entry.seq, "seq", number=True),
            Column("when", gettext_lazy("When"), lambda one: one.entry.at, nowrap=True),
            Column("who", gettext_lazy("Who"), lambda one: one.who, nowrap=True, template="accounts/_ledger_who.html"),
            Column("what", gettext_lazy("What"), lambda one: one.line.sentence),
            Column("object", gettext_lazy("On what"), lambda one: object_words(one.line.object_kind), nowrap=True,
                   template="accounts/_ledger_object.html"),
            Column("kind", gettext_lazy("Code of the kind"), lambda one: one.entry.kind, on_page=False),
            Column("actor_id", gettext_lazy("Id of who acted"), lambda one: one.entry.actor_id or "", on_page=False),
            Column("object_kind", gettext_lazy("Code of the object"), lambda one: one.entry.object_kind, on_page=False),
            Column("object_id", gettext_lazy("Id of the object"), lambda one: one.entry.object_id, on_page=False),
            Column("case_id", gettext_lazy("Id of the case"), lambda one: one.entry.case_id or "", on_page=False),
            Column("leaf", gettext_lazy("Leaf of the tree"), lambda one: bytes(one.entry.leaf).hex(), on_page=False),
        ),
        default="-seq",
        dress=_told,
    )
)  # fmt: skip


@signed_in_only
def ledger(request: HttpRequest) -> HttpResponse:
    """The ledger: every act, filtered; as a sheet for the auditor (personal parts never leave)."""
    actor = officer_of(request)
    require(actor, "ledger.see")
    since, until = day_of(asked(request, "since")), day_of(asked(request, "until"))
    object_id = asked_id(request, "object")
    found = entries(
        kind=asked(request, "kind"),
        actor_id=asked_id(request, "actor"),
        object_ids=[object_id] if object_id else None,
        since=start_of_day(since) if since else None,
        until=start_of_day(until + dt.timedelta(days=1)) if until else None,
    )
    exports = actor.may("ledger.verify")
    table = Table(LEDGER, request, found)
    if exports and (answer := table.sheet()):
        return answer
    context = table.context(exports=exports) | {
        "kinds": kind_choices(),
        "since": since,
        "until": until,
        "narrowed": [(name, asked(request, name)) for name in ("actor", "object") if asked(request, name)],
    }
    return render(request, "accounts/ledger.html", context)


@signed_in_only
@require_POST
def ledger_verify(request: HttpRequest) -> HttpResponse:
    """Verify the ledger now and show the outcome."""
    actor = officer_of(request)
    require(actor, "ledger.verify")
    report = verified(latest(), kept_leaves=folder() / LEAVES)
    outcome = "通过" if report.is_whole else f"发现 {len(report.problems)} 处问题"
    with transaction.atomic():
        facts = {"outcome": outcome, "entries": report.entries, "problems": [str(p) for p in report.problems[:20]]}
        append("ledger.verified", actor_id=actor.pk, object_kind="ledger", object_id=new_id(), facts=facts)
    return render(request, "accounts/ledger_verified.html", {"report": report, "head": latest()})
