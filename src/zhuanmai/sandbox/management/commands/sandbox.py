"""`zhuanmai sandbox national --port N --store DIR`: the simulated national system as a process of its own.

`--protocol NAME --kinds A,B` let it stand for another partner that speaks alike.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from zhuanmai.sandbox.national.server import KINDS, PROTOCOL, serve


class Command(BaseCommand):
    """Run a simulated partner system."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which partner, where it listens, where it keeps what it receives, what it takes."""
        parser.add_argument("partner", choices=["national"])
        parser.add_argument("--port", type=int, default=8910)
        parser.add_argument("--store", type=Path, default=Path("var/national"))
        parser.add_argument("--protocol", default=PROTOCOL)
        parser.add_argument("--kinds", default=",".join(KINDS), help="kinds of messages, separated by commas")

    def handle(self, *_: Any, **options: Any) -> None:
        """Serve until interrupted."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        kinds = options["kinds"].split(",")
        serve(options["port"], options["store"], protocol=options["protocol"], kinds=kinds)
