"""What the room's pages share: their tabs, and the bar that says how far a run is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from zhuanmai.accounts.requests import officer_of
from zhuanmai.alerts.models import Run
from zhuanmai.core import progress
from zhuanmai.core.navigation import tabs


def frame(request: HttpRequest, here: str) -> dict[str, Any]:
    """The tabs that the officer's role opens."""
    titles = [
        ("alerts:alerts", _("Alerts"), "alerts.see"),
        ("alerts:hotspots", _("Hot spots"), "alerts.see"),
        ("alerts:flows", _("Flows"), "alerts.see"),
        ("alerts:detectors", _("Detectors"), "alerts.see"),
        ("alerts:results", _("Results"), "alerts.study"),
        ("alerts:quality", _("Calibration and drift"), "alerts.study"),
        ("alerts:fairness", _("Fairness"), "alerts.study"),
        ("alerts:runs", _("Runs"), "alerts.study"),
    ]
    return tabs(officer_of(request), f"alerts:{here}", _("Alerts"), titles)


def how_far(row: Run) -> dict[str, Any]:
    """The bar of a run (core/_progress.html); it asks for itself anew as long as the run goes on."""
    return progress.how_far(row.work, poll_url=reverse("alerts:progress", args=[row.pk]))
