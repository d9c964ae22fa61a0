"""core at start-up: loads every room's receivers, ledger entry kinds and permissions."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from zhuanmai.core import grants


class CoreConfig(AppConfig):
    """The ground floor."""

    name = "zhuanmai.core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load what rooms register: permissions, entry kinds, receivers, checks, notices, searches. (Not jobs.)"""
        autodiscover_modules("permissions", "entries", "receivers", "checks", "notices", "workflow", "search")
        post_migrate.connect(_grant, sender=self, dispatch_uid="core.grants")


def _grant(**told: Any) -> None:
    """After a migration (the emptying of a test's database, which says the same, has no plan)."""
    if "plan" in told:
        grants.apply()
