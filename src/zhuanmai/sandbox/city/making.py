"""Makes a city: lays it out, lives through its weeks one by one, and writes the import tables as it goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from zhuanmai.sandbox.city import tables
from zhuanmai.sandbox.city.accounts import Accounts, account_columns, open_accounts
from zhuanmai.sandbox.city.arrays import Floats, Ints, stream, texts
from zhuanmai.sandbox.city.cases import CaseFile
from zhuanmai.sandbox.city.effects import effects_of, shocks
from zhuanmai.sandbox.city.hotline import Complaint, annoyance, week_complaints
from zhuanmai.sandbox.city.identities import Registry
from zhuanmai.sandbox.city.inspections import Visits
from zhuanmai.sandbox.city.levels import Levels, honest_levels
from zhuanmai.sandbox.city.orders import Shelves, WeekOrders, stock, week_orders
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.parcels import Senders, find_senders, posting_habits, week_parcels
from zhuanmai.sandbox.city.places import Streets, lay_streets, squad_rows
from zhuanmai.sandbox.city.planting import Planted, plant, sure_open
from zhuanmai.sandbox.city.products import Products, offer, product_rows
from zhuanmai.sandbox.city.register import changes
from zhuanmai.sandbox.city.shops import Shops, licence_columns, open_shops
from zhuanmai.sandbox.city.slips import Slips
from zhuanmai.sandbox.city.spells import Spell
from zhuanmai.sandbox.city.tills import week_scans
from zhuanmai.sandbox.city.truth_files import write_truth
from zhuanmai.sandbox.city.unlicensed import Places, find_places, neighbours_dip

Progress = Callable[[int, int], None]


@dataclass
class Laid:
    """A city before its first week."""

    parameters: Parameters
    streets: Streets
    registry: Registry
    shops: Shops
    products: Products
    planted: Planted
    accounts: Accounts
    places: Places
    senders: Senders
    levels: Levels
    shelves: Shelves
    annoying: Floats
    posting: Floats


@dataclass
class Written:
    """What was written: rows by table."""

    rows: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, rows: int) -> None:
        """Add to a table's number of rows."""
        self.rows[name] = self.rows.get(name, 0) + rows


def make_city(
    parameters: Parameters, folder: Path, truth: Path, *, form: str = "parquet", progress: Progress | None = None
) -> Written:
    """Write the import tables of a city into one folder and its truth into another."""
    folder.mkdir(parents=True, exist_ok=True)
    city = lay_out(parameters)
    files = CaseFile(parameters, city.shops, city.places, city.products, city.senders, city.registry)
    visits = Visits(parameters, city.shops, city.places, city.planted, files)
    written = Written()
    ledgers = {"orders": _Months(parameters, folder, form, "orders", written),
               "scans": _Months(parameters, folder, form, "scans", written)}  # fmt: skip
    complaints: list[Complaint] = []
    parcels: list[dict[str, Any]] = []
    totals = np.zeros((city.shops.count, parameters.weeks), dtype=np.float32)
    taken = np.full((city.shops.count, parameters.weeks), np.nan, dtype=np.float32)
    for week in range(parameters.weeks):
        effects = effects_of(parameters, city.shops, city.planted, week)
        neighbours_dip(city.places, effects, week, city.levels.level[:, week])
        lines = week_orders(parameters, city.shops, city.products, city.shelves, city.levels, effects,
                            shocks(parameters, city.planted, week), week)  # fmt: skip
        totals[:, week], taken[:, week] = lines.total, lines.taken
        ledgers["orders"].add(week, lines.day + 31 * lines.late, _order_table(city, lines, week))
        shop, sold = week_scans(parameters, city.shops, effects, totals, week)
        ledgers["scans"].add(week, np.full(len(shop), week * 7), _scan_table(city, shop, sold, week))
        heard = week_complaints(parameters, city.shops, city.places, effects, city.annoying, week)
        complaints += heard
        for parcel in week_parcels(parameters, city.shops, city.places, city.senders, effects, city.posting, week):
            parcels.append(parcel.row)
            if parcel.row["seized"]:
                files.from_parcel(stream(parameters.seed, "seized", len(parcels)), parcel)
        files.week_on_the_road(effects, week)
        visits.week(week, totals, taken, heard)
        if progress:
            progress(week + 1, parameters.weeks)
    for months in ledgers.values():
        months.finish()
    _write_rest(city, visits, files, [each.row for each in complaints], parcels, folder, form, written)
    write_truth(truth, parameters, city.shops, city.places, city.planted)
    return written


def lay_out(parameters: Parameters) -> Laid:
    """Streets, shops, products, spells, accounts, places and senders of the city."""
    registry = Registry(stream(parameters.seed, "registry"))
    streets = lay_streets(parameters.seed)
    shops = open_shops(parameters, streets, registry)
    products = offer(parameters)
    planted = plant(parameters, shops)
    sure_open(shops, planted)
    accounts = open_accounts(parameters, shops, planted, registry)
    selling = sum(spell.place >= 0 for spell in planted.offences)
    places = find_places(parameters, streets, registry, selling, shops.position)
    senders = find_senders(parameters, registry)
    _chains(planted, accounts, parameters)
    return Laid(
        parameters, streets, registry, shops, products, planted, accounts, places, senders,
        honest_levels(parameters, shops), stock(parameters, shops, products), annoyance(parameters, shops),
        posting_habits(parameters, shops),
    )  # fmt: skip


