"""The reference room at start-up."""

from __future__ import annotations

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    """标准库: what every other room looks up."""

    name = "zhuanmai.reference"
    default_auto_field = "django.db.models.BigAutoField"
