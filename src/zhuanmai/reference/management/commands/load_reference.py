"""`zhuanmai load_reference`: bring the shipped reference data into the tables. Twice has the effect of once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from zhuanmai.reference import loading


class Command(BaseCommand):
    """Load products, prices, laws, causes, terms and districts; what the bureau has changed itself stays."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        """Load, and say how many rows are new or changed."""
        counts = loading.load()
        self.stdout.write("标准库：" + "，".join(f"{name} {count}" for name, count in counts.items()))
