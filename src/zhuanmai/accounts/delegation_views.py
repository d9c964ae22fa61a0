"""Pages on which a head lends their approvals for a dated period, and takes them back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhuanmai.accounts import services
from zhuanmai.accounts.models import Delegation, Grant, Officer
from zhuanmai.accounts.own_key import with_own_key
from zhuanmai.accounts.permissions import DELEGABLE
from zhuanmai.accounts.queries import bureau_of, officers_of
from zhuanmai.accounts.requests import officer_of
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.clock import today
from zhuanmai.core.errors import Refused
from zhuanmai.core.middleware import noted


class LendForm(forms.Form):
    """Which role, to whom, from and to which day, and why."""

    grant = forms.ModelChoiceField(Grant.objects.none())
    to = forms.ModelChoiceField(Officer.objects.none())
    starts_on = forms.DateField()
    ends_on = forms.DateField()
    reason = forms.CharField(max_length=200)

    def __init__(self, lender: Officer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [one.pk for one in officers_of(bureau_of(lender.unit)) if one.pk != lender.pk]
        self.fields["grant"].queryset = lendable(lender)  # type: ignore[attr-defined]
        self.fields["to"].queryset = Officer.objects.filter(pk__in=people)  # type: ignore[attr-defined]


def lendable(person: Officer) -> Any:
    """The roles in force of a person that may be lent."""
    return Grant.objects.in_force().filter(officer=person, role__in=DELEGABLE).select_related("unit")


def lent_by(person: Officer) -> dict[str, Any]:
    """What the page of a head shows: roles that can be lent, people to lend to, what is lent now or later."""
    roles = list(lendable(person))
    lent = Delegation.objects.filter(grant__officer=person, revoked_at=None, ends_on__gte=today())
    people = officers_of(bureau_of(person.unit)) if roles else []
    return {
        "lendable": roles,
        "people": [one for one in people if one.pk != person.pk],
        "lent": lent.select_related("grant__unit", "to").order_by("starts_on"),
        "today": today(),
    }


@signed_in_only
@require_POST
@with_own_key
def lend(request: HttpRequest) -> HttpResponse:
    """Lend a role; what was entered stays on the page when it is refused."""
    actor = officer_of(request)
    form = LendForm(actor, request.POST)
    try:
        if not form.is_valid():
            raise Refused("incomplete", "请选择岗位、受托人和起止日期，并写明理由。", field=next(iter(form.errors)))
        given = form.cleaned_data
        services.delegate(actor=actor, grant_id=given.pop("grant").pk, **given)
    except Refused as refused:
        told = noted(request, refused)
        context = {**lent_by(actor), "errors": [told], "entered": request.POST}
        return render(request, "accounts/lend.html", context, status=told.status)
    messages.success(request, _("The role is lent for the period."))
    return redirect("accounts:me")


@signed_in_only
@require_POST
def end(request: HttpRequest, delegation_id: UUID) -> HttpResponse:
    """End a delegation before its day."""
    services.end_delegation(actor=officer_of(request), delegation_id=delegation_id)
    messages.success(request, _("The delegation is ended."))
    return redirect("accounts:me")
