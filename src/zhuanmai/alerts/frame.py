"""The tabs of the room's pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from zhuanmai.accounts.requests import officer_of
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
