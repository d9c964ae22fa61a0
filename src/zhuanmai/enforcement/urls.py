"""Addresses of enforcement, and its places on the rail."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.core.navigation import Page, register
from zhuanmai.enforcement import views
from zhuanmai.enforcement.queries import count_to_value

app_name = "enforcement"
urlpatterns = [
    path("", views.home, name="home"),
    path("cases", views.case_list, name="cases"),
    path("cases/<uuid:case_id>", views.case_page, name="case"),
    path("cases/<uuid:case_id>/documents/making", views.making, name="making"),
    path("cases/<uuid:case_id>/documents/<uuid:document_id>/paper", views.paper, name="paper"),
    path("cases/<uuid:case_id>/<str:tab>", views.case_page, name="case_tab"),
    path("field/new", views.field, name="field_new"),
    path("field/<uuid:case_id>/", views.field, name="field"),
]
_ROOM = _("Toolbox")
register(Page("enforcement:home", _("My work"), "", "home", "", 1, at_hand=True))
register(Page("enforcement:cases", _("Cases"), _ROOM, "briefcase", "enforcement.open", 10, badge=count_to_value))
register(Page("enforcement:field_new", _("On site"), _ROOM, "scan", "enforcement.act", 11, at_hand=True))
