"""Join what was staged with what the lake holds, month by month, and make it the lake. Only what differs is written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from zhuanmai.lake import manifest, reading
from zhuanmai.lake.checking import quoted
from zhuanmai.lake.connections import listed
from zhuanmai.lake.manifest import PARTS, Manifest, Part
from zhuanmai.lake.schema import Table, Type


@dataclass(frozen=True)
class Job:
    """What is merged: the lake, the table, the file's name, the folder of its chunks, its header, unknown columns.

    `puts_right`: the line of the file's quarantine that these rows put right (0: an import of the whole file). Such
    rows replace single ones even where an import replaces groups.
    """

    folder: Path
    table: Table
    file: str
    staged: Path
    header: list[str]
    strange: tuple[str, ...] = ()
    puts_right: int = 0


@dataclass
class Merged:
    """What a merge found: rows equal to a later one of the file, rows replaced by one, whether the lake changed."""

    same: int = 0
    replaced: int = 0
    changed: bool = False
    rows: list[tuple[int, str]] = field(default_factory=list)


Tell = Callable[[int, int], None]


def merge(con: duckdb.DuckDBPyConnection, job: Job, tell: Tell) -> Merged:
    """Merge the staged rows and swap the manifest. Other importers of this lake wait."""
    with manifest.writing(job.folder) as before:
        after = deepcopy(before)
        merged = Merged()
        groups = _groups(con, job, before)
        for done, (where, months) in enumerate(groups):
            tell(done, len(groups))
            _fresh(con, job, where)
            _only_last(con, job, merged)
            for month in months(con):
                _write_month(con, job, before, after, month)
        if job.puts_right:
            _release(con, job, before, after)
        else:
            _put_aside(con, job, after, merged.rows)
        tell(len(groups), len(groups))
        merged.changed = (before.tables, before.quarantine) != (after.tables, after.quarantine)
        manifest.swap(job.folder, before, after)
    return merged


Months = Callable[[duckdb.DuckDBPyConnection], list[int]]


def _groups(con: duckdb.DuckDBPyConnection, job: Job, before: Manifest) -> list[tuple[str, Months]]:
    """What can be merged apart: each month where the key holds the date, else all months together."""
    months = sorted({int(path.name.split("=")[1]) for path in job.staged.glob("chunk-*/good/_month=*")})
    if not job.table.dated or job.table.dated in job.table.key:
        return [(f"_month={month}", _just(month)) for month in months]
    return [("_month=*", lambda con: _touched(con, job, before))] if months else []


def _just(month: int) -> Months:
    return lambda con: [month]


def _touched(con: duckdb.DuckDBPyConnection, job: Job, before: Manifest) -> list[int]:
    """The months that fresh rows are in, or were in before under the same key."""
    months = {row[0] for row in con.execute("SELECT DISTINCT _month FROM fresh").fetchall()}
    for name, part in before.tables.get(job.table.name, {}).items():
        found = con.execute(
            f"SELECT 1 FROM read_parquet({listed([str(job.folder / part.path)])}) SEMI JOIN fresh "
            f"USING ({_names(job.table.key)}) LIMIT 1"
        ).fetchone()
        if found:
            months.add(_number(name))
    return sorted(months)


def _fresh(con: duckdb.DuckDBPyConnection, job: Job, where: str) -> None:
    files = f"'{job.staged}/chunk-*/good/{where}/*.parquet'"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT * FROM read_parquet({files}, hive_partitioning = true, "
        "hive_types = {'_month': INTEGER})"
    )


def _only_last(con: duckdb.DuckDBPyConnection, job: Job, merged: Merged) -> None:
    """Of rows with one key the last stands; the others go to quarantine unless they say the same."""
    key, line = _names(job.table.key), reading.LINE
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE twice AS SELECT {key}, max({line}) AS last_line FROM fresh GROUP BY {key} "
        "HAVING count(*) > 1"
    )
    if not con.execute("SELECT 1 FROM twice LIMIT 1").fetchone():
        return
    columns = [quoted(name) for name in job.table.names]
    differs = " OR ".join(f"early.{name} IS DISTINCT FROM late.{name}" for name in columns)
    texts = ", ".join(_as_text(job.table, name) for name in job.header)
    earlier = con.execute(
        f"SELECT early.{line}, {differs}, {texts} FROM fresh early JOIN twice USING ({key}) "
        f"JOIN fresh late ON late.{line} = twice.last_line WHERE early.{line} <> twice.last_line ORDER BY 1"
    ).fetchall()
    for number, other, *values in earlier:
        if other:
            merged.replaced += 1
            merged.rows.append((number, reading.joined(values)))
        else:
            merged.same += 1
    matches = " AND ".join(f"fresh.{quoted(name)} = twice.{quoted(name)}" for name in job.table.key)
    con.execute(f"DELETE FROM fresh USING twice WHERE {matches} AND fresh.{line} <> twice.last_line")


def _as_text(table: Table, name: str) -> str:
    if name not in table.names:
        return "''"
    if table.column(name).type is Type.LIST:
        return f"coalesce(array_to_string(early.{quoted(name)}, ';'), '')"
    return f"coalesce(early.{quoted(name)}::VARCHAR, '')"


def _write_month(con: duckdb.DuckDBPyConnection, job: Job, before: Manifest, after: Manifest, month: int) -> None:
    """One month anew: what the lake holds and the fresh rows do not replace, and the fresh rows."""
    table, name = job.table, _month_name(job.table, month)
    old = before.tables.get(table.name, {}).get(name)
    columns = _names(table.names)
    kept = ""
    if old:
        by = _names(table.key if job.puts_right or not table.replaced_by else table.replaced_by)
        path = listed([str(job.folder / old.path)])
        kept = f"SELECT {columns} FROM read_parquet({path}) ANTI JOIN fresh USING ({by}) UNION ALL "
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE whole AS {kept}SELECT {columns} FROM fresh WHERE _month = {month} "
        f"ORDER BY {_names(table.key)}"
    )
    parts = after.tables.setdefault(table.name, {})
    part = _write_part(con, job.folder, f"{table.name}-{name}", name, columns)
    if part.rows:
        parts[name] = part
    else:
        parts.pop(name, None)


def _write_part(con: duckdb.DuckDBPyConnection, folder: Path, stem: str, month: str, columns: str) -> Part:
    """Write the table `whole` as a part named by what it says; one that lies there already is not written again."""
    row = con.execute(f"SELECT count(*), sum(hash({columns})::HUGEINT), bit_xor(hash({columns})) FROM whole").fetchone()
    digest = hashlib.sha256(repr(row).encode()).hexdigest()[:32]
    path = folder / PARTS / f"{stem}-{digest[:16]}.parquet"
    rows = row[0] if row else 0
    if rows and not path.exists():
        draft = path.with_name(f"draft-{path.name}")
        con.execute(f"COPY whole TO '{draft}' (FORMAT parquet, COMPRESSION zstd)")
        os.replace(draft, path)
    return Part(f"{PARTS}/{path.name}", month, rows, digest)


def _put_aside(con: duckdb.DuckDBPyConnection, job: Job, after: Manifest, replaced: list[tuple[int, str]]) -> None:
    """Make the file's quarantine what this import found: broken rows, replaced ones, columns nobody knows."""
    con.execute(
        'CREATE OR REPLACE TEMP TABLE aside (line BIGINT, "column" VARCHAR, reason VARCHAR, value VARCHAR, raw VARCHAR)'
    )
    broken = [str(path) for path in sorted(job.staged.glob("chunk-*/bad.parquet"))]
    if broken:
        con.execute(f"INSERT INTO aside SELECT * FROM read_parquet({listed(broken)})")
    header = reading.joined(job.header)
    more = [(number, "", "repeated", "", raw) for number, raw in replaced]
    more += [(1, name, "unknown_column", name, header) for name in job.strange]
    if more:
        con.executemany("INSERT INTO aside VALUES (?, ?, ?, ?, ?)", more)
    _set_aside(con, job.folder, after, job.file, job.table.name, header)


