"""core at start-up: loads every room's receivers, ledger entry kinds and permissions."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """The ground floor."""

    name = "zhuanmai.core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what rooms register: permissions, entry kinds, receivers, checks, notices, searches. (Not jobs.)"""
        autodiscover_modules("permissions", "entries", "receivers", "checks", "notices", "workflow", "search")
