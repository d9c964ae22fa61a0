"""The enforcement room."""

from __future__ import annotations

from django.apps import AppConfig


class EnforcementConfig(AppConfig):
    """百宝箱."""

    name = "zhuanmai.enforcement"
