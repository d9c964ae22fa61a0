"""The alerts room."""

from __future__ import annotations

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """千里眼."""

    name = "zhuanmai.alerts"