def _release(con: duckdb.DuckDBPyConnection, job: Job, before: Manifest, after: Manifest) -> None:
    """Let the line that was put right go from the quarantine of its file."""
    path = listed([str(job.folder / before.quarantine[job.file].path)])
    con.execute(
        'CREATE OR REPLACE TEMP TABLE aside AS SELECT line, "column", reason, value, raw '
        f"FROM read_parquet({path}) WHERE line <> {job.puts_right}"
    )
    _set_aside(con, job.folder, after, job.file, job.table.name, reading.joined(job.header))


def _set_aside(
    con: duckdb.DuckDBPyConnection, folder: Path, after: Manifest, file: str, table: str, header: str
) -> None:
    """Write the table `aside` as the quarantine of a file."""
    con.execute(
        'CREATE OR REPLACE TEMP TABLE whole AS SELECT ? AS file, ? AS "table", ? AS header, * FROM aside '
        'ORDER BY line, "column"',
        [file, table, header],
    )
    columns = 'file, "table", header, line, "column", reason, value, raw'
    part = _write_part(con, folder, f"quarantine-{table}", "", columns)
    if part.rows:
        after.quarantine[file] = part
    else:
        after.quarantine.pop(file, None)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in names)


def _month_name(table: Table, month: int) -> str:
    if not table.dated:
        return "all"
    return f"{month // 100:04d}-{month % 100:02d}" if month else "undated"


def _number(name: str) -> int:
    return int(name.replace("-", "")) if name[:1].isdigit() else 0
