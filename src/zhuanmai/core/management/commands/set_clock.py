"""`zhuanmai set_clock MOMENT`: set the demo clock (2025-10-30T09:12:00+08:00), or back to real time with `now`."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhuanmai.core.clock import local_now, set_clock
from zhuanmai.core.errors import Refused


class Command(BaseCommand):
    """Move the clock of a demo or test; refused in production."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The moment."""
        parser.add_argument("moment", help="ISO 8601 with zone, or `now`")

    def handle(self, *_: Any, **options: Any) -> None:
        """Set it and say what time it is."""
        text = options["moment"]
        try:
            set_clock(None if text == "now" else dt.datetime.fromisoformat(text))
        except ValueError:
            raise CommandError("请写成 2025-10-30T09:12:00+08:00 的样子。") from None
        except Refused as refused:
            raise CommandError(refused.detail) from None
        self.stdout.write(local_now().isoformat(timespec="seconds"))
