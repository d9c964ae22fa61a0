"""The real case's scans, lines, prices and carton codes come out as its folder expects, on the day it happened."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from zhuanmai.core.units import Packing, Unit
from zhuanmai.reference import carton_codes, catalogue, licensees
from zhuanmai.reference.identify import Status, identify
from zhuanmai.reference.models import Licensee

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "onsite-case"
ON = dt.date(2025, 10, 30)
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
CASE: dict[str, Any] = json.loads((FOLDER / "case.json").read_text(encoding="utf-8"))
pytestmark = pytest.mark.usefixtures("shipped")


def scans() -> Counter[str]:
    """What was scanned, less what was taken back."""
    kept: list[str] = []
    with (FOLDER / "scans.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["action"] == "undo":
                kept.pop()
            else:
                kept.append(row["text"])
    return Counter(kept)


def test_every_line_has_its_name_sticks_and_price() -> None:
    total, sticks = Decimal(0), Decimal(0)
    counted = scans()
    for line in EXPECTED["lines"]:
        found = identify(line["carton_barcode"], ON).candidate
        assert found is not None
        assert (found.product.name, found.unit) == (line["name"], Unit.CARTON)
        assert found.price.amount == Decimal(line["retail_price_cny"])
        assert found.price.basis_source
        assert found.product.packs_per_carton
        assert found.product.sticks_per_carton
        packing = Packing(found.product.packs_per_carton, found.product.sticks_per_carton)
        cartons = Decimal(counted[line["carton_barcode"]])
        assert (cartons, packing.sticks(cartons, Unit.CARTON)) == (line["cartons"], line["sticks"])
        total += cartons * found.price.amount
        sticks += packing.sticks(cartons, Unit.CARTON)
    assert (total, sticks) == (Decimal(EXPECTED["value_cny"]), EXPECTED["known_sticks"])


def test_every_scan_is_told_apart() -> None:
    found = {code: identify(code, ON) for code in scans()}
    by_status = Counter(one.status for one in found.values())
    assert by_status[Status.KNOWN] == EXPECTED["known_products"]
    assert by_status[Status.MISREAD] == EXPECTED["misreads_refused"]
    assert by_status[Status.UNKNOWN] + by_status[Status.FOREIGN_UNKNOWN] == EXPECTED["unknown"]
    for code, one in found.items():
        if one.status is Status.MISREAD:
            assert [near.product.name for near in one.near], code
            assert [way.code for way in one.ways_on] == ["rescan", "tail", "search"]
        elif one.status is not Status.KNOWN:
            assert "register" in [way.code for way in one.ways_on]


def test_carton_codes_mean_what_the_case_says() -> None:
    complete = [f"--complete-as-of={code}={day}" for code, day in CASE["register_complete_as_of"].items()]
    call_command("load_licences", str(FOLDER / "licences.csv"), *complete)
    means: Counter[str] = Counter()
    for given in CASE["carton_codes"]:
        code = carton_codes.read(given["row1"], given["row2"], ON)
        assert (code.sorted_on.isoformat(), code.licence_no) == (given["sorted_on"], given["licence_no"])
        means[carton_codes.judge(code, CASE["party"]["licence_no"], ON).means] += 1
    assert means == {
        "other_shop": EXPECTED["codes_of_other_shops"],
        "no_such_licence": EXPECTED["codes_of_no_licence"],
    }


def test_a_register_loaded_twice_is_the_same_and_finds_the_party() -> None:
    for _ in range(2):
        call_command("load_licences", str(FOLDER / "licences.csv"), "--complete-as-of", "350206=2025-10-01")
    assert Licensee.objects.count() == 4
    party = licensees.by_licence_no("350206150798")
    assert party is not None
    assert (party.holder_name, party.valid_to) == ("叶𬭎森", dt.date(2028, 6, 27))
    assert licensees.register_complete_as_of("350206") == dt.date(2025, 10, 1)
    assert licensees.register_complete_as_of("350205") is None
    assert [row.licence_no for row in licensees.find("顺和盛", people=False)] == ["350206150798"]


def test_the_tablet_gets_the_same_answers() -> None:
    kept = catalogue.catalogue_for_tablet(ON)
    by_code = {code["code"]: product for product in kept["products"] for code in product["barcodes"]}
    for line in EXPECTED["lines"]:
        product = by_code[line["carton_barcode"]]
        assert (product["name"], Decimal(product["price"])) == (line["name"], Decimal(line["retail_price_cny"]))
    assert not {one["barcode"] for one in EXPECTED["unknown_lines"]} & by_code.keys()
    assert catalogue.catalogue_for_tablet(ON)["version"] == kept["version"]
    assert catalogue.catalogue_for_tablet(dt.date(2026, 2, 1))["version"] != kept["version"]
