"""The sandbox room."""

from __future__ import annotations

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """演练场."""

    name = "zhuanmai.sandbox"
