"""The deadlines room at start-up."""

from __future__ import annotations

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    """期限: what runs out, and when."""

    name = "zhuanmai.deadlines"
    default_auto_field = "django.db.models.BigAutoField"
