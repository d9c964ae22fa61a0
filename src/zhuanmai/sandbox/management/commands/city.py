"""`zhuanmai city make [--seed N --make N --retailers N --weeks N --start DAY --out DIR --truth DIR]`: a made city."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zhuanmai.sandbox.city import Parameters, make_city


class Command(BaseCommand):
    """Make a synthetic city: import tables in one folder, the truth about its offences in another."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which city, how large, from when, and where it is written to."""
        parser.add_argument("act", choices=["make"])
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--retailers", type=int, default=8000)
        parser.add_argument("--weeks", type=int, default=104)
        parser.add_argument("--make", type=int, default=0, help="another number: other traces, doubles and strengths")
        parser.add_argument("--start", type=dt.date.fromisoformat, default=dt.date(2024, 1, 1))
        parser.add_argument("--out", type=Path, help="default: city-SEED in the platform's home")
        parser.add_argument("--truth", type=Path, help="default: the --out folder's name with -truth")
        parser.add_argument("--format", choices=["parquet", "csv"], default="parquet", dest="form")

    def handle(self, *_: Any, **options: Any) -> None:
        """Make it and say how many rows each table has."""
        if options["retailers"] < 100 or options["weeks"] < 8:
            raise CommandError("A city needs at least 100 retailers and 8 weeks.")
        out: Path = options["out"] or settings.HOME_DIR / f"city-{options['seed']}"
        truth = options["truth"] or out.with_name(out.name + "-truth")
        if out.exists() and any(out.iterdir()):
            raise CommandError(f"{out} is not empty.")
        if truth.resolve() == out.resolve():
            raise CommandError("The truth needs a folder of its own.")
        parameters = Parameters.draw(
            seed=options["seed"],
            retailers=options["retailers"],
            weeks=options["weeks"],
            start=options["start"],
            make=options["make"],
        )
        written = make_city(parameters, out, truth, form=options["form"])
        for name, rows in written.rows.items():
            self.stdout.write(f"{name:16}{rows:>12,}")
