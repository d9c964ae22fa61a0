"""`zhuanmai backup`: database, documents and public keys in one encrypted file; officers may go on working."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zhuanmai.core.backup import backup, own_fingerprint
from zhuanmai.core.clock import local_now
from zhuanmai.core.errors import Refused


class Command(BaseCommand):
    """Write a backup, encrypted to the bureau's backup key (made with `zhuanmai backup-key`)."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where to, and to whose key."""
        parser.add_argument("--to", type=Path, default=None, help="file to write; default ./zhuanmai-DATE.age")
        parser.add_argument("--recipient", default=settings.BACKUP_RECIPIENT, help="age1…")

    def handle(self, *_: Any, **options: Any) -> None:
        """Make the backup and say what is in it."""
        if not options["recipient"]:
            raise CommandError(
                "没有备份公钥：先运行 zhuanmai backup-key，再用 --recipient 或 ZHUANMAI_BACKUP_RECIPIENT 给出。"
            )
        target = options["to"] or Path(f"zhuanmai-{local_now():%Y%m%d-%H%M%S}.age")
        try:
            made = backup(target, recipient=options["recipient"])
        except Refused as refused:
            raise CommandError(refused.detail) from None
        self.stdout.write(f"{made.path}  {made.size:,} 字节，{made.files} 个文件")
        self.stdout.write(f"签名密钥指纹 {own_fingerprint()}；请抄录在本机以外，恢复时用 --maker 给出。")
        for words in made.warnings:
            self.stderr.write(f"! {words}")
