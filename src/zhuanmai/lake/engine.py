"""One query engine behind one expression language: tables as Ibis expressions on DuckDB or Spark, by a setting.

Who reads the lake writes Ibis and names no engine. A table that was never imported is there, empty, and in `missing`.
"""

from __future__ import annotations

import datetime as dt
import importlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from django.conf import settings

from zhuanmai.core.errors import Refused
from zhuanmai.lake import folders, history, manifest
from zhuanmai.lake.connections import connect
from zhuanmai.lake.schema import TABLES, Table, Type

_IBIS_TYPES = {
    Type.TEXT: "string",
    Type.LIST: "array<string>",
    Type.WHOLE: "int64",
    Type.NUMBER: "float64",
    Type.MONEY: "decimal(14, 2)",
    Type.FLAG: "boolean",
    Type.DATE: "date",
    Type.TIME: "timestamp(6)",
}


@dataclass(frozen=True)
class Lake:
    """The tables of one lake as they stood when it was opened; an import that ends later does not change them."""

    folder: Path
    backend: Any
    missing: list[str]
    tables: dict[str, ir.Table]
    day: dt.date | None = None

    @classmethod
    def from_folder(cls, folder: Path, engine: str | None = None) -> Lake:
        """A plain folder of import files (`orders-2018-04.csv` …), checked and keyed as an import would; or a lake.

        What the files say is kept aside as a lake of its own and used again while no file changes. Raises Refused
        (no_lake) where the folder holds neither.
        """
        if (folder / manifest.NAME).exists():
            return open_lake(folder, engine)
        return open_lake(folders.gathered(folder), engine)

    def table(self, name: str) -> ir.Table:
        """A table as an Ibis expression; empty, with the right columns, when it is missing. Raises KeyError."""
        return self.tables[name]

    def has(self, name: str) -> bool:
        """Whether there are rows of this table in the lake (on any day)."""
        return name not in self.missing

    def as_of(self, day: dt.date) -> Lake:
        """The lake as it would have been read on that evening: only what was known up to and with the day."""
        return replace(self, tables=history.as_of(self.tables, day), day=day)


def open_lake(folder: Path | None = None, engine: str | None = None) -> Lake:
    """Open a lake (default: ZHUANMAI_LAKE) on an engine (default: ZHUANMAI_LAKE_ENGINE). An empty folder is empty."""
    place = Path(folder or settings.LAKE_DIR)
    wanted = engine or settings.LAKE_ENGINE
    if wanted not in _ENGINES:
        known = "、".join(_ENGINES)
        raise Refused("no_engine", f"没有名为 {wanted} 的查询引擎；ZHUANMAI_LAKE_ENGINE 可用：{known}。")
    by = _ENGINES[wanted]
    backend = by.open()
    kept = manifest.load(place)
    token = uuid.uuid4().hex[:8]
    tables = {}
    for name, table in TABLES.items():
        paths = [str(place / path) for path in kept.paths(name)]
        empty = ibis.memtable([], schema=schema_of(table))
        tables[name] = by.read(backend, paths, f"{name}_{token}") if paths else empty
    missing = [name for name in TABLES if not kept.paths(name)]
    return Lake(folder=place, backend=backend, missing=missing, tables=tables)


def schema_of(table: Table) -> ibis.Schema:
    """A table's columns as Ibis names them."""
    return ibis.schema({column.name: _IBIS_TYPES[column.type] for column in table.columns})


def _duckdb() -> Any:
    return ibis.duckdb.from_connection(connect())


def _read_by_duckdb(backend: Any, paths: list[str], name: str) -> ir.Table:
    return backend.read_parquet(paths, table_name=name)


def _spark() -> Any:
    return ibis.pyspark.connect(_session())


def _read_by_spark(backend: Any, paths: list[str], name: str) -> ir.Table:
    _session().read.parquet(*paths).createOrReplaceTempView(name)
    return backend.table(name)


def _session() -> Any:
    try:
        sql = importlib.import_module("pyspark.sql")
    except ImportError:
        raise Refused("no_spark", "没有安装 Spark；请安装 zhuanmai[spark] 与 Java 17，或改用 duckdb。") from None
    builder = sql.SparkSession.builder.appName("zhuanmai").master(settings.LAKE_SPARK_MASTER)
    settled = {"spark.sql.session.timeZone": "Asia/Shanghai", "spark.ui.enabled": "false"}
    for name, value in settled.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


@dataclass(frozen=True)
class _Engine:
    """How a session of an engine is opened, and how it reads files as one table."""

    open: Callable[[], Any]
    read: Callable[[Any, list[str], str], ir.Table]


_ENGINES = {"duckdb": _Engine(_duckdb, _read_by_duckdb), "spark": _Engine(_spark, _read_by_spark)}
