"""`zhuanmai load_licences FILE [--complete-as-of 350206=2025-10-01 …]`: take a file of licences into the register."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhuanmai.core.errors import Refused
from zhuanmai.reference import importing, services


class Command(BaseCommand):
    """Rows that break a rule are named with line, column and reason; the rest go in. Twice has the effect of once."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The file, and which districts' registers are complete with it."""
        parser.add_argument("file", type=Path, help="CSV or XLSX with the columns of the licences table")
        parser.add_argument(
            "--complete-as-of",
            action="append",
            default=[],
            metavar="DISTRICT=DATE",
            help="the register of this district is complete as of this day (may be given several times)",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Load, and say what was taken and what was not."""
        path: Path = options["file"]
        try:
            complete = dict(_pair(text) for text in options["complete_as_of"])
            rows = importing.table(path.name, path.read_bytes())
            done = services.load_register(actor=None, rows=rows, complete_as_of=complete)
        except OSError as error:
            raise CommandError(f"读不到文件 {path}：{error.strerror}。") from None
        except Refused as error:
            raise CommandError(error.detail) from None
        for row in done.refused:
            self.stderr.write(f"第 {row.line} 行 {row.column} “{row.value}”：{row.reason}")
        self.stdout.write(f"登记簿：{done.rows} 户，新增或变化 {done.changed} 户，退回 {len(done.refused)} 行。")


def _pair(text: str) -> tuple[str, dt.date]:
    """350206=2025-10-01, also with a colon."""
    district, _, day = text.replace(":", "=", 1).partition("=")
    try:
        return district.strip(), dt.date.fromisoformat(day.strip())
    except ValueError:
        raise Refused("complete_as_of", f"“{text}”应写成 区划=日期，如 350206=2025-10-01。") from None
