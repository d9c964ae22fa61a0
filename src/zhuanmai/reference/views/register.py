"""The register of licensees: search with masked personal data, one holder in full with a reason, take a file in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from zhuanmai.accounts.personal import MASKS, Sort
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.listing import Column, Listing, Table, declare
from zhuanmai.reference import identifiers, importing, licensees, services
from zhuanmai.reference.business import BUSINESS
from zhuanmai.reference.forms import ReasonForm, RegisterForm
from zhuanmai.reference.models import Licensee, RegisterCompleteness
from zhuanmai.reference.standing import CHOICES, Standing, standing_of, standing_so
from zhuanmai.reference.views.frame import allowed, officer


@dataclass(frozen=True)
class Shown:
    """A licensee as a page shows it: personal columns masked or not, codes in words."""

    row: Licensee
    personal: dict[str, str]
    business: Any
    district: str
    standing: Standing


def _shown(row: Licensee, *, full: bool = False) -> Shown:
    names = ("holder_name", "holder_id", "uscc", "phone")
    personal = {name: getattr(row, name) for name in names} if full else licensees.masked(row)
    district = identifiers.districts().get(row.district_code, row.district_code)
    return Shown(row, personal, BUSINESS.get(row.business_type, row.business_type), district, standing_of(row))


LICENSEES = declare(
    Listing(
        "reference:licensees",
        "licensees",
        gettext_lazy("Register of licensees"),
        (
            Column("licence", gettext_lazy("Licence"), lambda one: one.row.licence_no, "licence_no", link=True,
                   code=True),
            Column("shop", gettext_lazy("Shop"), lambda one: one.row.shop_name, "shop_name",
                   template="reference/_licensee_shop.html"),
            Column("address", gettext_lazy("Address"), lambda one: one.row.address, on_page=False),
            Column("holder", gettext_lazy("Holder"), lambda one: one.row.holder_name, mask=MASKS[Sort.NAME],
                   nowrap=True),
            Column("holder_id", gettext_lazy("Citizen number"), lambda one: one.row.holder_id, mask=MASKS[Sort.NUMBER],
                   nowrap=True, code=True),
            Column("phone", gettext_lazy("Phone"), lambda one: one.row.phone, mask=MASKS[Sort.PHONE], nowrap=True,
                   code=True),
            Column("district", gettext_lazy("District"), lambda one: one.district, "district_code", nowrap=True),
            Column("business", gettext_lazy("Business"), lambda one: one.business),
            Column("valid_to", gettext_lazy("Valid to"), lambda one: one.row.valid_to, "valid_to", nowrap=True),
            Column("state", gettext_lazy("State"), lambda one: one.standing.words, "status",
                   template="reference/_licensee_state.html"),
        ),
        default="licence",
        href=lambda one: reverse("reference:licensee", args=[one.row.licence_no]),
        dress=lambda rows: [_shown(row) for row in rows],
    )
)  # fmt: skip


@require_GET
@allowed("reference.see_register")
def licensee_list(request: HttpRequest) -> HttpResponse:
    """The register, filtered, 50 a page, personal data masked."""
    asked = request.GET
    q, district, status = asked.get("q", "").strip(), asked.get("district", ""), asked.get("status", "")
    rows = Licensee.objects.all()
    if q:
        services.note_search(actor=officer(request), words=q)
        people = officer(request).may("reference.see_personal")
        rows = licensees.found(q, people=people)
    rows = rows.filter(district_code=district) if district else rows
    rows = rows.filter(standing_so(status))
    table = Table(LICENSEES, request, rows)
    if answer := table.sheet():
        return answer
    return render(
        request,
        "reference/licensees.html",
        {
            **table.context(),
            "q": q,
            "district": district,
            "status": status,
            "districts": sorted(identifiers.districts().items()),
            "statuses": CHOICES,
            "complete": dict(RegisterCompleteness.objects.values_list("district_code", "complete_as_of")),
            "may_load": officer(request).may("reference.load_register"),
        },
    )


@require_http_methods(["GET", "POST"])
@allowed("reference.see_register")
def licensee(request: HttpRequest, licence_no: str) -> HttpResponse:
    """One licensee, masked until a reason is given; the look is on the ledger."""
    row = licensees.by_licence_no(licence_no)
    if row is None:
        raise NotFound("licensee_unknown", f"登记簿中没有许可证 {licence_no}；请核对号码。", "licence_no")
    form = ReasonForm(request.POST or None)
    full = False
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            row = services.see_licensee(actor=officer(request), licence_no=licence_no, reason=reason)
            full = True
        except Refused as error:
            form.refuse(error)
    context = {
        "one": _shown(row, full=full),
        "full": full,
        "form": form,
        "complete_as_of": licensees.register_complete_as_of(row.district_code),
        "may_unmask": officer(request).may("reference.see_personal"),
    }
    return render(request, "reference/licensee.html", context)


@require_http_methods(["GET", "POST"])
@allowed("reference.load_register")
def load(request: HttpRequest) -> HttpResponse:
    """Take a file of licences in; wrong rows are listed with their reason, the rest go in."""
    form = RegisterForm(request.POST or None, request.FILES or None)
    done = None
    if request.method == "POST" and form.is_valid():
        try:
            file = form.cleaned_data["file"]
            done = services.load_register(
                actor=officer(request),
                rows=importing.table(file.name, file.read()),
                complete_as_of=_complete(form.cleaned_data),
            )
            messages.success(request, _("The register is taken in."))
            if not done.refused:
                return redirect("reference:licensees")
        except Refused as error:
            form.refuse(error)
    return render(request, "reference/register_load.html", {"form": form, "done": done})


def _complete(given: dict[str, Any]) -> dict[str, dt.date]:
    codes = given["districts"].replace(",", " ").replace("，", " ").split()
    unknown = [code for code in codes if code not in identifiers.districts()]
    if unknown:
        raise Refused("district_unknown", f"没有区划 {unknown[0]}；请填 6 位区划代码，如 350206。", "districts")
    if codes and not given["complete_as_of"]:
        raise Refused("complete_day", "请填写登记簿完整到哪一天。", "complete_as_of")
    return dict.fromkeys(codes, given["complete_as_of"])
