"""Pages of people and keys: sign-in, my keys, units, officers, roles, and the ledger."""

from __future__ import annotations

import csv
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login, logout
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST

from zhuanmai.accounts import delegation_views, services
from zhuanmai.accounts.models import Grant, Key, Officer, Role, Unit
from zhuanmai.accounts.passkeys import note_sign_out
from zhuanmai.accounts.permissions import known, require, roles_of, scope_units, why
from zhuanmai.accounts.queries import names, usable_keys
from zhuanmai.accounts.requests import officer_of, signed_in_only
from zhuanmai.accounts.tree import with_descendants
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.ids import new_id
from zhuanmai.ledger.heads import LEAVES, folder, latest
from zhuanmai.ledger.queries import entries, kind_choices, line_of
from zhuanmai.ledger.services import append
from zhuanmai.ledger.verify import verify

PAGE_ROWS = 50


@ensure_csrf_cookie
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a key; with a password where the policy allows it."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    context: dict[str, Any] = {"next": target}
    if request.method == "POST":
        context["username"] = request.POST.get("username", "")
        try:
            person = services.check_sign_in(
                username=request.POST.get("username", ""), password=request.POST.get("password", "")
            )
        except Refused as refused:
            return render(request, "accounts/sign_in.html", {**context, "errors": [refused]}, status=422)
        login(request, person, backend="django.contrib.auth.backends.ModelBackend")
        services.signed_in(officer=person, way="口令")
        return redirect(target)
    return render(request, "accounts/sign_in.html", context)


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
    messages.success(request, _("The key is revoked; its earlier signatures stay valid."))
    return redirect("accounts:me")


