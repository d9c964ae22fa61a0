"""`zhuanmai web`: the web server of this installation, with its limits; put a reverse proxy with TLS in front."""

from __future__ import annotations

import argparse
import os
from typing import Any

from django.core.management.base import BaseCommand

from zhuanmai.core.door import server


class Command(BaseCommand):
    """Serve. The process becomes the server's."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where, and by how many processes."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=4)

    def handle(self, *_: Any, **options: Any) -> None:
        """Hand over to the server."""
        command = server(
            "zhuanmai.web:application", host=options["host"], port=options["port"], workers=options["workers"]
        )
        os.execv(command[0], command)  # noqa: S606
