"""Addresses of the alerts, and their place on the rail."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.alerts import map_views, study_views, views
from zhuanmai.alerts.queries import count_waiting
from zhuanmai.core.navigation import Page, register

app_name = "alerts"
urlpatterns = [
    path("alerts", views.alert_list, name="alerts"),
    path("alerts/assign", views.assign_many, name="assign_many"),
    path("alerts/detectors", study_views.detectors, name="detectors"),
    path("alerts/detectors/<slug:name>", study_views.detector, name="detector"),
    path("alerts/results", study_views.results, name="results"),
    path("alerts/quality", study_views.quality, name="quality"),
    path("alerts/fairness", study_views.fairness, name="fairness"),
    path("alerts/hotspots", map_views.hotspots, name="hotspots"),
    path("alerts/flows", map_views.flows, name="flows"),
    path("alerts/runs", study_views.runs, name="runs"),
    path("alerts/runs/ask", study_views.ask_run, name="ask_run"),
    path("alerts/runs/<uuid:run_id>", study_views.run_page, name="run"),
    path("alerts/runs/<uuid:run_id>/progress", study_views.progress, name="progress"),
    path("alerts/<uuid:alert_id>", views.alert_page, name="alert"),
    path("alerts/<uuid:alert_id>/assign", views.assign, name="assign"),
    path("alerts/<uuid:alert_id>/inspect", views.inspect, name="inspect"),
    path("alerts/<uuid:alert_id>/record", views.record, name="record"),
    path("alerts/<uuid:alert_id>/withdraw", views.withdraw, name="withdraw"),
]
register(Page("alerts:alerts", _("Alerts"), _("Foresight"), "bell", "alerts.see", 50, badge=count_waiting))
