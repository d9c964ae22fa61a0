"""The on-site case of the fixture, replayed through the operations, ends as expected.json says."""

from __future__ import annotations

import csv
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.enforcement.conftest import Bureau, TabletClient
from zhuanmai.core.clock import set_clock
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.operations import Sent
from zhuanmai.reference import licensees

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures" / "onsite-case"
CASE: dict[str, Any] = json.loads((FIXTURE / "case.json").read_text(encoding="utf-8"))
EXPECTED: dict[str, Any] = json.loads((FIXTURE / "expected.json").read_text(encoding="utf-8"))
BEGAN = dt.datetime.fromisoformat(CASE["began_at"])


def load_register() -> None:
    """The licences of the folder, and the days as of which the districts are complete."""
    with (FIXTURE / "licences.csv").open(encoding="utf-8") as handle, transaction.atomic():
        licensees.upsert(list(csv.DictReader(handle)))
    for district, day in CASE["register_complete_as_of"].items():
        licensees.set_complete_as_of(district, dt.date.fromisoformat(day))


def opening(bureau: Bureau) -> dict[str, Any]:
    """case.open as the folder has it."""
    two = [str(bureau["jia"].pk), str(bureau["yi"].pk)]
    return {
        "reason": CASE["reason"],
        "clue": CASE["clue"],
        "place": CASE["place"],
        "officer_ids": two,
        "recorder_id": two[1],
    }


def played(tablet: TabletClient) -> list[Sent]:
    """The folder's scans and undos as operations of one tablet."""
    sent: list[Sent] = []
    scans: list[Sent] = []
    with (FIXTURE / "scans.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            at = BEGAN + dt.timedelta(milliseconds=int(row["at_ms"]))
            if row["action"] == "scan":
                scans.append(tablet.made("scan", at, barcode=row["text"], n=1, via="gun"))
                sent.append(scans[-1])
            else:
                sent.append(tablet.made("undo", at, operation_id=str(scans.pop().id)))
    return sent


@pytest.mark.django_db
def test_the_on_site_case_ends_as_expected(bureau: Bureau) -> None:
    set_clock(BEGAN)
    load_register()
    tablet = TabletClient(bureau["jia"], new_id())
    tablet.done("case.open", BEGAN, **opening(bureau))
    tablet.done("party.set", BEGAN, party_id=str(new_id()), **CASE["party"])
    operations = played(tablet)
    results = [result for i in range(0, len(operations), 50) for result in tablet.send(*operations[i : i + 50])]
    refused = [result for result in results if result.status == "refused"]
    assert [result.code for result in refused] == ["misread"] * EXPECTED["misreads_refused"]
    for one in CASE["unknown_barcodes"]:
        tablet.done(
            "unlisted.register",
            BEGAN,
            barcode=one["barcode"],
            name=one["typed_name"],
            kind=one["kind"],
            sticks_per_carton=one["sticks_per_carton"],
        )
    for barcode, kind in CASE["kinds_set_by_officer"].items():
        tablet.done("line.set", BEGAN, line_id=tablet.line_id(barcode), kind=kind)
    for code in CASE["carton_codes"]:
        line_id = tablet.line_id(code["carton_barcode"])
        tablet.done("code.add", BEGAN, line_id=line_id, row1=code["row1"], row2=code["row2"])
    tablet.done("causes.set", BEGAN, codes=CASE["causes"])
    tablet.done("counting.close", BEGAN)
    compare(tablet.state())


def compare(state: dict[str, Any]) -> None:
    """Lines, sums, codes and lights against expected.json."""
    totals = state["totals"]
    assert Decimal(totals["cartons"]) == EXPECTED["all_cartons"]
    assert totals["sticks"] == EXPECTED["known_sticks"]
    assert totals["value"] == EXPECTED["value_cny"]
    assert totals["unpriced"] == EXPECTED["unpriced_lines"]
    assert {k: Decimal(v) for k, v in totals["by_kind"].items()} == EXPECTED["cartons_by_kind"]
    by_barcode = {line["barcode"]: line for line in state["lines"]}
    assert len(by_barcode) == EXPECTED["known_products"] + EXPECTED["unknown"]
    for wanted in EXPECTED["lines"]:
        line = by_barcode[wanted["carton_barcode"]]
        assert (line["name"], line["kind"], Decimal(line["cartons"]), line["sticks"], line["value"]) == (
            wanted["name"],
            wanted["kind"],
            wanted["cartons"],
            wanted["sticks"],
            wanted["value_cny"],
        )
        assert Decimal(line["price"]) == Decimal(wanted["retail_price_cny"])
    for wanted in EXPECTED["unknown_lines"]:
        line = by_barcode[wanted["barcode"]]
        assert (line["name"], line["kind"], Decimal(line["cartons"]), line["sticks"], line["value"]) == (
            wanted["name"],
            wanted["kind"],
            wanted["cartons"],
            None,
            None,
        )
        assert line["price_mark"] == wanted["mark"]
    means = [code["means"] for code in state["codes"]]
    assert means.count("other_shop") == EXPECTED["codes_of_other_shops"]
    assert means.count("no_such_licence") == EXPECTED["codes_of_no_licence"]
    lights = {light["code"]: light for light in state["thresholds"]}
    assert lights["illegal_business"]["level"] == "off"
    assert lights["hearing"]["level"] == "warning"
    assert "核对走私数额" in lights["smuggled"]["words"]
    assert state["case"]["state"] == "evidence"
