"""Products: list with filters in the address, one product with its price history, price and barcode changes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from zhuanmai.core.clock import today
from zhuanmai.core.errors import Refused
from zhuanmai.core.listing import Column, Listing, Table, day_of, declare
from zhuanmai.reference import catalogue, services
from zhuanmai.reference.catalogue import Listed
from zhuanmai.reference.forms import BarcodeForm, PriceForm, ProductForm, RefusingForm
from zhuanmai.reference.models import Price, PriceCatalogue, Product
from zhuanmai.reference.prices import in_force_on
from zhuanmai.reference.templatetags.reference_words import mark_words
from zhuanmai.reference.views.frame import allowed, history, officer


@dataclass(frozen=True)
class Filters:
    """What the address asks for."""

    q: str
    kind: str
    origin: str
    state: str
    on: dt.date


PRODUCTS = declare(
    Listing(
        "reference:products",
        "products",
        gettext_lazy("Products and prices"),
        (
            Column("name", gettext_lazy("Product"), lambda one: one.product.name, lambda one: one.product.name,
                   link=True, template="reference/_product_name.html"),
            Column("carton", gettext_lazy("Carton barcode"), lambda one: one.code("carton"), nowrap=True, code=True),
            Column("pack", gettext_lazy("Pack barcode"), lambda one: one.code("pack"), on_page=False),
            Column("brand", gettext_lazy("Brand"), lambda one: one.product.brand,
                   lambda one: (one.product.brand, one.product.name), on_page=False),
            Column("manufacturer", gettext_lazy("Manufacturer"), lambda one: one.product.manufacturer),
            Column("class", gettext_lazy("Price class"), lambda one: one.product.price_class,
                   lambda one: (one.product.price_class, one.product.name)),
            Column("packing", gettext_lazy("Packing"), number=True,
                   template="reference/_product_packing.html", in_sheet=False),
            Column("packs", gettext_lazy("Packs in a carton"), lambda one: one.product.packs_per_carton, on_page=False),
            Column("sticks", gettext_lazy("Sticks in a carton"), lambda one: one.product.sticks_per_carton,
                   on_page=False),
            Column("price", gettext_lazy("Retail price"), lambda one: one.price.amount, lambda one: one.price.amount,
                   number=True, template="reference/_product_price.html"),
            Column("per", gettext_lazy("Priced by"), on_page=False,
                   value=lambda one: _("stick") if one.price.per == "stick" else _("carton")),
            Column("mark", gettext_lazy("Mark"), lambda one: mark_words(one.price.mark), nowrap=True,
                   template="reference/_product_mark.html"),
            Column("basis", gettext_lazy("Basis"), lambda one: one.price.basis_source, on_page=False),
        ),
        default="name",
        href=lambda one: reverse("reference:product", args=[one.product.pk]),
    )
)  # fmt: skip


@require_GET
@allowed("reference.see")
def product_list(request: HttpRequest) -> HttpResponse:
    """The catalogue on a day, filtered, sorted, 50 a page; or as a sheet."""
    filters = _filters(request)
    found = _filtered(filters)
    table = Table(PRODUCTS, request, found, default="" if filters.q else None)  # the best match first
    if answer := table.sheet():
        return answer
    return render(
        request,
        "reference/products.html",
        {
            **table.context(),
            "filters": filters,
            "catalogue": in_force_on(filters.on),
            "kinds": Product.Kind.choices,
            "origins": Product.Origin.choices,
            "may_edit": officer(request).may("reference.edit"),
        },
    )


@require_http_methods(["GET", "POST"])
@allowed("reference.see")
def product_detail(request: HttpRequest, product_id: uuid.UUID) -> HttpResponse:
    """One product: facts, barcodes, prices of every catalogue, history; the editor changes price and barcodes here."""
    product = catalogue.product(product_id)
    which = request.POST.get("act", "")
    price_form = PriceForm(request.POST if which == "price" else None, initial={"valid_from": today()})
    barcode_form = BarcodeForm(request.POST if which == "barcode" else None, auto_id="code_%s")
    facts_form = ProductForm(
        request.POST if which == "facts" else None,
        auto_id="facts_%s",
        initial={one.name: getattr(product, one.name) for one in dataclasses.fields(services.ProductFacts)},
    )
    if request.method == "POST" and _acted(
        request, product, {"price": price_form, "barcode": barcode_form, "facts": facts_form}
    ):
        return redirect("reference:product", product_id=product.id)
    listed = catalogue.listed_on(today(), only=Q(pk=product.pk))[0]
    return render(
        request,
        "reference/product.html",
        {
            "one": listed,
            "prices": Price.objects.filter(product=product).select_related("catalogue"),
            "barcodes": product.barcodes.order_by("level", "code"),
            "price_form": price_form,
            "barcode_form": barcode_form,
            "facts_form": facts_form,
            "may_edit": officer(request).may("reference.edit"),
            "timeline": history(product.id),
        },
    )


@require_GET
@allowed("reference.see")
def catalogue_list(request: HttpRequest) -> HttpResponse:
    """The price catalogues kept, and which is in force."""
    in_force = in_force_on(today())
    kept = PriceCatalogue.objects.order_by("-valid_from")
    rows = [(one, one.prices.count(), in_force is not None and one.pk == in_force.pk) for one in kept]
    context = {"catalogues": rows, "may_edit": officer(request).may("reference.edit"), "today": today()}
    return render(request, "reference/catalogues.html", context)


def _acted(request: HttpRequest, product: Product, forms: dict[str, RefusingForm]) -> bool:
    """Do what was posted; True if done, False if the form has something to say."""
    which = request.POST.get("act", "")
    form = forms.get(which)
    if form is None or not form.is_valid():
        return False
    actor, given = officer(request), dict(form.cleaned_data)
    try:
        if which == "price":
            services.change_price(actor=actor, product_id=product.id, **given)
            messages.success(request, _("The price is changed."))
        elif which == "barcode":
            services.add_barcode(actor=actor, product_id=product.id, **given)
            messages.success(request, _("The barcode is added."))
        else:
            source = given.pop("source")
            facts = services.ProductFacts(**given)
            services.change_product(actor=actor, product_id=product.id, facts=facts, source=source)
            messages.success(request, _("The product is changed."))
    except Refused as error:
        form.refuse(error)
        return False
    return True


def _filters(request: HttpRequest) -> Filters:
    asked = request.GET
    on = day_of(asked.get("on")) or today()
    return Filters(
        q=asked.get("q", "").strip(),
        kind=asked.get("kind", ""),
        origin=asked.get("origin", ""),
        state=asked.get("state", ""),
        on=on,
    )


def _filtered(filters: Filters) -> list[Listed]:
    found = catalogue.search(filters.q, filters.on, limit=1000) if filters.q else catalogue.listed_on(filters.on)
    tests: list[Callable[[Listed], bool]] = []
    if filters.kind:
        tests.append(lambda one: one.product.kind == filters.kind)
    if filters.origin:
        tests.append(lambda one: one.product.origin == filters.origin)
    if filters.state:
        tests.append(lambda one: _state(one) == filters.state)
    return [one for one in found if all(test(one) for test in tests)]


def _state(one: Listed) -> str:
    if one.price.amount is None:
        return "unpriced"
    return "gone" if one.price.mark == "退出目录" else "listed"