@signed_in_only
@require_POST
def rename_key(request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
    """Give one's own key another name."""
    services.rename_key(actor=officer_of(request), key_id=key_id, name=request.POST.get("name", ""))
    messages.success(request, _("The key has its new name."))
    return redirect("accounts:me")


@signed_in_only
@require_POST
def approve_key(request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
    """Approve another person's further key."""
    key = services.approve_key(actor=officer_of(request), key_id=key_id)
    messages.success(request, _("The key is approved."))
    return redirect("accounts:officer", officer_id=key.officer_id)


@signed_in_only
def officers(request: HttpRequest) -> HttpResponse:
    """People within the actor's scope, filtered by unit, role and words; a filter that names nothing is left out."""
    actor = officer_of(request)
    require(actor, "accounts.see_people")
    scope = scope_units(actor, "accounts.see_people")
    people = Officer.objects.filter(unit_id__in=scope).select_related("unit").order_by("unit__code", "username")
    if unit := _id(request.GET.get("unit")):
        people = people.filter(unit_id__in=with_descendants(unit))
    if role := request.GET.get("role"):
        people = people.filter(pk__in=Grant.objects.in_force().filter(role=role).values("officer_id"))
    if words := request.GET.get("q", "").strip():
        people = people.filter(name__contains=words) | people.filter(certificate_no__endswith=words)
    page = Paginator(people, PAGE_ROWS).get_page(request.GET.get("page"))
    held: dict[uuid.UUID, list[str]] = {}
    for one in Grant.objects.in_force().filter(officer__in=list(page)):
        held.setdefault(one.officer_id, []).append(str(Role(one.role).label))
    context = {
        "page_obj": page,
        "rows": [(person, "、".join(held.get(person.pk, []))) for person in page],
        "units": Unit.objects.filter(pk__in=scope),
        "roles": Role.choices,
        "waiting": Grant.objects.filter(confirmed_at=None, revoked_at=None, unit_id__in=scope).select_related(
            "officer", "unit"
        ),
    }
    return render(request, "accounts/officers.html", context)


def _id(text: str | None) -> uuid.UUID | None:
    """An id from an address; None where there is none or it is not one."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


class GrantForm(forms.Form):
    """A role for a unit, with a reason."""

    role = forms.ChoiceField(choices=Role.choices)
    unit = forms.ModelChoiceField(Unit.objects.all())
    reason = forms.CharField(max_length=200)


@signed_in_only
def officer(request: HttpRequest, officer_id: uuid.UUID) -> HttpResponse:
    """One person: roles with who gave them, keys, and why they may or may not."""
    actor = officer_of(request)
    require(actor, "accounts.see_people")
    scope = scope_units(actor, "accounts.see_people")
    person = Officer.objects.select_related("unit").filter(pk=officer_id, unit_id__in=scope).first()
    if person is None:
        raise NotFound("no_officer", "没有这名人员，或不在您的管辖范围内；请返回列表重新选择。")
    errors: list[Refused] = []
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.grant(actor=actor, officer=person, **form.cleaned_data)
            messages.success(request, _("The role waits for a second person's confirmation."))
            return redirect("accounts:officer", officer_id=person.pk)
        except Refused as refused:
            errors = [refused]
    if request.method == "POST" and not form.is_valid():
        errors = [Refused("incomplete", "请选择岗位和单位，并写明理由。", field="reason")]
    context = {
        "person": person,
        "grants": person.grants.select_related("unit", "granted_by", "confirmed_by"),
        "keys": person.keys.all(),
        "form": form,
        "errors": errors,
        "answers": [(permission, why(person, permission.name)) for permission in known()],
    }
    return render(request, "accounts/officer.html", context, status=422 if errors else 200)


@signed_in_only
@require_POST
def confirm_grant(request: HttpRequest, grant_id: uuid.UUID) -> HttpResponse:
    """Confirm a role as the second person."""
    done = services.confirm_grant(actor=officer_of(request), grant_id=grant_id)
    messages.success(request, _("The role is confirmed."))
    return redirect("accounts:officer", officer_id=done.officer_id)


@signed_in_only
@require_POST
def revoke_grant(request: HttpRequest, grant_id: uuid.UUID) -> HttpResponse:
    """Take a role back."""
    done = services.revoke_grant(actor=officer_of(request), grant_id=grant_id, reason=request.POST.get("reason", ""))
    messages.success(request, _("The role is taken back."))
    return redirect("accounts:officer", officer_id=done.officer_id)


@signed_in_only
def ledger(request: HttpRequest) -> HttpResponse:
    """The ledger: every act, filtered; as CSV for the auditor (personal parts never leave)."""
    actor = officer_of(request)
    require(actor, "ledger.see")
    object_id = _id(request.GET.get("object"))
    found = entries(
        kind=request.GET.get("kind", ""),
        actor_id=_id(request.GET.get("actor")),
        object_ids=[object_id] if object_id else None,
    )
    if request.GET.get("format") == "csv":
        return _exported(request, actor, found)
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    lines = [line_of(entry) for entry in page]
    people = names({line.actor_id for line in lines if line.actor_id})
    rows = [(line, people.get(line.actor_id) if line.actor_id else "") for line in lines]
    return render(request, "accounts/ledger.html", {"page_obj": page, "rows": rows, "kinds": kind_choices()})


def _exported(request: HttpRequest, actor: Officer, found: Any) -> HttpResponse:
    require(actor, "ledger.verify")
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")  # the mark, once: spreadsheets want it
    answer["Content-Disposition"] = 'attachment; filename="ledger.csv"'
    writer = csv.writer(answer)
    writer.writerow(["seq", "at", "kind", "actor_id", "object_kind", "object_id", "case_id", "sentence", "leaf"])
    count = 0
    for entry in found.order_by("seq").iterator(chunk_size=2000):
        line = line_of(entry)
        writer.writerow([
            entry.seq, entry.at.isoformat(), entry.kind, entry.actor_id or "", entry.object_kind, entry.object_id,
            entry.case_id or "", line.sentence, bytes(entry.leaf).hex(),
        ])  # fmt: skip
        count += 1
    with transaction.atomic():
        facts = {"count": count, "filters": request.GET.urlencode()}
        append("ledger.exported", actor_id=actor.pk, object_kind="ledger", object_id=new_id(), facts=facts)
    return answer


@signed_in_only
@require_POST
def ledger_verify(request: HttpRequest) -> HttpResponse:
    """Verify the ledger now and show the outcome."""
    actor = officer_of(request)
    require(actor, "ledger.verify")
    report = verify(latest(), kept_leaves=folder() / LEAVES)
    outcome = "通过" if report.is_whole else f"发现 {len(report.problems)} 处问题"
    with transaction.atomic():
        facts = {"outcome": outcome, "entries": report.entries, "problems": [str(p) for p in report.problems[:20]]}
        append("ledger.verified", actor_id=actor.pk, object_kind="ledger", object_id=new_id(), facts=facts)
    return render(request, "accounts/ledger_verified.html", {"report": report, "head": latest()})
