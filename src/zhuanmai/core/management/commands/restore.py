"""`zhuanmai restore FILE --identity KEY --maker FINGERPRINT`: into an empty home, then proves that it is whole."""

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
        """The backup, the key that opens it, whose it must be and what history it must reach."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--identity", type=Path, required=True)
        parser.add_argument("--maker", default="", help="fingerprint of the key that signed it; default: known here")
        parser.add_argument("--head", type=Path, default=None, help="exported head that it must reach; default: newest")
        parser.add_argument("--accept-loss", action="store_true", help="restore it although it does not reach the head")

    def handle(self, *_: Any, **options: Any) -> None:
        """Restore and prove; exit 1 with what is wrong if a proof fails."""
        checks.close_own_places()
        if settings.EMBEDDED:
            postgres.start(postgres.cluster_of(settings.HOME_DIR))
        try:
            count = restore(
                options["file"],
                identity=options["identity"].read_text(encoding="ascii"),
                maker=options["maker"],
                head=options["head"],
                accept_loss=options["accept_loss"],
            )
        except Refused as refused:
            raise CommandError(refused.detail) from None
        grants.apply()
        wrong = checks.failures()
        for sentence in wrong:
            self.stderr.write(f"✗ {sentence}")
        if wrong:
            raise CommandError("数据已恢复，但核验未通过；请保留现场并换用另一份备份。")
        self.stdout.write(f"✓ 已恢复 {count} 个文件；痕迹、签名与文书摘要核验通过。")
