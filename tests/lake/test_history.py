"""The lake as it was: whatever is changed, added or removed after a day, the tables of that day stay as they were."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lake.tables import rows_of, write
from zhuanmai.lake.engine import Lake
from zhuanmai.lake.schema import TABLES

DAY = dt.date(2018, 6, 3)
CASES = int(os.environ.get("ZHUANMAI_PROPERTY_CASES", "30")) // 6


def lake_of(rows: dict[str, list[dict[str, Any]]], folder: Path) -> Lake:
    for name, some in rows.items():
        if some:
            write(folder / f"{name}.csv", some, list(TABLES[name].names))
    return Lake.from_folder(folder)


def said(lake: Lake) -> dict[str, list[dict[str, Any]]]:
    return {name: rows_of(lake, name) for name in TABLES}


LICENCES = ("350206100001", "350206100002", "350206100003")
days = st.dates(dt.date(2018, 4, 1), dt.date(2018, 8, 31))
licence = st.sampled_from(LICENCES)
status = st.sampled_from(["valid", "suspended", "closed", "revoked"])


def unique(rows: list[dict[str, Any]], *key: str) -> list[dict[str, Any]]:
    return list({tuple(row[name] for name in key): row for row in rows}.values())


@st.composite
def a_city(draw: Callable[..., Any]) -> dict[str, list[dict[str, Any]]]:
    def some(**columns: Any) -> list[dict[str, Any]]:
        return draw(st.lists(st.fixed_dictionaries(columns), max_size=5))

    number = st.integers(1, 6).map(str)
    maybe = st.one_of(days, st.just(""))
    return {
        "products": [{"carton_barcode": "6901028000017", "name": "甲", "scarce": "true"}],
        "licences": unique(
            some(licence_no=licence, status=status, order_tier=st.integers(1, 30), issued_on=maybe, valid_to=maybe,
                 opened_on=maybe, shop_name=st.sampled_from(["甲店", "乙店"])), "licence_no"),
        "orders": unique(
            some(order_date=days, licence_no=licence, carton_barcode=st.just("6901028000017"),
                 cartons=st.integers(0, 9)), "order_date", "licence_no"),
        "order_accounts": unique(
            some(licence_no=licence, kind=st.just("phone"), value=number, first_seen=maybe, last_seen=maybe),
            "licence_no", "value"),
        "scans": unique(
            some(licence_no=licence, week=days.map(lambda day: day - dt.timedelta(day.weekday())),
                 cartons_sold=st.integers(0, 9)), "licence_no", "week"),
        "complaints": unique(
            some(complaint_no=number, received_at=days.map(lambda day: f"{day} 23:59:59"), text=number), "complaint_no"),
        "inspections": unique(some(inspection_no=number, inspected_on=days, outcome=st.just("clear")), "inspection_no"),
        "cases": unique(some(case_no=number, filed_on=maybe, result=st.just("open"), value=number), "case_no"),
        "case_parties": unique(some(case_no=number, seq=st.just(1), name=number), "case_no"),
        "case_items": unique(some(case_no=number, seq=st.just(1), cartons=number), "case_no"),
        "squads": [{"squad_no": "1", "unit": "甲", "streets": "一街;二街"}],
        "licence_changes": unique(
            some(licence_no=licence, changed_on=days, column=st.sampled_from(["status", "shop_name"]), new=status),
            "licence_no", "changed_on", "column"),
        "parcels": unique(some(waybill_no=number, shipped_on=days, seized=st.sampled_from(["true", "false"])), "waybill_no"),
    }  # fmt: skip


def first_day(name: str, row: dict[str, Any], cases: dict[str, Any]) -> str:
    """When a row became known, by the words of the table (independent of the code under test)."""
    if name == "licences":
        return str(row["issued_on"] or row["opened_on"])
    if name == "order_accounts":
        return str(row["first_seen"] or row["last_seen"])
    if name in ("case_parties", "case_items"):
        return str(cases.get(row["case_no"], {}).get("filed_on", ""))
    column = {
        "orders": "order_date", "scans": "week", "complaints": "received_at", "inspections": "inspected_on",
        "cases": "filed_on", "licence_changes": "changed_on", "parcels": "shipped_on",
    }.get(name)  # fmt: skip
    return str(row[column]) if column else ""


UNKNOWABLE = {
    "licences": ("status", "valid_to", "order_tier"),
    "products": ("scarce",),
    "parcels": ("seized",),
    "cases": ("result",),
}
OTHERWISE = {
    "status": "revoked",
    "valid_to": "2031-01-01",
    "order_tier": 7,
    "scarce": "false",
    "seized": "",
    "result": "",
}


def changed_afterwards(city: dict[str, list[dict[str, Any]]], keep: list[bool]) -> dict[str, list[dict[str, Any]]]:
    """The same city with another future: later rows gone or altered, last states overwritten."""
    cases = {row["case_no"]: row for row in city["cases"]}
    other: dict[str, list[dict[str, Any]]] = {}
    for name, rows in city.items():
        other[name] = []
        for place, row in enumerate(rows):
            first = first_day(name, row, cases)[:10]
            if first and first > str(DAY):
                if keep[place % len(keep)]:
                    other[name].append(row | ({"cartons": 5} if name == "orders" else {}))
                continue
            last = {column: OTHERWISE[column] for column in UNKNOWABLE.get(name, ())}
            if name == "order_accounts" and first and str(row["last_seen"]) > str(DAY):
                last = {"last_seen": "2018-12-31"}
            if name == "licences" and str(row["opened_on"]) > str(DAY):
                last |= {"opened_on": "2018-12-30"} if row["issued_on"] else {}
            other[name].append(row | last)
    other["orders"].append(
        {"order_date": "2018-09-01", "licence_no": LICENCES[0], "carton_barcode": "6901028000017", "cartons": 3}
    )
    return other


@settings(max_examples=CASES, deadline=None)
@given(city=a_city(), keep=st.lists(st.booleans(), min_size=1, max_size=5))
def test_nothing_of_later_days_is_seen(city: dict[str, list[dict[str, Any]]], keep: list[bool]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        before = said(lake_of(city, folder / "a").as_of(DAY))
        after = said(lake_of(changed_afterwards(city, keep), folder / "b").as_of(DAY))
    finally:
        shutil.rmtree(folder)
    assert before == after


@settings(max_examples=CASES, deadline=None)
@given(city=a_city())
def test_rows_of_that_day_and_before_are_all_there(city: dict[str, list[dict[str, Any]]]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        seen = said(lake_of(city, folder / "a").as_of(DAY))
    finally:
        shutil.rmtree(folder)
    cases = {row["case_no"]: row for row in city["cases"]}
    for name in (
        "orders",
        "complaints",
        "inspections",
        "cases",
        "case_parties",
        "licences",
        "order_accounts",
        "parcels",
    ):
        shown_if_undated = name == "licences"
        expected = [
            row for row in city[name]
            if (first := first_day(name, row, cases)[:10]) and first <= str(DAY) or (not first and shown_if_undated)
        ]  # fmt: skip
        assert len(seen[name]) == len(expected), name


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    licence = {
        "licence_no": LICENCES[0],
        "issued_on": "2015-01-01",
        "status": "closed",
        "order_tier": 9,
        "valid_to": "2020-01-01",
    }
    changes = [
        {"licence_no": LICENCES[0], "changed_on": "2018-05-01", "column": "status", "old": "valid", "new": "suspended"},
        {
            "licence_no": LICENCES[0],
            "changed_on": "2018-06-10",
            "column": "status",
            "old": "suspended",
            "new": "closed",
        },
        {"licence_no": LICENCES[0], "changed_on": "2018-05-02", "column": "order_tier", "old": "12", "new": "11"},
        {"licence_no": LICENCES[0], "changed_on": "2018-05-09", "column": "order_tier", "old": "11", "new": ""},
        {
            "licence_no": LICENCES[0],
            "changed_on": "2018-07-01",
            "column": "valid_to",
            "old": "2018-12-31",
            "new": "2020-01-01",
        },
    ]
    return lake_of({"licences": [licence], "licence_changes": changes}, tmp_path / "files")


def test_changes_restore_what_stood_there(lake: Lake) -> None:
    """The newest change up to the day counts, an emptied value is unknown, and what only a later change tells is too."""
    (row,) = rows_of(lake.as_of(DAY), "licences")
    assert (row["status"], row["order_tier"], row["valid_to"]) == ("suspended", None, None)
    (row,) = rows_of(lake.as_of(dt.date(2018, 7, 1)), "licences")
    assert (row["status"], row["valid_to"]) == ("closed", dt.date(2020, 1, 1))
    (row,) = rows_of(lake.as_of(dt.date(2018, 4, 30)), "licences")
    assert (row["status"], row["order_tier"]) == (None, None)


def test_the_lake_itself_says_the_last_state(lake: Lake) -> None:
    (row,) = rows_of(lake, "licences")
    assert (row["status"], row["order_tier"]) == ("closed", 9)


def test_what_was_never_imported_is_there_and_empty(lake: Lake) -> None:
    assert "scans" in lake.missing
    assert not lake.has("scans")
    assert lake.has("licences")
    for seen in (lake, lake.as_of(DAY)):
        assert seen.table("scans").columns == TABLES["scans"].names
        assert rows_of(seen, "scans") == []