def _chains(planted: Planted, accounts: Accounts, parameters: Parameters) -> None:
    """A chain's shops order by one plan all the time."""
    chance = stream(parameters.seed, "chains")
    taken = {spell.shop for spell in planted.offences}
    for members in accounts.chains:
        group, strength = planted.new_group(), float(chance.uniform(0.3, 1.0))
        for shop in members:
            if shop not in taken:
                planted.doubles.append(
                    Spell("", shop, -365, parameters.days, strength, frozenset({"in_step"}), group)
                )  # fmt: skip


def _coded(values: list[str], places: Ints) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), pa.array(values, type=pa.string()))


def _order_table(city: Laid, lines: WeekOrders, week: int) -> Any:
    amount = lines.cartons * city.products.wholesale[lines.product, week]
    return pa.table(
        [
            tables.day_array(city.parameters.start, lines.day),
            _coded(city.shops.licence.tolist(), lines.shop),
            _coded(city.products.barcodes, lines.product),
            pa.array(lines.cartons.astype(np.int32)),
            tables.money(amount),
        ],
        names=tables.SCHEMAS["orders"].names,
    )


def _scan_table(city: Laid, shop: Ints, sold: Ints, week: int) -> Any:
    days = np.full(len(shop), week * 7)
    return pa.table(
        [
            _coded(city.shops.licence.tolist(), shop),
            tables.day_array(city.parameters.start, days),
            pa.array(sold.astype(np.int32)),
        ],
        names=tables.SCHEMAS["scans"].names,
    )


class _Months:
    """Keeps the rows of weeks until their month is whole, then writes its file."""

    def __init__(self, parameters: Parameters, folder: Path, form: str, name: str, written: Written) -> None:
        self._start, self._folder, self._form, self._name = parameters.start, folder, form, name
        self._last = parameters.start + dt.timedelta(days=parameters.days - 1)
        self._kept: dict[str, list[Any]] = {}
        self._written = written

    def add(self, week: int, filed: Ints, table: Any) -> None:
        """The rows of a week; `filed` is the day by which each row's file is chosen."""
        last = (self._last - self._start).days
        months = (np.datetime64(self._start) + np.minimum(filed, last)).astype("datetime64[M]")
        for month in np.unique(months):
            self._kept.setdefault(str(month), []).append(table.filter(pa.array(months == month)))
        now = str(self._start + dt.timedelta(weeks=week))[:7]
        for month in [each for each in self._kept if each < now]:
            self._write(month)

    def finish(self) -> None:
        """Write the months still kept."""
        for month in sorted(self._kept):
            self._write(month)

    def _write(self, month: str) -> None:
        table = pa.concat_tables(self._kept.pop(month))
        if len(table):
            tables.write(self._folder, self._name, table, form=self._form, suffix=f"-{month}")
            self._written.count(self._name, len(table))


def _write_rest(
    city: Laid, visits: Visits, files: CaseFile, complaints: list[dict[str, Any]], parcels: list[dict[str, Any]],
    folder: Path, form: str, written: Written,
) -> None:  # fmt: skip
    """The tables that are written whole at the end."""
    parameters, shops = city.parameters, city.shops
    changed, status = changes(parameters, shops, city.streets, city.levels, visits.rows, city.registry)
    slips = Slips(parameters, stream(parameters.seed, "masked"))
    masked = texts([slips.masked(number) if place % 5 else number for place, number in enumerate(shops.holder_id)])
    _numbered(parameters.seed, complaints, "complaint_no", "received_at", "TS")
    _numbered(parameters.seed, visits.rows, "inspection_no", "inspected_on", "JC")
    _numbered(parameters.seed, parcels, "waybill_no", "shipped_on", "YD")
    end = parameters.start + dt.timedelta(days=parameters.days)
    kept = {row["case_no"] for row in files.cases if row["filed_on"] < end}
    whole = {
        "products": tables.table_of("products", product_rows(city.products)),
        "licences": tables.table_of(
            "licences", licence_columns(shops, parameters, city.levels.tier[:, -1], status, masked)
        ),
        "order_accounts": tables.table_of("order_accounts", account_columns(parameters, shops, city.accounts)),
        "complaints": tables.rows_table("complaints", complaints),
        "inspections": tables.rows_table("inspections", visits.rows),
        "cases": tables.rows_table("cases", [row for row in files.cases if row["case_no"] in kept]),
        "case_parties": tables.rows_table("case_parties", [row for row in files.parties if row["case_no"] in kept]),
        "case_items": tables.rows_table("case_items", [row for row in files.items if row["case_no"] in kept]),
        "parcels": tables.rows_table("parcels", parcels),
        "squads": tables.rows_table("squads", squad_rows(city.streets)),
        "licence_changes": tables.rows_table("licence_changes", changed),
    }
    for name, table in whole.items():
        tables.write(folder, name, table, form=form)
        written.count(name, len(table))


def _numbered(seed: int, rows: list[dict[str, Any]], column: str, by: str, head: str) -> None:
    """Number rows by their time, those of one day in no order: the order they were drawn in would tell why."""
    rows[:] = [rows[place] for place in stream(seed, "numbers", len(rows)).permutation(len(rows))]
    rows.sort(key=lambda row: row[by])
    for place, row in enumerate(rows):
        row[column] = f"{head}{row[by]:%Y%m}{place + 1:07d}"
