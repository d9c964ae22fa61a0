"""Addresses of the lake, and its place on the rail."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.core.navigation import Page, register
from zhuanmai.lake import views

app_name = "lake"
urlpatterns = [
    path("lake", views.overview, name="overview"),
    path("lake/imports", views.imports, name="imports"),
    path("lake/imports/<uuid:import_id>", views.import_page, name="import"),
    path("lake/imports/<uuid:import_id>/progress", views.progress, name="progress"),
    path("lake/imports/<uuid:import_id>/cancel", views.cancel, name="cancel"),
    path("lake/imports/<uuid:import_id>/resume", views.resume, name="resume"),
    path("lake/quarantine", views.quarantine_list, name="quarantine"),
    path("lake/quarantine/row", views.quarantine_row, name="quarantine_row"),
    path("lake/quality", views.quality_page, name="quality"),
]
register(Page("lake:overview", _("Data lake"), _("Foresight"), "database", "lake.see", 60))
