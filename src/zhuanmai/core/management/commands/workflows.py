"""`zhuanmai workflows`: draws every room's table of moves into docs/workflows.md."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from zhuanmai.core.diagrams import document


class Command(BaseCommand):
    """Write the page; a test compares the one in the repository."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("--to", type=Path, default=Path("docs/workflows.md"), help="file to write")

    def handle(self, *_: Any, **options: Any) -> None:
        """Write it."""
        options["to"].write_text(document(), encoding="utf-8")
        self.stdout.write(str(options["to"]))
