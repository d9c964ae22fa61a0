"""`zhuanmai restore FILE --identity KEY`: brings a backup into an empty home, then proves that it is whole."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zhuanmai.core import checks, grants, postgres
from zhuanmai.core.backup import restore
from zhuanmai.core.errors import Refused


class Command(BaseCommand):
    """Restore, then run every registered proof (the ledger, every signature, every document's digest)."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The backup and the key that opens it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--identity", type=Path, required=True)

    def handle(self, *_: Any, **options: Any) -> None:
        """Restore and prove; exit 1 with what is wrong if a proof fails."""
        checks.close_own_places()
        if settings.EMBEDDED:
            postgres.start(postgres.cluster_of(settings.HOME_DIR))
        try:
            count = restore(options["file"], identity=options["identity"].read_text(encoding="ascii"))
        except Refused as refused:
            raise CommandError(refused.detail) from None
        grants.apply()
        wrong = checks.failures()
        for sentence in wrong:
            self.stderr.write(f"✗ {sentence}")
        if wrong:
            raise CommandError("数据已恢复，但核验未通过；请保留现场并换用另一份备份。")
        self.stdout.write(f"✓ 已恢复 {count} 个文件；痕迹、签名与文书摘要核验通过。")
