"""Pages of administration: units and officers, their roles, keys and one-time links."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhuanmai.accounts import invitations, services, staffing
from zhuanmai.accounts.models import Grant, Invitation, Officer, Role, Unit
from zhuanmai.accounts.own_key import with_own_key, with_own_key_when
from zhuanmai.accounts.permissions import known, require, scope_units, why
from zhuanmai.accounts.requests import asked, asked_id, officer_of
from zhuanmai.accounts.search import legs, reads
from zhuanmai.accounts.session_views import shown
from zhuanmai.accounts.staff_files import officer_row
from zhuanmai.accounts.tree import with_descendants
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.listing import Column, Listing, Table, declare
from zhuanmai.core.middleware import noted
from zhuanmai.core.search import all_keys


@dataclass(frozen=True)
class Shown:
    """An officer as the list shows them: with the roles in force, in words."""

    row: Officer
    held: str


OFFICERS = declare(
    Listing(
        "accounts:officers",
        "officers",
        gettext_lazy("Units and officers"),
        (
            Column("name", gettext_lazy("Name"), lambda one: one.row.name, "name", link=True,
                   template="accounts/_officer_name.html"),
            Column("unit", gettext_lazy("Unit"), lambda one: one.row.unit.name, "unit__code"),
            Column("certificate", gettext_lazy("Certificate"), lambda one: one.row.certificate_no, "certificate_no"),
            Column("valid_to", gettext_lazy("Valid to"), lambda one: one.row.certificate_valid_to,
                   "certificate_valid_to"),
            Column("roles", gettext_lazy("Roles"), lambda one: one.held),
            Column("state", gettext_lazy("State"), on_page=False,
                   value=lambda one: _("In use") if one.row.is_active else _("Stopped")),
        ),
        default="unit",
        href=lambda one: reverse("accounts:officer", args=[one.row.pk]),
        dress=lambda rows: _dressed(rows),
    )
)  # fmt: skip


def _day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class GrantForm(forms.Form):
    """A role for a unit that the administrator reaches, with a reason, for good or to a day."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Unit"))
    ends_on = _day_field(gettext_lazy("Until"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=services.MAX_WORDS)

    def __init__(self, actor: Officer, person: Officer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["unit"] = person.unit_id
        self.fields["unit"].queryset = _editable(actor)  # type: ignore[attr-defined]


class OfficerForm(forms.Form):
    """A new officer. What the fields may hold is checked where rows of a file are (staff_files)."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=40)
    username = forms.CharField(
        label=gettext_lazy("Account"),
        max_length=40,
        help_text=gettext_lazy("Small letters, digits, dots and hyphens; it is not changed later."),
    )
    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("Unit"), empty_label=gettext_lazy("Choose"))
    certificate_no = forms.CharField(label=gettext_lazy("Certificate number"), max_length=20, required=False)
    certificate_valid_to = _day_field(gettext_lazy("Certificate valid to"))
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=20, required=False)

    def __init__(self, actor: Officer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = _editable(actor)  # type: ignore[attr-defined]


def _editable(actor: Officer) -> Any:
    return Unit.objects.filter(pk__in=scope_units(actor, "accounts.edit_people"))


def _refuse(request: HttpRequest, form: forms.Form, refused: Refused) -> int:
    """Show a refusal at its field (or above the form), on record where it has to be; the answer's status."""
    told = noted(request, refused)
    form.add_error(told.field if told.field in form.fields else None, told.detail)
    return told.status


@signed_in_only
def officers(request: HttpRequest) -> HttpResponse:
    """People within the actor's scope, filtered by unit, role and words; a filter that names nothing is left out."""
    actor = officer_of(request)
    require(actor, "accounts.see_people")
    scope = scope_units(actor, "accounts.see_people")
    people = _found(request, Officer.objects.filter(unit_id__in=scope).select_related("unit"))
    table = Table(OFFICERS, request, people)
    if answer := table.sheet():
        return answer
    waiting = Grant.objects.filter(confirmed_at=None, revoked_at=None, unit_id__in=scope)
    links = Invitation.objects.filter(approved_at=None, used_at=None, revoked_at=None, expires_at__gte=now())
    context = table.context() | {
        "units": Unit.objects.filter(pk__in=scope),
        "roles": Role.choices,
        "waiting": waiting.select_related("officer", "unit", "granted_by"),
        "links": links.filter(officer__unit_id__in=scope).select_related("officer__unit", "issued_by"),
        "may_edit": actor.may("accounts.edit_people"),
    }
    return render(request, "accounts/officers.html", context)


def _found(request: HttpRequest, people: QuerySet[Officer]) -> QuerySet[Officer]:
    """The people that the filters of the address leave; a filter that names nothing is left out."""
    if unit := asked_id(request, "unit"):
        people = people.filter(unit_id__in=with_descendants(unit))
    if role := asked(request, "role"):
        people = people.filter(pk__in=Grant.objects.in_force().filter(role=role).values("officer_id"))
    if words := asked(request, "q"):
        people = people.filter(pk__in=all_keys(legs(officer_of(request), reads(words))))
    return people


def _dressed(people: Sequence[Officer]) -> list[Shown]:
    """Officers with their roles in force, in one query."""
    held: dict[uuid.UUID, list[str]] = {}
    for one in Grant.objects.in_force().filter(officer__in=people):
        held.setdefault(one.officer_id, []).append(str(Role(one.role).label))
    return [Shown(person, "、".join(held.get(person.pk, []))) for person in people]


@signed_in_only
def new_officer(request: HttpRequest) -> HttpResponse:
    """Make an officer; what was entered stays on the page when it is refused."""
    actor = officer_of(request)
    require(actor, "accounts.edit_people")
    form = OfficerForm(actor, request.POST or None)
    status = 200 if request.method == "GET" or form.is_valid() else 422
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = officer_row({name: str(value or "") for name, value in given.items()})
            made = staffing.create_officer(actor=actor, unit=given["unit"], row=row)
            messages.success(request, _("The officer is on the list; give roles and a link for the first key."))
            return redirect("accounts:officer", officer_id=made.pk)
        except Refused as refused:
            status = _refuse(request, form, refused)
    return render(request, "accounts/new_officer.html", {"form": form}, status=status)


@signed_in_only
@with_own_key
def officer(request: HttpRequest, officer_id: uuid.UUID) -> HttpResponse:
    """One person: roles with who gave them, keys, links, and why they may or may not; a role is given here."""
    actor = officer_of(request)
    person = _within_reach(actor, officer_id)
    form = GrantForm(actor, person, request.POST or None)
    status = 200 if request.method == "GET" or form.is_valid() else 422
    if request.method == "POST" and form.is_valid():
        try:
            services.grant(actor=actor, officer=person, **form.cleaned_data)
            messages.success(request, _("The role waits for a second person's confirmation."))
            return redirect("accounts:officer", officer_id=person.pk)
        except Refused as refused:
            status = _refuse(request, form, refused)
    return render(request, "accounts/officer.html", _about(request, person, form), status=status)


def _within_reach(actor: Officer, officer_id: uuid.UUID) -> Officer:
    require(actor, "accounts.see_people")
    scope = scope_units(actor, "accounts.see_people")
    person = Officer.objects.select_related("unit").filter(pk=officer_id, unit_id__in=scope).first()
    if person is None:
        raise NotFound("no_officer", "没有这名人员，或不在您的管辖范围内；请返回列表重新选择。")
    return person


def _about(request: HttpRequest, person: Officer, form: GrantForm) -> dict[str, Any]:
    actor = officer_of(request)
    not_oneself = actor.pk != person.pk
    may_manage_keys = not_oneself and actor.may("accounts.manage_keys", person.unit)
    return {
        "person": person,
        "grants": person.grants.select_related("unit", "granted_by", "confirmed_by").order_by("created_at"),
        "keys": person.keys.select_related("approved_by"),
        "link": person.invitations.filter(used_at=None, revoked_at=None).select_related("issued_by").first(),
        "form": form,
        "today": today(),
        "now": now(),
        "actor": actor,
        "may_edit": not_oneself and actor.may("accounts.edit_people", person.unit),
        "sessions": shown(request, person) if may_manage_keys else [],
        "may_manage_keys": may_manage_keys,
        "answers": [(permission, why(person, permission.name)) for permission in known()],
    }


@signed_in_only
@require_POST
@with_own_key_when(lambda request: request.POST.get("active") == "1")
def set_active(request: HttpRequest, officer_id: uuid.UUID) -> HttpResponse:
    """Stop someone who has left, or let them back."""
    active = request.POST.get("active") == "1"
    reason = request.POST.get("reason", "")
    person = staffing.set_active(actor=officer_of(request), officer_id=officer_id, active=active, reason=reason)
    messages.success(request, _("The officer may sign in again.") if active else _("The officer is stopped."))
    return redirect("accounts:officer", officer_id=person.pk)


@never_cache
@signed_in_only
@require_POST
def issue_link(request: HttpRequest, officer_id: uuid.UUID) -> HttpResponse:
    """Make a one-time link and show it, this once."""
    actor = officer_of(request)
    person = _within_reach(actor, officer_id)
    _made, secret = invitations.issue(actor=actor, officer=person)
    context = {"person": person, "address": invitations.link_of(secret), "hours": invitations.VALID_HOURS}
    return render(request, "accounts/link.html", context)


@signed_in_only
@require_POST
@with_own_key
def approve_link(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Approve another administrator's link as the second person."""
    done = invitations.approve(actor=officer_of(request), invitation_id=invitation_id)
    messages.success(request, _("The link is approved; its holder can register a key."))
    return redirect("accounts:officer", officer_id=done.officer_id)


@signed_in_only
@require_POST
def withdraw_link(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Take a link back."""
    done = invitations.withdraw(actor=officer_of(request), invitation_id=invitation_id)
    messages.success(request, _("The link is taken back."))
    return redirect("accounts:officer", officer_id=done.officer_id)


@signed_in_only
@require_POST
@with_own_key
def approve_key(request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
    """Approve another person's further key."""
    key = services.approve_key(actor=officer_of(request), key_id=key_id)
    messages.success(request, _("The key is approved."))
    return redirect("accounts:officer", officer_id=key.officer_id)


@signed_in_only
@require_POST
def revoke_key(request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
    """Report another person's key lost."""
    reason = request.POST.get("reason", "")
    key = services.revoke_key(actor=officer_of(request), key_id=key_id, reason=reason)
    messages.success(request, _("The key is revoked; its earlier signatures stay valid."))
    return redirect("accounts:officer", officer_id=key.officer_id)


@signed_in_only
@require_POST
@with_own_key
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
