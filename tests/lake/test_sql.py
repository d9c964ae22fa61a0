"""SQL for analysts: it reads the tables, writes nothing, opens nothing else, and shows persons only with a reason."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.lake.tables import write
from zhuanmai.core.errors import Refused
from zhuanmai.lake import manifest, sql
from zhuanmai.lake.importing import import_file
from zhuanmai.lake.sql import select


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    folder = tmp_path / "lake"
    licence = {"licence_no": "350206100001", "holder_name": "叶某某", "holder_id": "350203199001010175",
               "phone": "13900000000", "shop_name": "甲店"}  # fmt: skip
    party = {
        "case_no": "1",
        "seq": 1,
        "name": "林某",
        "id_no": "35020",
        "address": "厦门市湖里区某路一号",
        "plate_no": "闽D00001",
    }
    change = {"licence_no": "350206100001", "changed_on": "2018-04-03", "column": "holder_name", "new": "叶某某"}
    order = {"order_date": "2018-04-03", "licence_no": "350206100001", "carton_barcode": "6901028000017", "cartons": 2}
    for name, row in {"licences": licence, "case_parties": party, "licence_changes": change, "orders": order}.items():
        import_file(folder, write(tmp_path / f"{name}.csv", [row], list(row)))
    return folder


def test_it_joins_the_tables(lake: Path) -> None:
    answer = select(
        lake, "SELECT shop_name, sum(cartons) AS n FROM orders JOIN licences USING (licence_no) GROUP BY 1;"
    )
    assert answer.table.to_pylist() == [{"shop_name": "甲店", "n": 2}]


def test_missing_tables_are_empty(lake: Path) -> None:
    assert select(lake, "SELECT count(*) AS n FROM parcels, scans").table.to_pylist() == [{"n": 0}]


def test_persons_are_masked_unless_asked_otherwise(lake: Path) -> None:
    query = "SELECT holder_name, holder_id, phone FROM licences"
    assert select(lake, query).table.to_pylist() == [
        {"holder_name": "叶**", "holder_id": "3502**********0175", "phone": "139****0000"}
    ]
    assert select(lake, query, unmasked=True).table.to_pylist()[0]["holder_name"] == "叶某某"
    (party,) = select(lake, "SELECT name, id_no, address, plate_no FROM case_parties").table.to_pylist()
    assert party == {"name": "林**", "id_no": "3***", "address": "厦门市湖里区…", "plate_no": "闽***"}
    assert select(lake, "SELECT new FROM licence_changes").table.to_pylist() == [{"new": "***"}]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM orders",
        "CREATE TABLE x AS SELECT 1",
        "COPY (SELECT 1) TO '{place}/out.csv'",
        "ATTACH '{place}/other.db'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "PRAGMA database_list",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP VIEW orders",
        "CALL pragma_version()",
        "EXPLAIN SELECT 1",
        "",
    ],
)
def test_only_one_select_runs(lake: Path, query: str) -> None:
    before = manifest.load(lake)
    with pytest.raises(Refused):
        select(lake, query.format(place=lake.parent))
    assert manifest.load(lake) == before
    assert not (lake.parent / "out.csv").exists()
    assert not (lake.parent / "other.db").exists()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '{place}/licences.csv'",
        "SELECT * FROM glob('{place}/*')",
        "SELECT * FROM read_parquet('{person}')",
        "SELECT * FROM (SELECT 1) LIMIT (SELECT count(*) FROM read_blob('/etc/passwd'))",
        "SELECT * FROM sqlite_scan('{place}/x', 'y')",
        "SELECT getenv('HOME') FROM read_csv('/etc/hosts')",
    ],
)
def test_no_other_file_is_opened_nor_a_table_round_its_mask(lake: Path, query: str) -> None:
    person = lake / manifest.load(lake).paths("licences")[0]
    with pytest.raises(Refused, match="sql_wrong"):
        select(lake, query.format(place=lake.parent, person=person))


def test_a_long_answer_is_cut_and_says_so(lake: Path) -> None:
    answer = select(lake, "SELECT * FROM range(10)", limit=3)
    assert (answer.table.num_rows, answer.cut) == (3, True)
    assert not select(lake, "SELECT * FROM range(3) -- all", limit=3).cut


def test_a_wrong_query_is_answered_in_words(lake: Path) -> None:
    with pytest.raises(Refused, match="sql_wrong"):
        select(lake, "SELECT nothing FROM nowhere")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = 7",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
    ],
)
def test_a_query_that_takes_too_long_is_cancelled(lake: Path, settings: Any, query: str) -> None:
    settings.LAKE_SQL_SECONDS = 0.5
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        select(lake, query, limit=10)
    assert refused.value.code == "sql_long"
    assert time.monotonic() - began < 10
    assert select(lake, "SELECT 1 AS n").table.to_pylist() == [{"n": 1}], "and the next one is answered"


def test_only_so_many_queries_run_at_once(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "_PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(sql, "_places", threading.BoundedSemaphore(1))
    sql._places.acquire()
    with pytest.raises(Refused) as refused:
        select(lake, "SELECT 1 AS n")
    assert (refused.value.code, refused.value.status) == ("sql_busy", 503)
