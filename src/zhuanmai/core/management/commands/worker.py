"""`zhuanmai worker`: does the jobs. What an earlier worker left in the middle goes on first."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app

from zhuanmai.core import checks, work


class Command(BaseCommand):
    """Do jobs until interrupted; what is under way is finished first."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """How many jobs at once, and how often to look for new ones where no notice came."""
        parser.add_argument("--concurrency", type=int, default=4, help="jobs at a time")
        parser.add_argument("--poll", type=float, default=1.0, help="seconds between two looks for jobs")

    def handle(self, *_: Any, **options: Any) -> None:
        """Close what lies open, recover, then work."""
        checks.close_own_places()
        app.perform_import_paths()  # so that each room has said what it does with work that is given up
        work.recover()
        app.worker_defaults["worker_middleware"] = [*app.worker_defaults.get("worker_middleware", []), work.in_hand]
        concurrency, poll = str(options["concurrency"]), str(options["poll"])
        call_command("procrastinate", "worker", "--concurrency", concurrency, "--fetch-job-polling-interval", poll)
