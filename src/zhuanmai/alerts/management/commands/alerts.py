"""`zhuanmai alerts replay|hotspots|flows … --out FILE`: alerts in history, hot spots and flows of a lake, as tables."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

from zhuanmai.alerts import output
from zhuanmai.alerts.maps import places
from zhuanmai.alerts.replay import COLUMNS, replay
from zhuanmai.core.errors import Refused
from zhuanmai.lake.engine import Lake


class Command(BaseCommand):
    """Alerts over a lake."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to do, on which lake, for which days, into which file."""
        acts = parser.add_subparsers(dest="act", required=True)
        walk = acts.add_parser("replay", help="walk through history week by week")
        walk.add_argument("--from", type=dt.date.fromisoformat, required=True, dest="first")
        walk.add_argument("--to", type=dt.date.fromisoformat, required=True, dest="last")
        walk.add_argument("--per-week", type=int, default=13)
        walk.add_argument("--lake", type=Path, default=None)
        walk.add_argument("--out", type=Path, required=True)
        for name, words in (("hotspots", "where events gather"), ("flows", "from where to where seized cartons went")):
            seen = acts.add_parser(name, help=words)
            seen.add_argument("--day", type=dt.date.fromisoformat, required=True, help="the last day that is looked at")
            seen.add_argument("--lake", type=Path, default=None)
            seen.add_argument("--out", type=Path, required=True)
        judge = acts.add_parser("evaluate", help="score the alerts of a synthetic city against its truth")
        judge.add_argument("--lake", type=Path, required=True)
        judge.add_argument("--truth", type=Path, required=True)
        judge.add_argument("--weeks", type=int, default=26)
        judge.add_argument("--per-week", type=int, default=13)

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it, and say what was written and what it went without."""
        if options["act"] == "evaluate":
            self.evaluate(**options)
            return
        if options["act"] in ("hotspots", "flows"):
            self.look(**options)
            return
        if options["last"] < options["first"]:
            raise CommandError("--to is before --from.")
        if options["per_week"] < 1:
            raise CommandError("--per-week must be at least 1.")
        try:
            lake = Lake.from_folder(options["lake"] or settings.LAKE_DIR)
            made, without = replay(lake, options["first"], options["last"], options["per_week"], self.stderr.write)
            output.write(options["out"], COLUMNS, [alert.row() for alert in made])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        for name in without:
            self.stdout.write(f"went without {name}")
        self.stdout.write(f"{len(made)} alerts written to {options['out']}")

    def look(self, **options: Any) -> None:
        """Write hot spots or flows of every period."""
        day, act = options["day"], options["act"]
        try:
            lake = Lake.from_folder(options["lake"] or settings.LAKE_DIR).as_of(day)
            columns, rows = places.hot_table(lake, day) if act == "hotspots" else places.flow_table(lake, day)
            output.write(options["out"], columns, rows)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{len(rows)} {act} written to {options['out']}")

    def evaluate(self, **options: Any) -> None:
        """Hand over to the sandbox, which alone may know a truth, where it is installed."""
        if "evaluate_alerts" not in get_commands():
            raise CommandError("The sandbox is not installed here.")
        wanted = {name: options[name] for name in ("lake", "truth", "weeks", "per_week")}
        call_command("evaluate_alerts", **wanted, stdout=self.stdout, stderr=self.stderr)
