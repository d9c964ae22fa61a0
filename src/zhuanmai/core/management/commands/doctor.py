"""`zhuanmai doctor`: settings, database, fonts, certificate, partner, clock; each with what to do."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from zhuanmai.core.checks import Health, findings

_SIGNS = {Health.GOOD: "✓", Health.WARNING: "!", Health.BAD: "✗"}


class Command(BaseCommand):
    """Print a line a check; exit 1 if something is bad."""

    help = __doc__

    def handle(self, *_: Any, **__: Any) -> None:
        """Run every registered check."""
        found = findings()
        for finding in found:
            self.stdout.write(f"{_SIGNS[finding.health]} {finding.what}：{finding.words}")
            if finding.remedy:
                self.stdout.write(f"    → {finding.remedy}")
        if any(finding.health is Health.BAD for finding in found):
            sys.exit(1)
