"""Addresses of the alerts, and their place on the rail."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.alerts.pages import alerts, maps, study
from zhuanmai.alerts.queries import count_waiting
from zhuanmai.core.navigation import Page, register

app_name = "alerts"
urlpatterns = [
    path("alerts", alerts.alert_list, name="alerts"),
    path("alerts/assign", alerts.assign_many, name="assign_many"),
    path("alerts/detectors", study.detectors, name="detectors"),
    path("alerts/detectors/<slug:name>", study.detector, name="detector"),
    path("alerts/results", study.results, name="results"),
    path("alerts/quality", study.quality, name="quality"),
    path("alerts/fairness", study.fairness, name="fairness"),
    path("alerts/hotspots", maps.hotspots, name="hotspots"),
    path("alerts/flows", maps.flows, name="flows"),
    path("alerts/runs", study.runs, name="runs"),
    path("alerts/runs/ask", study.ask_run, name="ask_run"),
    path("alerts/runs/<uuid:run_id>", study.run_page, name="run"),
    path("alerts/runs/<uuid:run_id>/progress", study.progress, name="progress"),
    path("alerts/<uuid:alert_id>", alerts.alert_page, name="alert"),
    path("alerts/<uuid:alert_id>/see", alerts.see, name="see"),
    path("alerts/<uuid:alert_id>/assign", alerts.assign, name="assign"),
    path("alerts/<uuid:alert_id>/inspect", alerts.inspect, name="inspect"),
    path("alerts/<uuid:alert_id>/record", alerts.record, name="record"),
    path("alerts/<uuid:alert_id>/withdraw", alerts.withdraw, name="withdraw"),
]
register(Page("alerts:alerts", _("Alerts"), _("Foresight"), "bell", "alerts.see", 50, badge=count_waiting))
