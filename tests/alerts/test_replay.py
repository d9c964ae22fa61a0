"""The replay: alerts as they would have been, from what was known by then, with whatever tables there are."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from zhuanmai.alerts.replay import Alert, replay
from zhuanmai.lake.engine import Lake
from zhuanmai.sandbox.city import Parameters, make_city

START = dt.date(2016, 4, 4)
LAST = START + dt.timedelta(weeks=40, days=-1)
COLUMNS = ["alert_no", "day", "subject_kind", "subject", "score", "probability", "offence", "reasons"]
OFFENCES = {"outflow", "counterfeit", "unlicensed", "front", "smuggled", "reopened", "minor_sales"}
DATED = {"orders": "order_date", "scans": "week", "complaints": "received_at", "inspections": "inspected_on",
         "cases": "filed_on", "parcels": "shipped_on", "licence_changes": "changed_on",
         "order_accounts": "first_seen", "licences": "issued_on"}  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city; its truth is not looked at."""
    folder = tmp_path_factory.mktemp("city")
    make_city(Parameters.draw(seed=5, retailers=240, weeks=44, start=START), folder / "lake", folder / "truth")
    return folder / "lake"


def _alerts(folder: Path, first: dt.date = LAST, last: dt.date = LAST, per_week: int = 6) -> list[Alert]:
    return replay(Lake.from_folder(folder), first, last, per_week)[0]


def _copy(city: Path, folder: Path, without: tuple[str, ...] = ()) -> Path:
    folder.mkdir()
    for path in city.glob("*.parquet"):
        if not path.stem.startswith(without or ("-",)):
            shutil.copy(path, folder / path.name)
    return folder


@pytest.fixture(scope="module")
def four_weeks(city: Path) -> list[Alert]:
    """The alerts of four weekly runs."""
    return _alerts(city, LAST - dt.timedelta(weeks=3))


def test_each_alert_is_complete_and_no_shop_comes_twice(four_weeks: list[Alert]) -> None:
    assert len(four_weeks) == 24
    assert len({each.subject for each in four_weeks}) == 24
    assert len({each.alert_no for each in four_weeks}) == 24
    for each in four_weeks:
        assert 0 < each.probability < 1
        assert each.offence in OFFENCES
        reasons = json.loads(each.reasons)
        assert reasons
        assert all({"detector", "words", "numbers"} <= set(reason) for reason in reasons)
        assert len(reasons) >= 3 or each.subject_kind == "place"


def test_what_is_dated_later_changes_nothing(city: Path, tmp_path: Path, four_weeks: list[Alert]) -> None:
    cut = _copy(city, tmp_path / "cut")
    for path in cut.glob("*.parquet"):
        column = DATED.get(path.stem.split("-20")[0])
        if column:
            rows = pq.read_table(path)
            days = pc.cast(rows[column], pa.timestamp("us"), safe=False)
            later = pc.greater(days, pa.scalar(dt.datetime.combine(LAST, dt.time.max), pa.timestamp("us")))
            kept = rows.filter(pc.invert(pc.fill_null(later, False)))
            if kept.num_rows or path.stem == column:
                pq.write_table(kept, path)
            else:
                path.unlink()
    assert _alerts(cut, LAST - dt.timedelta(weeks=3)) == four_weeks


def test_a_week_of_a_longer_replay_is_the_week_alone(city: Path, four_weeks: list[Alert]) -> None:
    first = LAST - dt.timedelta(weeks=3)
    assert _alerts(city, first, first) == [each for each in four_weeks if each.day == first]


def test_it_works_without_tables_and_says_so(city: Path, tmp_path: Path, capsys: Any) -> None:
    gone = ("scans", "parcels", "inspections")
    poor = _copy(city, tmp_path / "poor", gone)
    out = tmp_path / "alerts.csv"
    call_command("alerts", "replay", "--from", str(LAST), "--to", str(LAST), "--per-week", "6", "--lake", str(poor),
                 "--out", str(out))  # fmt: skip
    said = capsys.readouterr().out
    assert all(f"went without {name}" in said for name in gone)
    with out.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 6
    assert list(rows[0]) == COLUMNS


def test_orders_and_licences_alone_are_enough(city: Path, tmp_path: Path) -> None:
    bare = _copy(city, tmp_path / "bare", ("scans", "parcels", "inspections", "case", "complaints", "order_accounts",
                                           "licence_changes", "squads", "products"))  # fmt: skip
    assert len(_alerts(bare)) == 6


def test_dirty_values_do_not_stop_it(city: Path, tmp_path: Path) -> None:
    dirty = _copy(city, tmp_path / "dirty")
    for name in ("complaints", "parcels", "licences"):
        path = dirty / f"{name}.parquet"
        rows = pq.read_table(path).to_pylist()
        for at, row in enumerate(rows):
            for column, value in row.items():
                if isinstance(value, str) and "no" not in column.split("_") and (at + len(column)) % 9 == 0:
                    row[column] = [None, "***", "　１号", "?"][at % 4]
        pq.write_table(pa.Table.from_pylist(rows, schema=pq.read_schema(path)), path)
    assert len(_alerts(dirty)) == 6


def test_the_file_has_the_columns_of_the_table(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "alerts.parquet"
    call_command("alerts", "replay", "--from", str(LAST), "--to", str(LAST), "--per-week", "3", "--lake", str(city),
                 "--out", str(out))  # fmt: skip
    table = pq.read_table(out)
    assert table.column_names == COLUMNS
    assert table.schema.field("day").type == pa.date32()
    with pytest.raises(CommandError):
        call_command(
            "alerts", "replay", "--from", str(LAST), "--to", "2016-01-01", "--lake", str(city), "--out", str(out)
        )
