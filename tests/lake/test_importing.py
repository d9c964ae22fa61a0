"""Import: rows go in by key, broken ones aside with their reason, and nothing that stops it leaves half of it."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tests.lake.tables import rows_of, write
from zhuanmai.core.errors import Refused
from zhuanmai.lake import importing, manifest, quarantine, reading
from zhuanmai.lake.engine import open_lake
from zhuanmai.lake.importing import Progress, import_file
from zhuanmai.lake.schema import TABLES, table_of_file

KILLS = int(os.environ.get("ZHUANMAI_LAKE_KILLS", "3"))
CASES = int(os.environ.get("ZHUANMAI_PROPERTY_CASES", "30"))
BARCODES = ("6901028000017", "6901028000024", "6901028000031")
ORDERS = "order_date,licence_no,carton_barcode,cartons,amount\n"


def orders(folder: Path, name: str, lines: list[str], *, head: str = ORDERS) -> Path:
    path = folder / name
    path.write_text(head + "".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def line(day: str = "2018-04-03", shop: int = 1, product: int = 0, cartons: int = 2) -> str:
    return f"{day},35020610{shop:04d},{BARCODES[product]},{cartons},{cartons * 80}.00"


def reasons(lake: Path, file: str) -> dict[int, tuple[str, str]]:
    return {row.line: (row.column, row.reason) for row in quarantine.rows(lake, file=file, limit=1000).rows}


def amount_of(lake: Path) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in rows_of(open_lake(lake), "orders")]


def test_a_file_says_its_table_by_the_longest_name_that_fits() -> None:
    names = ("orders-2018-04.csv", "order_accounts.csv", "cases_1.xlsx", "case_items.parquet", "ordersx.csv", "x.csv")
    found = [table_of_file(name) for name in names]
    assert [table and table.name for table in found] == ["orders", "order_accounts", "cases", "case_items", None, None]


BROKEN = {
    "2018-04-03,350206100001,6901028000018,2,160.00": ("carton_barcode", "check_digit"),
    "2018-04-03,35020610000,6901028000017,2,160.00": ("licence_no", "length"),
    "2018-04-03,35020610000A,6901028000017,2,160.00": ("licence_no", "digits"),
    "2018-04-03,350206100001,6901028000017,-2,160.00": ("cartons", "negative"),
    "2018-04-31,350206100001,6901028000017,2,160.00": ("order_date", "not_date"),
    "03/04/2018,350206100001,6901028000017,2,160.00": ("order_date", "not_date"),
    "1818-04-03,350206100001,6901028000017,2,160.00": ("order_date", "year"),
    ",350206100001,6901028000017,2,160.00": ("order_date", "missing"),
    "2018-04-03,350206100001,6901028000017,2": ("", "too_few"),
    "2018-04-03,350206100001,6901028000017,2,160.00,9": ("", "too_many"),
    "2018-04-03,350206100001,6901028000017,1.5,160.00": ("cartons", "not_whole"),
    "2018-04-03,350206100001,6901028000017,2,160.005": ("amount", "not_money"),
    "2018-04-03,350206100001,6901028000017,2,¥160": ("amount", "not_money"),
    '2018-04-03,"350206100001,6901028000017,2,160.00': ("", "quote"),
}


def test_each_kind_of_broken_row_is_put_aside_with_its_reason_and_no_other(tmp_path: Path) -> None:
    good = [line(shop=n) for n in range(1, 200)]
    lines = list(good)
    places = random.Random(7).sample(range(1, len(good)), len(BROKEN))
    for place, broken in sorted(zip(places, BROKEN, strict=True), reverse=True):
        lines.insert(place, broken)
    path = orders(tmp_path, "orders-a.csv", lines)
    with path.open("ab") as handle:
        handle.write("2018-04-03,350206100001,6901028000017,二,160.00\n".encode("gb18030"))
    outcome = import_file(tmp_path / "lake", path)
    expected = {number: BROKEN[text] for number, text in enumerate(lines, start=2) if text in BROKEN}
    expected[len(lines) + 2] = ("", "encoding")
    assert reasons(tmp_path / "lake", "orders-a.csv") == expected
    assert (outcome.rows, outcome.taken, outcome.broken) == (len(lines) + 1, len(good), len(expected))
    assert len(amount_of(tmp_path / "lake")) == len(good)


@pytest.mark.parametrize(
    "name, columns, values, expected",
    [
        ("scans", "licence_no,week,cartons_sold", "350206100001,2018-04-03,2", ("week", "not_monday")),
        ("licences", "licence_no,status", "350206100001,open", ("status", "not_listed")),
        ("licences", "licence_no,order_tier", "350206100001,31", ("order_tier", "out_of_range")),
        ("licences", "licence_no,latitude", "350206100001,118.1", ("latitude", "coordinates")),
        ("licences", "licence_no,longitude", "350206100001,east", ("longitude", "not_number")),
        ("licences", "licence_no,holder_id", "350206100001,3502", ("holder_id", "length")),
        ("products", "carton_barcode,scarce", "6901028000017,maybe", ("scarce", "not_flag")),
        ("complaints", "complaint_no,received_at", "1,2018-04-03 25:00:00", ("received_at", "not_time")),
    ],
)
def test_rules_of_other_tables(tmp_path: Path, name: str, columns: str, values: str, expected: tuple[str, str]) -> None:
    path = orders(tmp_path, f"{name}.csv", [values], head=columns + "\n")
    import_file(tmp_path / "lake", path)
    assert reasons(tmp_path / "lake", f"{name}.csv") == {2: expected}


def test_reasons_are_said_in_both_languages(tmp_path: Path) -> None:
    path = orders(tmp_path, "orders-a.csv", list(BROKEN))
    import_file(tmp_path / "lake", path)
    found = quarantine.rows(tmp_path / "lake").rows
    with translation.override("en"):
        english = {row.reason: row.words for row in found}
    with translation.override("zh-hans"):
        chinese = {row.reason: row.words for row in found}
    assert "should be 7" in english["check_digit"]
    assert "应为 7" in chinese["check_digit"]
    assert [reason for reason in english if english[reason] == chinese[reason]] == []


def test_a_key_twice_in_one_file_leaves_the_later_row_and_puts_the_other_aside(tmp_path: Path) -> None:
    path = orders(tmp_path, "orders-a.csv", [line(cartons=2), line(cartons=3), line(shop=2), line(shop=2)])
    outcome = import_file(tmp_path / "lake", path)
    assert reasons(tmp_path / "lake", "orders-a.csv") == {2: ("", "repeated")}
    assert [row[3] for row in amount_of(tmp_path / "lake")] == [3, 2]
    assert (outcome.taken, outcome.broken, outcome.repeated) == (2, 1, 1)


def test_a_column_that_nobody_knows_is_named_and_the_rows_go_in(tmp_path: Path) -> None:
    path = orders(tmp_path, "orders-a.csv", [line() + ",x"], head=ORDERS.strip() + ",colour\n")
    import_file(tmp_path / "lake", path)
    assert reasons(tmp_path / "lake", "orders-a.csv") == {1: ("colour", "unknown_column")}
    assert len(amount_of(tmp_path / "lake")) == 1


def test_a_file_without_its_key_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="import_columns"):
        import_file(tmp_path / "lake", orders(tmp_path, "orders.csv", ["1"], head="cartons\n"))


def test_orders_are_replaced_a_whole_day_and_licence_at_a_time(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    import_file(lake, orders(tmp_path, "orders-a.csv", [line(product=0), line(product=1), line(shop=2)]))
    import_file(lake, orders(tmp_path, "orders-b.csv", [line(product=2, cartons=5)]))
    assert [(row[1], row[2], row[3]) for row in amount_of(lake)] == [
        ("350206100001", BARCODES[2], 5), ("350206100002", BARCODES[0], 2),
    ]  # fmt: skip


def test_a_row_that_moves_to_another_month_is_there_once(tmp_path: Path) -> None:
    lake, head = tmp_path / "lake", "complaint_no,received_at,text\n"
    import_file(lake, orders(tmp_path, "complaints-a.csv", ["1,2018-04-03,a", "2,2018-04-03,b"], head=head))
    import_file(lake, orders(tmp_path, "complaints-b.csv", ["1,2018-06-03 09:12:00,c", "3,,d"], head=head))
    assert [(row["complaint_no"], row["text"]) for row in rows_of(open_lake(lake), "complaints")] == [
        ("1", "c"), ("2", "b"), ("3", "d"),
    ]  # fmt: skip


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    path = orders(tmp_path, "orders-a.csv", [line(), line(day="2018-05-03"), "broken"])
    assert import_file(lake, path).changed
    before = (lake / manifest.NAME).read_bytes(), sorted((lake / manifest.PARTS).iterdir())
    assert not import_file(lake, path).changed
    assert ((lake / manifest.NAME).read_bytes(), sorted((lake / manifest.PARTS).iterdir())) == before


def test_a_row_put_right_goes_in_alone_and_leaves_the_quarantine(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    import_file(lake, orders(tmp_path, "orders-a.csv", [line(), line(product=1, cartons=-2), "x"]))
    wrong = quarantine.row(lake, file="orders-a.csv", line=3)
    assert wrong.values is not None
    with pytest.raises(Refused) as refusal:
        quarantine.put_right(lake, file="orders-a.csv", line=3, values=wrong.values | {"licence_no": "1"})
    assert refusal.value.field == "licence_no"
    quarantine.put_right(lake, file="orders-a.csv", line=3, values=wrong.values | {"cartons": "4", "amount": "320"})
    assert [row[3] for row in amount_of(lake)] == [2, 4]
    assert list(reasons(lake, "orders-a.csv")) == [4]


def test_the_three_formats_say_the_same(tmp_path: Path) -> None:
    day, moment = dt.date(2018, 4, 3), dt.datetime(2018, 4, 3, 9, 12)
    values = {"case_no": "1", "filed_on": day, "value": 160.5, "cartons": 12, "longitude": 118.1, "result": "open"}
    book = Workbook()
    book.active.append(list(values))
    book.active.append([*values.values()])
    book.save(tmp_path / "cases.xlsx")
    write(tmp_path / "cases.csv", [values], list(values))
    table = pa.table({name: [value] for name, value in values.items()})
    pq.write_table(table, tmp_path / "cases.parquet")
    said = []
    for ending in ("csv", "xlsx", "parquet"):
        outcome = import_file(tmp_path / ending, tmp_path / f"cases.{ending}")
        assert (outcome.taken, outcome.broken) == (1, 0), ending
        said.append(rows_of(open_lake(tmp_path / ending), "cases"))
    assert said[0] == said[1] == said[2]
    assert said[0][0]["value"] == Decimal("160.50")
    zoned = pa.table({"complaint_no": ["1"], "received_at": pa.array([moment], pa.timestamp("us", "UTC"))})
    pq.write_table(zoned, tmp_path / "complaints.parquet")
    import_file(tmp_path / "lake", tmp_path / "complaints.parquet")
    (row,) = rows_of(open_lake(tmp_path / "lake"), "complaints")
    assert row["received_at"] == dt.datetime(2018, 4, 3, 17, 12)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=["Cs", "Cc", "Z"]) | st.sampled_from('",\n中;"'), max_size=12)  # fmt: skip


@settings(max_examples=CASES, deadline=None)
@given(rows=st.lists(st.tuples(texts, texts, st.integers(1, 30)), max_size=12), block=st.integers(40, 400))
@example(rows=[("店店店店店", "路\n路路路路", 1)], block=40)
def test_what_goes_in_comes_out(rows: list[tuple[str, str, int]], block: int) -> None:
    """Any text, quoted or over several lines, cut into blocks anywhere."""
    named = [
        {"licence_no": f"{number:012d}", "shop_name": name, "address": address, "order_tier": tier}
        for number, (name, address, tier) in enumerate(rows)
    ]
    whole, reading.BLOCK_BYTES = reading.BLOCK_BYTES, block
    try:
        with tempfile.TemporaryDirectory() as place:
            path = write(Path(place) / "licences.csv", named, ["licence_no", "shop_name", "address", "order_tier"])
            outcome = import_file(Path(place) / "lake", path)
            found = rows_of(open_lake(Path(place) / "lake"), "licences")
    finally:
        reading.BLOCK_BYTES = whole
    assert (outcome.taken, outcome.broken) == (len(named), 0)
    assert [(row["shop_name"] or "", row["address"] or "", row["order_tier"]) for row in found] == [
        (name.strip(" "), address.strip(" "), tier) for name, address, tier in rows
    ]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    lines = [
        line(f"2018-{4 + n % 3:02d}-{1 + n % 28:02d}", shop=n % 9973, product=n % 3, cartons=n % 7 - (n % 50 == 0))
        for n in range(60_000)
    ]
    return orders(tmp_path, "orders-large.csv", lines)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 200_000)


@pytest.mark.usefixtures("small_blocks")
def test_a_cancelled_import_leaves_the_lake_as_it_was(tmp_path: Path, large: Path) -> None:
    lake = tmp_path / "lake"
    import_file(lake, orders(tmp_path, "orders-a.csv", [line()]))
    before = manifest.load(lake)

    def stop(progress: Progress) -> None:
        if progress.rows > 10_000:
            raise importing.Cancelled

    with pytest.raises(importing.Cancelled):
        import_file(lake, large, watch=stop)
    assert manifest.load(lake) == before
    assert not list((lake / manifest.STAGING).glob("*/chunk-*"))


@pytest.mark.usefixtures("small_blocks")
def test_an_import_goes_on_where_it_was_killed(tmp_path: Path, large: Path) -> None:
    lake, seen = tmp_path / "lake", []

    def die(progress: Progress) -> None:
        if progress.rows > 20_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(lake, large, watch=die)
    import_file(lake, large, watch=lambda progress: seen.append(progress.rows))
    assert seen[0] > 20_000
    import_file(tmp_path / "clean", large)
    assert manifest.load(lake).contents() == manifest.load(tmp_path / "clean").contents()


@pytest.mark.slow
def test_killed_at_any_moment_and_done_again_it_is_the_same_lake(tmp_path: Path, large: Path) -> None:
    clean, lake = tmp_path / "clean", tmp_path / "lake"
    begun = time.monotonic()
    assert _import(clean, large).wait() == 0
    takes = time.monotonic() - begun
    chance = random.Random(os.environ.get("PYTEST_RANDOMLY_SEED", 5))
    for _kill in range(KILLS):
        process = _import(lake, large)
        assert process.stdout
        process.stdout.readline()
        try:
            process.wait(chance.uniform(0, takes))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert manifest.load(lake).contents() in (manifest.Manifest().contents(), manifest.load(clean).contents())
        if chance.random() < 0.3 and (lake / manifest.NAME).exists():
            (lake / manifest.NAME).unlink()
    assert _import(lake, large).wait() == 0
    assert manifest.load(lake).contents() == manifest.load(clean).contents()
    named = {Path(path).name for path in manifest.load(lake).named()}
    assert {path.name for path in (lake / manifest.PARTS).iterdir()} == named
    assert len(amount_of(lake)) == manifest.load(lake).rows("orders") == manifest.load(clean).rows("orders")


def _import(lake: Path, file: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.lake.killed", str(lake), str(file)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def test_every_table_can_be_read_before_anything_is_imported(tmp_path: Path) -> None:
    lake = open_lake(tmp_path / "none")
    assert lake.missing == list(TABLES)
    assert [lake.table(name).count().execute() for name in TABLES] == [0] * len(TABLES)
