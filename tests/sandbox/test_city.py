"""The synthetic city: its tables are those of the lake, the same seed makes the same city, the truth stays apart."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from zhuanmai.reference import barcodes
from zhuanmai.sandbox.city import Parameters, make_city, open_truth
from zhuanmai.sandbox.city.makes import make_of
from zhuanmai.sandbox.city.tables import SCHEMAS

START = dt.date(2024, 1, 1)


def draw(seed: int, **size: int) -> Parameters:
    return Parameters.draw(seed=seed, start=START, **({"retailers": 600, "weeks": 60} | size))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_city(draw(11), folder / "tables", folder / "truth")
    return folder


def table(city: Path, name: str) -> pa.Table:
    files = sorted(path for path in (city / "tables").iterdir() if path.stem.split("-")[0] == name)
    return ds.dataset([str(path) for path in files]).to_table()


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_each_table_has_the_columns_of_the_lake(city: Path, name: str) -> None:
    found = table(city, name)
    assert found.schema.names == SCHEMAS[name].names
    assert found.num_rows > 0
    for field in SCHEMAS[name]:
        if not pa.types.is_timestamp(field.type):
            assert found.schema.field(field.name).type == field.type


@pytest.mark.parametrize(
    "name, key",
    [
        ("products", ["carton_barcode"]),
        ("licences", ["licence_no"]),
        ("orders", ["order_date", "licence_no", "carton_barcode"]),
        ("order_accounts", ["licence_no", "kind", "value"]),
        ("scans", ["licence_no", "week"]),
        ("complaints", ["complaint_no"]),
        ("inspections", ["inspection_no"]),
        ("cases", ["case_no"]),
        ("case_parties", ["case_no", "seq"]),
        ("case_items", ["case_no", "seq"]),
        ("licence_changes", ["licence_no", "changed_on", "column"]),
        ("parcels", ["waybill_no"]),
        ("squads", ["squad_no"]),
    ],
)
def test_keys_are_unique_and_never_empty(city: Path, name: str, key: list[str]) -> None:
    keys = table(city, name).select(key)
    assert all(keys.column(column).null_count == 0 for column in key)
    assert keys.group_by(key).aggregate([]).num_rows == keys.num_rows


def test_the_same_seed_makes_the_same_files_and_another_seed_another_city(city: Path, tmp_path: Path) -> None:
    def digests(folder: Path) -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}

    make_city(draw(11), tmp_path / "again", tmp_path / "again-truth")
    make_city(draw(12), tmp_path / "other", tmp_path / "other-truth")
    assert digests(tmp_path / "again") == digests(city / "tables")
    assert digests(tmp_path / "again-truth") == digests(city / "truth")
    same = set(digests(tmp_path / "other").items()) & set(digests(city / "tables").items())
    assert {name for name, _ in same} == {"squads.parquet"}


def test_barcodes_and_licence_numbers_are_well_formed(city: Path) -> None:
    products = table(city, "products")
    for column in ("carton_barcode", "pack_barcode"):
        for code in products.column(column).to_pylist():
            assert barcodes.is_valid(code), code
    numbers = table(city, "licences").column("licence_no").to_pylist()
    assert all(len(number) == 12 and number.isdigit() for number in numbers)
    coded = [code for code in table(city, "case_items").column("carton_code").to_pylist() if code]
    assert coded
    assert all(len(code) == 32 and code[20:] in set(numbers) for code in coded)


def test_the_truth_fits_the_tables_and_answers(city: Path) -> None:
    truth = open_truth(city / "truth")
    licences = set(table(city, "licences").column("licence_no").to_pylist())
    day = START + dt.timedelta(weeks=40)
    subjects = [each for offences in truth.offences.values() for each in offences]
    assert {each.subject for each in subjects if each.subject_kind == "licence"} <= licences
    assert {"outflow", "counterfeit", "unlicensed", "front"} <= {each.kind for each in subjects}
    offending = [each for each in licences if truth.offending(each, day)]
    assert 0.005 < len(offending) / len(licences) < 0.06
    honest = next(iter(sorted(licences - {each.subject for each in subjects})))
    draws = np.linspace(0, 0.999, 1000)
    caught = np.mean([truth.catch(offending[0], day, draw) in ("case", "minor") for draw in draws])
    assert 0.3 < caught < 0.8
    assert {truth.catch(honest, day, draw) for draw in draws} == {"clear", "minor", "closed_door", "wrong_address"}
    assert truth.offending(honest, day) is None


def test_who_was_visited_lies_low(city: Path) -> None:
    truth = open_truth(city / "truth")
    day, rng = START + dt.timedelta(weeks=30), np.random.default_rng(1)
    going = sorted(subject for subject in truth.offences if truth.offending(subject, day))
    live = truth.city()
    found = [subject for subject in going if live.visit(subject, day, rng) in ("case", "minor")]
    assert 0.3 < len(found) / len(going) < 0.9
    next_day = day + dt.timedelta(days=1)
    assert all(live.offending(subject, next_day) is None for subject in found)
    assert all(truth.offending(subject, day) for subject in going)


def test_parameters_differ_from_seed_to_seed_within_their_ranges() -> None:
    cities = [draw(seed) for seed in range(20)]
    for name in ("offending", "strength", "noise", "shown", "doubles", "late", "masked"):
        assert len({getattr(each, name) for each in cities}) == len(cities)
    assert all(0.03 < each.offending < 0.04 for each in cities)


def test_cities_of_another_make_leave_other_traces_and_have_as_many_offenders(tmp_path: Path) -> None:
    assert make_of(0).traces["outflow"]["at_cap"] == 0.80
    assert make_of(3) == make_of(3) != make_of(4)
    other = draw(1, make=3)
    assert other == draw(1, make=3) != draw(1, make=4)
    make_city(other, tmp_path / "lake", tmp_path / "truth")
    truth = open_truth(tmp_path / "truth")
    assert truth.parameters["make"] == 3
    day = START + dt.timedelta(weeks=40)
    offending = sum(each.active(day) for offences in truth.offences.values() for each in offences)
    assert 0.015 < offending / 600 < 0.07


def test_late_orders_come_with_the_next_month(city: Path) -> None:
    late = pq.read_table(city / "tables" / "orders-2024-05.parquet").column("order_date").to_pylist()
    assert {day.month for day in late} == {4, 5}


def test_the_command_writes_csv_and_keeps_the_truth_apart(tmp_path: Path) -> None:
    size = {"seed": 3, "retailers": 150, "weeks": 9}
    call_command("city", "make", out=tmp_path / "lake", form="csv", **size)
    assert (tmp_path / "lake" / "orders-2024-01.csv").read_text(encoding="utf-8").startswith('"order_date"')
    assert open_truth(tmp_path / "lake-truth").parameters["seed"] == 3
    with pytest.raises(CommandError, match="not empty"):
        call_command("city", "make", out=tmp_path / "lake", **size)
    with pytest.raises(CommandError, match="folder of its own"):
        call_command("city", "make", out=tmp_path / "new", truth=tmp_path / "new", **size)


def weekly_cartons(city: Path) -> np.ndarray:
    orders = table(city, "orders")
    days = orders.column("order_date").combine_chunks().cast(pa.int32()).to_numpy() - (START - dt.date(1970, 1, 1)).days
    return np.bincount(days // 7, weights=orders.column("cartons").to_numpy())


def test_spring_festival_surges_and_leaves_a_hole(city: Path) -> None:
    by_week = weekly_cartons(city)
    festival = [(dt.date(2024, 2, 10) - START).days // 7, (dt.date(2025, 1, 29) - START).days // 7]
    usual = np.median(by_week)
    for week in festival:
        assert by_week[week] < 0.25 * usual
        assert by_week[week - 2] > 1.25 * usual


def test_an_order_has_the_size_of_a_real_one(city: Path) -> None:
    orders = table(city, "orders").group_by(["order_date", "licence_no"]).aggregate([("cartons", "count")])
    lines = orders.column("cartons_count").to_numpy()
    assert 11 < lines.mean() < 19
    assert np.quantile(lines, 0.95) < 60
    weekdays = np.bincount([day.weekday() for day in orders.column("order_date").to_pylist()], minlength=7)
    assert weekdays[:5].sum() > 0.95 * weekdays.sum()


def test_amounts_are_cartons_times_the_price_of_the_week(city: Path) -> None:
    prices = dict(
        zip(
            *(table(city, "products").column(name).to_pylist() for name in ("carton_barcode", "wholesale_price")),
            strict=True,
        )
    )
    orders = table(city, "orders").slice(0, 5000).to_pylist()
    same = [row["amount"] == row["cartons"] * prices[row["carton_barcode"]] for row in orders]
    assert 0.8 < np.mean(same) <= 1.0


def test_real_data_is_not_clean(city: Path) -> None:
    licences, complaints = table(city, "licences"), table(city, "complaints")
    names = licences.column("holder_name").to_pylist()
    assert len(set(names)) < len(names)
    assert any("*" in number for number in licences.column("holder_id").to_pylist())
    written, registered = set(complaints.column("address").to_pylist()), set(licences.column("address").to_pylist())
    assert len(written - registered) > 0.3 * len(written)
    assert complaints.column("licence_no").null_count > 0


def test_no_table_tells_the_truth(city: Path) -> None:
    words = {"offence", "ring", "strength", "trace", "truth", "offending", "kind"}
    for name in SCHEMAS:
        columns = set(table(city, name).schema.names)
        assert columns & words <= ({"kind"} if name in ("order_accounts", "case_items") else set())
    assert not list((city / "tables").glob("*offence*")) + list((city / "tables").glob("*.json"))


def test_a_licence_that_orders_is_issued_and_in_its_term(city: Path) -> None:
    licences = {row["licence_no"]: row for row in table(city, "licences").to_pylist()}
    end = START + dt.timedelta(weeks=60)
    for row in licences.values():
        assert row["issued_on"] <= row["opened_on"] or row["issued_on"] < START
        assert row["valid_to"] >= end or row["status"] in ("closed", "revoked")
    extended = [row for row in table(city, "licence_changes").to_pylist() if row["column"] == "valid_to"]
    assert extended
    assert all(row["new"] == licences[row["licence_no"]]["valid_to"].isoformat() for row in extended)
    first = table(city, "orders").group_by("licence_no").aggregate([("order_date", "min")]).to_pylist()
    assert all(licences[row["licence_no"]]["issued_on"] <= row["order_date_min"] for row in first)


def test_the_order_of_rows_tells_nothing(city: Path) -> None:
    truth = open_truth(city / "truth")
    phones = {row["phone"]: row["licence_no"] for row in table(city, "licences").to_pylist()}
    rows = table(city, "parcels").to_pylist()
    assert [row["waybill_no"][-7:] for row in rows] == sorted(row["waybill_no"][-7:] for row in rows)
    by_day: dict[dt.date, list[bool]] = {}
    for row in rows:
        licence = phones.get(row["receiver_phone"], "")
        by_day.setdefault(row["shipped_on"], []).append(truth.offending(licence, row["shipped_on"]) is not None)
    places = [np.mean(np.flatnonzero(day)) / (len(day) - 1) for day in by_day.values() if len(day) > 2 and any(day)]
    assert 0.4 < np.mean(places) < 0.6


def test_a_place_is_known_however_its_address_is_written(city: Path) -> None:
    truth = open_truth(city / "truth")
    place = next(each for own in truth.offences.values() for each in own if each.subject_kind == "place")
    day = next(day for day in (place.starts_on + dt.timedelta(days=n) for n in range(400)) if place.active(day))
    short = place.subject.removeprefix("厦门市")
    for written in (place.subject, short, short[3:], short.replace("号之", "-").replace("室", ""), short + "旁"):
        assert truth.offending(written, day) == "unlicensed"
