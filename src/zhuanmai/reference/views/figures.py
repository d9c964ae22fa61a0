"""Figures that the bureau sets by day: hearing thresholds, prices of goods by kind. A new row follows an old one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhuanmai.accounts.queries import names
from zhuanmai.core.clock import today
from zhuanmai.core.errors import Refused
from zhuanmai.reference import services
from zhuanmai.reference.citations import citations_in
from zhuanmai.reference.figures import CUT_BY_LEAF
from zhuanmai.reference.forms import GoodsPriceForm, HearingForm
from zhuanmai.reference.models import GoodsPrice, HearingThreshold
from zhuanmai.reference.views.frame import allowed, officer


@require_http_methods(["GET", "POST"])
@allowed("reference.see")
def hearing(request: HttpRequest) -> HttpResponse:
    """From which sums each bureau offers a hearing, with article and basis; the editor sets the next figure."""
    form = HearingForm(request.POST or None, initial={"valid_from": today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_hearing_threshold(actor=officer(request), **form.cleaned_data)
            messages.success(request, _("The threshold is set; open cases show it at once."))
            return redirect("reference:hearing")
        except Refused as error:
            form.refuse(error)
    rows = list(HearingThreshold.objects.select_related("unit").order_by("unit__code", "party", "-valid_from"))
    context = _context(request, form, rows, lambda row: (row.unit_id, row.party))
    return render(request, "reference/hearing.html", {**context, "law": citations_in(services.HEARING)[0]})


@require_http_methods(["GET", "POST"])
@allowed("reference.see")
def goods_prices(request: HttpRequest) -> HttpResponse:
    """What leaf, cut tobacco, empty tubes and e-cigarettes are worth by kilogram or piece; the editor sets the next."""
    form = GoodsPriceForm(request.POST or None, initial={"valid_from": today()})
    if request.method == "POST" and form.is_valid():
        try:
            services.set_goods_price(actor=officer(request), **form.cleaned_data)
            messages.success(request, _("The price is set; lines already entered keep theirs."))
            return redirect("reference:goods_prices")
        except Refused as error:
            form.refuse(error)
    rows = list(GoodsPrice.objects.order_by("goods", "per", "-valid_from"))
    context = _context(request, form, rows, lambda row: (row.goods, row.per))
    return render(request, "reference/goods_prices.html", {**context, "cut_by_leaf": CUT_BY_LEAF})


def _context(request: HttpRequest, form: Any, rows: list[Any], series: Any) -> dict[str, Any]:
    """The rows, each with its state (in force, later, past) and who set it."""
    people = names({row.set_by for row in rows if row.set_by})
    shown, reached = [], set()
    for row in rows:
        state = "later" if row.valid_from > today() else "past" if series(row) in reached else "now"
        if state == "now":
            reached.add(series(row))
        shown.append((row, state, people.get(row.set_by, "")))
    return {"rows": shown, "form": form, "may_edit": officer(request).may("reference.edit")}
