"""Addresses of the reference room, and its places in the rail."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.core.navigation import Page, register
from zhuanmai.reference.views import calendar, causes, figures, imports, laws, products
from zhuanmai.reference.views import register as shops

app_name = "reference"
urlpatterns = [
    path("reference/products/", products.product_list, name="products"),
    path("reference/products/<uuid:product_id>/", products.product_detail, name="product"),
    path("reference/catalogues/", products.catalogue_list, name="catalogues"),
    path("reference/import/", imports.start, name="import"),
    path("reference/import/<uuid:import_id>/", imports.preview, name="import_preview"),
    path("reference/import/<uuid:import_id>/decide/", imports.decide, name="import_decide"),
    path("reference/laws/", laws.law_list, name="laws"),
    path("reference/laws/<str:short_name>/", laws.law, name="law"),
    path("reference/causes/", causes.cause_list, name="causes"),
    path("reference/causes/new/", causes.cause_edit, name="cause_new"),
    path("reference/causes/<str:code>/", causes.cause_detail, name="cause"),
    path("reference/causes/<str:code>/edit/", causes.cause_edit, name="cause_edit"),
    path("reference/hearing/", figures.hearing, name="hearing"),
    path("reference/goods-prices/", figures.goods_prices, name="goods_prices"),
    path("reference/calendar/", calendar.year, name="calendar"),
    path("reference/terms/", calendar.terms, name="terms"),
    path("reference/terms/<str:code>/", calendar.term, name="term"),
    path("reference/licensees/", shops.licensee_list, name="licensees"),
    path("reference/licensees/load/", shops.load, name="register_load"),
    path("reference/licensees/<str:licence_no>/", shops.licensee, name="licensee"),
]

_GROUP = _("Reference library")
for _page in (
    Page("reference:products", _("Products and prices"), _GROUP, "barcode", "reference.see", 50),
    Page("reference:licensees", _("Register of licensees"), _GROUP, "certificate", "reference.see_register", 51),
    Page("reference:laws", _("Laws"), _GROUP, "books", "reference.see", 52),
    Page("reference:causes", _("Case causes"), _GROUP, "gavel", "reference.see", 53),
    Page("reference:terms", _("Terms"), _GROUP, "clock", "reference.see", 54),
    Page("reference:calendar", _("Working days"), _GROUP, "calendar-due", "reference.see", 55),
):
    register(_page)
