"""The tabs of the room's pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from zhuanmai.accounts.permissions import may
from zhuanmai.accounts.requests import officer_of


def frame(request: HttpRequest, here: str) -> dict[str, Any]:
    """The tabs that the officer's role opens."""
    titles = [
        ("alerts", _("Alerts"), "alerts.see"),
        ("hotspots", _("Hot spots"), "alerts.see"),
        ("flows", _("Flows"), "alerts.see"),
        ("detectors", _("Detectors"), "alerts.see"),
        ("results", _("Results"), "alerts.study"),
        ("quality", _("Calibration and drift"), "alerts.study"),
        ("fairness", _("Fairness"), "alerts.study"),
        ("runs", _("Runs"), "alerts.study"),
    ]
    officer = officer_of(request)
    tabs = [
        {"href": reverse(f"alerts:{name}"), "title": title, "is_current": name == here}
        for name, title, permission in titles
        if may(officer, permission)
    ]
    return {"tabs": tabs if len(tabs) > 1 else [], "label": _("Alerts")}
