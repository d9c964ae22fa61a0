"""`zhuanmai backup-key FILE`: a key pair for backups. The file opens them: keep it off this machine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pyrage
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Write the private half to FILE, print the public half."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where the private half goes."""
        parser.add_argument("file", type=Path)

    def handle(self, *_: Any, **options: Any) -> None:
        """Make the pair; an existing file is never overwritten."""
        identity = pyrage.x25519.Identity.generate()
        try:
            with options["file"].open("x", encoding="ascii") as handle:
                options["file"].chmod(0o600)
                handle.write(f"{identity}\n")
        except FileExistsError:
            raise CommandError(f"{options['file']} 已存在；为免覆盖旧密钥，请换一个文件名。") from None
        self.stdout.write(str(identity.to_public()))
