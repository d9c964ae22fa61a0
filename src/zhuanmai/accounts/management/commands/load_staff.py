"""`zhuanmai load_staff --units FILE --officers FILE [--preview]`: units and officers from CSV files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhuanmai.accounts import staff_files, staffing
from zhuanmai.core.errors import Refused


class Command(BaseCommand):
    """Rows that break a rule are named with line and reason; the rest go in. Roles wait for confirmation."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The two files."""
        add_files(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        """Load, and say what was taken and what was not."""
        units, officers = rows_of(options["units"]), rows_of(options["officers"])
        made = staffing.load_staff(units=units, officers=officers, preview=options["preview"])
        show(self, made, preview=options["preview"])


def add_files(parser: argparse.ArgumentParser) -> None:
    """The files of units and officers, and the preview, for the commands that take them."""
    columns = "代码,名称,类别,上级代码,简称,区划代码,地址,电话"
    parser.add_argument("--units", type=Path, help=f"CSV: {columns}")
    parser.add_argument("--officers", type=Path, help="CSV: 账号,姓名,单位代码,执法证号,执法证有效期至,电话,岗位")
    parser.add_argument("--preview", action="store_true", help="say what would be taken and refused; change nothing")


def rows_of(path: Path | None) -> list[staff_files.Row]:
    """The rows of a file; none without one. Raises CommandError if it cannot be read."""
    if path is None:
        return []
    try:
        return staff_files.read(path.read_bytes())
    except OSError as error:
        raise CommandError(f"读不到文件 {path}：{error.strerror}。") from None
    except Refused as error:
        raise CommandError(f"{path}：{error.detail}") from None


def show(command: BaseCommand, made: staffing.Staff, *, preview: bool) -> None:
    """Print what was (or would be) taken, and each refused row with its reason."""
    for row in made.refused:
        command.stderr.write(f"{row.list_name} 第 {row.line} 行：{row.reason}")
    verb = "将建立" if preview else "已建立"
    command.stdout.write(
        f"{verb} {len(made.units)} 个单位、{len(made.officers)} 名人员，退回 {len(made.refused)} 行"
        f"{'（预览，未写入）' if preview else ''}。"
    )
