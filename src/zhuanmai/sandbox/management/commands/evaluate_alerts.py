"""`zhuanmai evaluate_alerts --lake FOLDER --truth FOLDER [--weeks N --per-week N]`: alerts against a city's truth."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhuanmai.core.errors import Refused
from zhuanmai.lake.engine import Lake
from zhuanmai.sandbox.city import open_truth
from zhuanmai.sandbox.evaluation import evaluate


class Command(BaseCommand):
    """Score the alerts of a city's last weeks, and those of simple rules, against what really went on there."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which city, and how many alerts of how many weeks."""
        parser.add_argument("--lake", type=Path, required=True)
        parser.add_argument("--truth", type=Path, required=True)
        parser.add_argument("--weeks", type=int, default=26)
        parser.add_argument("--per-week", type=int, default=13)

    def handle(self, *_: Any, **options: Any) -> None:
        """Print the table."""
        try:
            lake, truth = Lake.from_folder(options["lake"]), open_truth(options["truth"])
        except (Refused, FileNotFoundError) as failure:
            raise CommandError(str(failure)) from failure
        if not 0 < options["weeks"] < truth.parameters["weeks"]:
            raise CommandError("--weeks must be fewer than the city's weeks.")
        lines = evaluate(lake, truth, options["weeks"], options["per_week"], self.stderr.write)
        self.stdout.write(f"seed {truth.parameters['seed']}")
        for line in lines:
            self.stdout.write(
                f"{line.name:34}{line.alerts:>5}  offending {100 * line.offending:5.1f} %"
                f"  caught {100 * line.caught:5.1f} %"
            )
        self.stdout.write(f"average precision {lines[0].average_precision:.3f}")
        self.stdout.write(f"calibration error {lines[0].calibration_error:.3f}")
        for kind, share in (lines[0].recall or {}).items():
            self.stdout.write(f"recall of {kind:24}{100 * share:5.1f} %")
