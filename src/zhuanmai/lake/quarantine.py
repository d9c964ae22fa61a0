"""Rows that broke a rule: kept in the lake beside the tables, by the file they came in, until they are put right."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from zhuanmai.core.errors import FieldError, NotFound, Refused
from zhuanmai.lake import checking, manifest, merging, reading, staging
from zhuanmai.lake.connections import connect, listed
from zhuanmai.lake.schema import TABLES, Table

_COLUMNS = 'file, "table", header, line, "column", reason, value, raw'


@dataclass(frozen=True)
class Row:
    """A row put aside: where it came from, which column broke which rule, and what stands there."""

    file: str
    table: str
    header: str
    line: int
    column: str
    reason: str
    value: str
    raw: str

    @property
    def words(self) -> str:
        """Why it was put aside and what to do."""
        table = TABLES[self.table]
        column = table.column(self.column) if self.column in table.names else None
        return checking.reason_words(self.reason, column=column, value=self.value)

    @property
    def columns(self) -> list[str]:
        """The file's columns that the table has."""
        return [name for name in reading.split(self.header) if name in TABLES[self.table].names]

    @property
    def values(self) -> dict[str, str] | None:
        """The row by column; None where it does not fall into the file's columns."""
        names, values = reading.split(self.header), reading.split(self.raw)
        if len(names) != len(values):
            return None
        return {name: value for name, value in zip(names, values, strict=True) if name in self.columns}


@dataclass(frozen=True)
class Found:
    """Some rows of the quarantine, how many match, and how many there are by file and by reason."""

    rows: list[Row]
    count: int
    by_file: dict[str, int]
    by_reason: dict[str, int]


def rows(folder: Path, *, file: str = "", reason: str = "", offset: int = 0, limit: int = 50) -> Found:
    """The quarantine, by file and line."""
    kept = manifest.load(folder).quarantine
    if not kept:
        return Found([], 0, {}, {})
    con = connect()
    try:
        con.execute(
            f"CREATE VIEW q AS SELECT {_COLUMNS} FROM "
            f"read_parquet({listed([str(folder / part.path) for part in kept.values()])})"
        )
        where, values = "(? = '' OR file = ?) AND (? = '' OR reason = ?)", [file, file, reason, reason]
        matching = con.execute(f"SELECT count(*) FROM q WHERE {where}", values).fetchone()
        page = con.execute(
            f'SELECT * FROM q WHERE {where} ORDER BY file, line, "column" LIMIT ? OFFSET ?', [*values, limit, offset]
        ).fetchall()
        by_reason = dict(con.execute("SELECT reason, count(*) FROM q GROUP BY 1 ORDER BY 2 DESC, 1").fetchall())
    finally:
        con.close()
    by_file = {name: part.rows for name, part in sorted(kept.items())}
    return Found([Row(*one) for one in page], matching[0] if matching else 0, by_file, by_reason)


def row(folder: Path, *, file: str, line: int) -> Row:
    """One row of the quarantine. Raises NotFound (no_quarantined_row): it was put right, or the file came anew."""
    part = manifest.load(folder).quarantine.get(file)
    found: Any = None
    if part:
        con = connect()
        path = listed([str(folder / part.path)])
        found = con.execute(f"SELECT {_COLUMNS} FROM read_parquet({path}) WHERE line = ?", [line]).fetchone()
        con.close()
    if found is None:
        raise NotFound("no_quarantined_row", "隔离区中没有这一行：已改正入库，或文件已重新导入。")
    return Row(*found)


def put_right(folder: Path, *, file: str, line: int, values: Mapping[str, str]) -> str:
    """Take a row in with these values and let it go from the quarantine; returns its key. Only this row is replaced.

    Raises Refused (still_wrong, with the column): the values break a rule; nothing was changed.
    """
    wrong = row(folder, file=file, line=line)
    table = TABLES[wrong.table]
    names = wrong.columns
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"{table.name}.csv"
        texts = [str(values.get(name, "")).strip() for name in names]
        path.write_text(reading.joined(names) + "\n" + reading.joined(texts) + "\n", encoding="utf-8")
        staged = Path(place) / "staged"
        staged.mkdir()
        con = connect()
        try:
            _stage_one(con, table, path, staged)
            job = merging.Job(folder, table, file, staged, reading.split(wrong.header), puts_right=line)
            merging.merge(con, job, lambda done, of: None)
        finally:
            con.close()
    return " · ".join(values.get(name, "") for name in table.key)


def _stage_one(con: duckdb.DuckDBPyConnection, table: Table, path: Path, staged: Path) -> None:
    source = reading.source(path)
    for chunk in source.chunks_from(source.first):
        _, broken = staging.stage_chunk(con, table, source.columns, chunk, staged / "chunk-000001")
        if broken:
            found = con.execute("SELECT problem FROM problems").fetchone()
            column, reason = str(found[0]).split("|") if found else ("", "too_many")
            named = table.column(column) if column else None
            value = str(chunk.rows.column(column)[0]) if column else ""
            words = checking.reason_words(reason, column=named, value=value)
            raise Refused("still_wrong", words, column, errors=(FieldError(column, reason, words),))
