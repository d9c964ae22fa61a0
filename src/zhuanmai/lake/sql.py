"""SQL for analysts: one SELECT over the lake's tables. It writes nothing and reads no other file; persons are masked.

The engine itself is shut off: only the tables' own files may be opened, and settings are locked. A table with personal
columns is copied masked into memory, and its files stay shut, so that no file function gets round the mask.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from django.conf import settings

from zhuanmai.core.errors import Refused
from zhuanmai.lake import manifest
from zhuanmai.lake.checking import quoted
from zhuanmai.lake.connections import connect, listed
from zhuanmai.lake.masking import masked_sql
from zhuanmai.lake.schema import TABLES, Table

_places = threading.BoundedSemaphore(2)  # queries at once in this process: each may take as much memory as it is given
_PATIENCE_SECONDS = 3.0


@dataclass(frozen=True)
class Answer:
    """What a query returned, and whether there was more than was asked for."""

    table: pa.Table
    cut: bool


def select(folder: Path, query: str, *, unmasked: bool = False, limit: int | None = None) -> Answer:
    """Run one SELECT, for LAKE_SQL_SECONDS at most.

    Raises Refused: sql_not_select (it is no single SELECT), sql_wrong (the engine's own words), sql_long, sql_busy.
    """
    if not _places.acquire(timeout=_PATIENCE_SECONDS):
        raise Refused("sql_busy", "正在执行的查询较多，请过一会儿再试。", "sql", status=503)
    try:
        return _selected(folder, query, unmasked=unmasked, limit=limit)
    finally:
        _places.release()


def _selected(folder: Path, query: str, *, unmasked: bool, limit: int | None) -> Answer:
    con = connect()
    try:
        with _within(con, settings.LAKE_SQL_SECONDS):
            return _asked(con, folder, query, unmasked=unmasked, limit=limit)
    except duckdb.InterruptException:
        words = f"查询超过 {settings.LAKE_SQL_SECONDS:g} 秒，已取消；请缩小范围（如限定月份）后再查。"
        raise Refused("sql_long", words, "sql") from None
    except duckdb.Error as error:
        raise Refused("sql_wrong", f"查询未能执行：{_first_line(error)}", "sql") from None
    finally:
        con.close()


@contextmanager
def _within(con: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Cancel whatever the connection does when its time is over, again and again until it has heard."""
    done = threading.Event()

    def watch() -> None:
        if not done.wait(seconds):
            while not done.wait(0.05):
                con.interrupt()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()


def _asked(con: duckdb.DuckDBPyConnection, folder: Path, query: str, *, unmasked: bool, limit: int | None) -> Answer:
    _only_select(con, query)
    _bind(con, folder, query, unmasked=unmasked)
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    bound = f" LIMIT {limit + 1}" if limit is not None else ""
    found = con.sql(f"SELECT * FROM ({query.strip().rstrip(';')}\n) {bound}").to_arrow_table()
    cut = limit is not None and found.num_rows > limit
    return Answer(found.slice(0, limit) if cut else found, cut)


def _only_select(con: duckdb.DuckDBPyConnection, query: str) -> None:
    statements = con.extract_statements(query)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise Refused("sql_not_select", "只能执行一条 SELECT 查询；数据湖经此只读。", "sql")


def _bind(con: duckdb.DuckDBPyConnection, folder: Path, query: str, *, unmasked: bool) -> None:
    """Make each table that the query may mean: a view on its files, or a masked copy."""
    kept = manifest.load(folder)
    opened: list[str] = []
    for name, table in TABLES.items():
        paths = [str((folder / path).resolve()) for path in kept.paths(name)]
        source = f"read_parquet({listed(paths)})" if paths else _nothing(table)
        if not table.personal or unmasked:
            con.execute(f"CREATE VIEW {quoted(name)} AS SELECT * FROM {source}")
            opened += paths
        elif re.search(rf"\b{name}\b", query, re.IGNORECASE):
            con.execute(f"CREATE TABLE {quoted(name)} AS SELECT {masked_sql(table)} FROM {source}")
    con.execute(f"SET allowed_paths = {listed(opened)}")


def _nothing(table: Table) -> str:
    columns = ", ".join(f"NULL::{column.sql_type} AS {quoted(column.name)}" for column in table.columns)
    return f"(SELECT {columns} LIMIT 0)"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300]
