"""`zhuanmai lake import FILE… | tables | sql "SELECT …"`: the lake from the command line."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zhuanmai.accounts.models import Officer
from zhuanmai.core.errors import Refused
from zhuanmai.lake import quarantine, queries, services

_ROWS_PRINTED = 200


class Command(BaseCommand):
    """The folder is ZHUANMAI_LAKE. Imports and queries are put on the ledger, for the officer named by --by.

    A query needs the officer; an import without one is the server's own.
    """

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """import, tables, sql."""
        parser.add_argument("--by", metavar="ACCOUNT", default="", help="the officer who does it")
        acts = parser.add_subparsers(dest="act", required=True)
        taken = acts.add_parser("import", help="take files in; broken rows go to quarantine")
        taken.add_argument("files", nargs="+", type=Path, metavar="FILE")
        acts.add_parser("tables", help="what lies in the lake")
        asked = acts.add_parser("sql", help="one SELECT; persons are masked")
        asked.add_argument("query")
        asked.add_argument("--out", type=Path, help="write FILE.csv or FILE.parquet instead of printing a table")
        asked.add_argument("--unmask", metavar="REASON", default="", help="show persons; the reason goes on the ledger")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it; a refusal is the command's error."""
        try:
            actor = self._actor(options["by"])
            if options["act"] == "import":
                self._import(actor, options["files"])
            elif options["act"] == "tables":
                self._tables()
            else:
                self._sql(actor, options)
        except Refused as error:
            raise CommandError(error.detail) from None

    def _actor(self, account: str) -> Officer | None:
        if not account:
            return None
        found = Officer.objects.filter(username=account).first()
        if found is None:
            raise Refused("no_officer", f"没有账号 {account}；请核对。")
        return found

    def _import(self, actor: Officer | None, files: list[Path]) -> None:
        for path in files:
            row = services.take(actor=actor, path=path)
            changed = "" if row.changed else "，与已入库的相同"
            self.stdout.write(
                f"{row.file_name}：读 {row.rows:,} 行，入库 {row.taken:,} 行，重复 {row.repeated:,} 行，"
                f"隔离 {row.broken:,} 行{changed}。"
            )
            for one in quarantine.rows(Path(settings.LAKE_DIR), file=row.file_name, limit=20).rows:
                self.stderr.write(f"  第 {one.line} 行 {one.column or '整行'}：{one.words}")

    def _tables(self) -> None:
        for one in queries.tables(queries.folder()):
            months = f"{one.first} – {one.last}" if one.first else ""
            self.stdout.write(
                f"{one.table.name:<16}{one.rows:>14,}  {months:<18}{f'隔离 {one.aside:,}' if one.aside else ''}"
            )

    def _sql(self, actor: Officer | None, options: dict[str, Any]) -> None:
        if actor is None:
            raise Refused("who_asks", '查询要记名：请加 --by 账号，例如 zhuanmai lake --by 账号 sql "SELECT …"。')
        out: Path | None = options["out"]
        if out is not None and out.suffix.lower() not in (".csv", ".parquet"):
            raise Refused("out_format", "--out 只认 .csv 或 .parquet。")
        question = services.Question(options["query"], None if out else _ROWS_PRINTED, options["unmask"])
        answer = services.ask(actor=actor, question=question)
        if out is None:
            _print(answer.table)
            if answer.cut:
                self.stderr.write(f"只显示前 {_ROWS_PRINTED} 行；要全部请加 --out。")
        elif out.suffix.lower() == ".csv":
            pa_csv.write_csv(_flat(answer.table), out)
        else:
            pq.write_table(answer.table, out)


def _flat(table: pa.Table) -> pa.Table:
    """Lists as text, which CSV needs."""
    for index, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            texts = [None if value is None else ";".join(map(str, value)) for value in table.column(index).to_pylist()]
            table = table.set_column(index, field.name, pa.array(texts, pa.string()))
    return table


def _print(table: pa.Table) -> None:
    writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    writer.writerow(table.column_names)
    columns = [column.to_pylist() for column in _flat(table).columns]
    writer.writerows(["" if value is None else value for value in values] for values in zip(*columns, strict=True))
