"""`zhuanmai terms compute --cases FILE.csv --out FILE.csv`: count terms from events, as the platform counts them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from zhuanmai.deadlines import table
from zhuanmai.deadlines.rules import Rules
from zhuanmai.reference.calendar import Days, days
from zhuanmai.reference.models import DeadlineTerm


class Command(BaseCommand):
    """期限: compute a table of terms."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The one act."""
        acts = parser.add_subparsers(dest="act", required=True)
        compute = acts.add_parser("compute", help="write due and provisional for every row of a table")
        compute.add_argument("--cases", type=Path, required=True, help="CSV: case_id or id, term, events, perhaps kind")
        compute.add_argument("--out", type=Path, required=True, help="CSV to write: the id, due, provisional")
        compute.add_argument("--shipped", action="store_true", help="the shipped terms and calendar, no database")

    def handle(self, *_: Any, **options: Any) -> None:
        """Compute the table; what cannot be computed is said by line on stderr and left empty."""
        rules, calendar = _shipped() if options["shipped"] else self._kept()
        try:
            text = options["cases"].read_bytes().decode("utf-8-sig")
            id_column, rows = table.computed(text, rules, calendar)
            options["out"].write_text(table.written(id_column, rows), encoding="utf-8", newline="")
        except UnicodeDecodeError:
            raise CommandError(f"{options['cases']} 不是 UTF-8 编码；请另存为 UTF-8 的 CSV。") from None
        except table.NotThisForm as error:
            raise CommandError(f"{options['cases']}：{error}") from None
        except OSError as error:
            raise CommandError(f"读写文件失败：{error.filename}（{error.strerror}）。") from None
        for row in rows:
            if row.why:
                self.stderr.write(f"第 {row.line} 行（{row.id}）：{row.why}")
        self.stdout.write(f"已计算 {len(rows)} 行，其中 {sum(not row.answer.due for row in rows)} 行无法计算")

    def _kept(self) -> tuple[Rules, Days]:
        """The bureau's terms and working days; where no database answers or nothing is loaded, the shipped ones."""
        if _answers():
            try:
                rows = list(DeadlineTerm.objects.all())
            except ProgrammingError:  # a database without our tables
                rows = []
            if rows:
                return Rules.of(rows), days()
        self.stderr.write("未连接数据库或尚未载入标准数据：按随版本发布的期限和日历计算。")
        return _shipped()


def _answers() -> bool:
    """Whether the database answers: asked once, for Django's pool would try for half a minute."""
    try:
        psycopg.connect(settings.DATABASE_URL, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def _shipped() -> tuple[Rules, Days]:
    return Rules.shipped(), Days()
