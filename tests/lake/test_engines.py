"""The same expressions give the same rows on every engine. Spark is left out where it or Java is not installed."""

from __future__ import annotations

import datetime as dt
import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.lake.tables import rows_of, write
from zhuanmai.core.errors import Refused
from zhuanmai.lake.engine import Lake, open_lake
from zhuanmai.lake.schema import TABLES

SPARK = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None
SHOP = "350206100001"
ROWS: dict[str, list[dict[str, Any]]] = {
    "products": [{"carton_barcode": "6901028000017", "name": "甲", "wholesale_price": "72.5", "scarce": "true"}],
    "licences": [{"licence_no": SHOP, "issued_on": "2015-01-01", "status": "closed", "longitude": "118.1"}],
    "licence_changes": [
        {"licence_no": SHOP, "changed_on": "2018-05-01", "column": "status", "old": "valid", "new": "suspended"},
        {"licence_no": SHOP, "changed_on": "2018-05-02", "column": "shop_name", "old": "甲", "new": ""},
        {"licence_no": SHOP, "changed_on": "2018-05-03", "column": "order_tier", "old": "3", "new": "9"},
    ],
    "orders": [
        {"order_date": day, "licence_no": SHOP, "carton_barcode": "6901028000017", "cartons": 2, "amount": "160.05"}
        for day in ("2018-04-03", "2018-06-05")
    ],
    "complaints": [{"complaint_no": "1", "received_at": "2018-04-03 23:59:59", "category": "price"}],
    "cases": [{"case_no": "1", "filed_on": "2018-05-01", "value": "1", "result": "open"}],
    "case_parties": [{"case_no": "1", "seq": 1, "name": "某"}],
    "squads": [{"squad_no": "1", "unit": "一中队", "streets": "甲街；乙街"}],
    "parcels": [{"waybill_no": "1", "shipped_on": "2018-04-04", "weight_kg": "1.5", "seized": "true"}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, rows in ROWS.items():
        write(tmp_path / "files" / f"{name}.csv", rows, list(rows[0]))
    return tmp_path / "files"


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no_engine"):
        open_lake(tmp_path, "abacus")


def test_a_folder_without_import_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no_lake"):
        Lake.from_folder(tmp_path)


def test_a_folder_is_read_anew_when_a_file_changes(folder: Path) -> None:
    assert Lake.from_folder(folder).folder == Lake.from_folder(folder).folder
    write(folder / "cases.csv", [{"case_no": "2"}, {"case_no": "3"}], ["case_no"])
    assert [row["case_no"] for row in rows_of(Lake.from_folder(folder), "cases")] == ["2", "3"]


def test_a_folder_named_like_a_table_is_its_files(folder: Path) -> None:
    shutil.move(folder / "cases.csv", folder / "x.csv")
    write(folder / "cases.parts" / "part-1.csv", [{"case_no": "7"}], ["case_no"])
    assert [row["case_no"] for row in rows_of(Lake.from_folder(folder), "cases")] == ["7"]


@pytest.mark.slow
@pytest.mark.skipif(not SPARK, reason="Spark needs the extra `spark` and Java 17")
def test_spark_says_what_duckdb_says(folder: Path, settings: Any) -> None:
    settings.LAKE_SPARK_MASTER = "local[1]"
    here, there = Lake.from_folder(folder, "duckdb"), Lake.from_folder(folder, "spark")
    assert here.missing == there.missing
    day = dt.date(2018, 5, 31)
    for one, other in ((here, there), (here.as_of(day), there.as_of(day))):
        for name in TABLES:
            assert rows_of(one, name) == rows_of(other, name), name
