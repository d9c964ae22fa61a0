"""One chunk of a file, checked: good rows as typed Parquet by month, broken ones with column, reason and raw text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from zhuanmai.lake import checking, reading
from zhuanmai.lake.schema import Table

_BROKEN = pa.schema(
    [
        ("line", pa.int64()),
        ("column", pa.string()),
        ("reason", pa.string()),
        ("value", pa.string()),
        ("raw", pa.string()),
    ]
)


def stage_chunk(
    con: duckdb.DuckDBPyConnection, table: Table, columns: list[str], chunk: reading.Chunk, target: Path
) -> tuple[int, int]:
    """Check a chunk's rows; write the good ones typed and by month, and the others with their reason.

    Returns how many rows there were, and how many are broken.
    """
    target.mkdir()
    con.register("incoming", reading.as_text(chunk.rows))
    problem = checking.problem_sql(table, columns)
    # In two steps: as one, the engine works each rule out once to test it and once more to say it.
    con.execute(f"CREATE OR REPLACE TEMP TABLE checked AS SELECT {reading.LINE}, {problem} AS problem FROM incoming")
    con.execute("CREATE OR REPLACE TEMP TABLE problems AS SELECT * FROM checked WHERE problem IS NOT NULL")
    typed = [f"{checking.value_sql(column, columns)} AS {checking.quoted(column.name)}" for column in table.columns]
    con.execute(
        f"COPY (SELECT {', '.join(typed)}, {_month(table, columns)} AS _month, {reading.LINE} FROM incoming "
        f"ANTI JOIN problems USING ({reading.LINE})) "
        f"TO '{target}/good' (FORMAT parquet, COMPRESSION lz4, PARTITION_BY (_month))"
    )
    bad = _bad_rows(con, columns)
    bad += [{"line": one.line, "column": "", "reason": one.reason, "value": "", "raw": one.raw} for one in chunk.broken]
    if bad:
        pq.write_table(pa.Table.from_pylist(bad, schema=_BROKEN), target / "bad.parquet")
    con.unregister("incoming")
    return chunk.rows.num_rows + len(chunk.broken), len(bad)


def _bad_rows(con: duckdb.DuckDBPyConnection, columns: list[str]) -> list[dict[str, Any]]:
    found = con.sql(f"SELECT * FROM incoming JOIN problems USING ({reading.LINE})").to_arrow_table().to_pylist()
    rows = []
    for row in found:
        column, reason = row["problem"].split("|")
        values = [row[name] or "" for name in columns]
        rows.append(
            {
                "line": row[reading.LINE],
                "column": column,
                "reason": reason,
                "value": row[column] or "",
                "raw": reading.joined(values),
            }
        )
    return rows


def _month(table: Table, columns: list[str]) -> str:
    """SQL of the month a row belongs to, as a number (201804); 0 where nothing dates it."""
    if not table.dated or table.dated not in columns:
        return "0"
    day = checking.value_sql(table.column(table.dated), columns)
    return f"coalesce(year({day}) * 100 + month({day}), 0)::INTEGER"
