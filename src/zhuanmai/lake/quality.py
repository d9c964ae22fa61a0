"""How good the data is: how fresh each table, which weeks are missing, how much came each week, what stands alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from zhuanmai.lake import manifest
from zhuanmai.lake.checking import quoted
from zhuanmai.lake.connections import connect, listed
from zhuanmai.lake.manifest import Manifest
from zhuanmai.lake.schema import TABLES

WEEKS_SHOWN = 104
_LOW_SHARE = 0.5  # a week with less than half of the usual volume is named


@dataclass(frozen=True)
class Week:
    """One week's rows of a table; `low`: less than half of the median week."""

    monday: dt.date
    rows: int
    low: bool


@dataclass(frozen=True)
class Freshness:
    """A table's state: rows, first and last day, days since the last, weeks without rows between, rows a week."""

    table: str
    title: str
    rows: int
    first: dt.date | None
    last: dt.date | None
    age_days: int | None
    gaps: list[dt.date]
    weeks: list[Week]
    undated: int


@dataclass(frozen=True)
class Orphans:
    """Rows of a table whose value stands in no row of the other table; an example to look for."""

    table: str
    column: str
    other: str
    rows: int
    values: int
    example: str


_REFERENCES = (
    ("orders", "licence_no", "licences"),
    ("orders", "carton_barcode", "products"),
    ("order_accounts", "licence_no", "licences"),
    ("scans", "licence_no", "licences"),
    ("complaints", "licence_no", "licences"),
    ("inspections", "licence_no", "licences"),
    ("inspections", "case_no", "cases"),
    ("case_parties", "case_no", "cases"),
    ("case_parties", "licence_no", "licences"),
    ("case_items", "case_no", "cases"),
    ("case_items", "carton_barcode", "products"),
    ("licence_changes", "licence_no", "licences"),
)


def freshness(folder: Path, today: dt.date) -> list[Freshness]:
    """Each table's state, in the schema's order."""
    kept = manifest.load(folder)
    return [_freshness(folder, kept, name, today) for name in TABLES]


def orphans(folder: Path) -> list[Orphans]:
    """What refers to nothing; pairs of which one table is missing are left out."""
    kept = manifest.load(folder)
    found = [_orphans(folder, kept, *reference) for reference in _REFERENCES if _both(kept, reference)]
    return [one for one in found if one.rows]


def _both(kept: Manifest, reference: tuple[str, str, str]) -> bool:
    return bool(kept.paths(reference[0]) and kept.paths(reference[2]))


def _freshness(folder: Path, kept: Manifest, name: str, today: dt.date) -> Freshness:
    table = TABLES[name]
    rows, weeks = kept.rows(name), dict[dt.date, int]()
    undated = kept.tables.get(name, {}).get("undated")
    first = last = None
    if table.dated and rows:
        con = connect()
        paths = listed([str(folder / path) for path in kept.paths(name)])
        found = con.execute(
            f"SELECT date_trunc('week', {quoted(table.dated)})::DATE, count(*), min({quoted(table.dated)})::DATE, "
            f"max({quoted(table.dated)})::DATE FROM read_parquet({paths}) WHERE {quoted(table.dated)} IS NOT NULL "
            "GROUP BY 1 ORDER BY 1"
        ).fetchall()
        con.close()
        weeks = {monday: count for monday, count, _, _ in found}
        first, last = (found[0][2], found[-1][3]) if found else (None, None)
    age = (today - last).days if last else None
    return Freshness(
        name, table.title, rows, first, last, age, _gaps(weeks), _weeks(weeks), undated.rows if undated else 0
    )


def _gaps(weeks: dict[dt.date, int]) -> list[dt.date]:
    """The weeks without rows between the first and the last."""
    if not weeks:
        return []
    first, last = min(weeks), max(weeks)
    every = [first + dt.timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    return [monday for monday in every if monday not in weeks]


def _weeks(weeks: dict[dt.date, int]) -> list[Week]:
    usual = sorted(weeks.values())[len(weeks) // 2] if weeks else 0
    newest = sorted(weeks.items())[-WEEKS_SHOWN:]
    return [Week(monday, rows, rows < usual * _LOW_SHARE) for monday, rows in newest]


def _orphans(folder: Path, kept: Manifest, name: str, column: str, other: str) -> Orphans:
    con = connect()
    here = listed([str(folder / path) for path in kept.paths(name)])
    there = listed([str(folder / path) for path in kept.paths(other)])
    found = con.execute(
        f"SELECT count(*), count(DISTINCT {column}), min({column}) FROM read_parquet({here}) a "
        f"ANTI JOIN read_parquet({there}) b USING ({column}) WHERE {column} IS NOT NULL"
    ).fetchone()
    con.close()
    rows, values, example = found or (0, 0, "")
    return Orphans(name, column, other, rows, values, example or "")
