"""Weekly sums of every shop's orders, read in one go; quotas inferred from how orders bunch at them.

A replay does not know which products were under quota (the register carries its last state), and nobody hands over the
quotas themselves. Both show in the orders: where shops of one size all stop at one number, the spread of a product's
lines is small for its mean. Expressions only, so that every engine gives the same numbers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from zhuanmai.alerts.facts.arrays import Floats, Ints
from zhuanmai.alerts.facts.tables import columns
from zhuanmai.alerts.facts.weeks import Weeks

BANDS = 20
_SIZE_WEEKS = 26
_QUOTA_WEEKS = 13
_NARROW, _COMMON = 0.66, 0.08
_STRAY, _USUAL_DAYS = (
    0.05,
    56,
)  # of a usual day's lines, from which a day counts; the days of orders that say what is usual
KINDS = ("cartons", "lines", "scarce", "scarce_lines", "full", "cap", "dear", "foreign", "cheap", "biggest")


@dataclass(frozen=True)
class Orders:
    """Shops × weeks of each sum in `KINDS`, and the size band (0 small to 19) of each shop in each week it ordered."""

    sums: dict[str, Floats]
    band: Ints


def read_orders(lake: Any, weeks: Weeks, licences: list[str]) -> Orders:
    """All sums for the shops in `licences`, in their order."""
    lines = _lines(lake, weeks)
    sized = _sized(lines)
    quotas = _quotas(columns(lake, _spreads(lines, sized)), weeks.count)
    found = columns(lake, _sums(lines, sized, lake.table("products"), quotas))
    place = {number: index for index, number in enumerate(licences)}
    shop = np.array([place.get(number, -1) for number in found["licence_no"]], dtype=np.int64)
    week = np.asarray(found["week"], dtype=np.int64)
    good = (shop >= 0) & (week >= 0)
    sums = {}
    for kind in KINDS:
        sums[kind] = np.zeros((len(licences), weeks.count), dtype=np.float32)
        sums[kind][shop[good], week[good]] = np.nan_to_num(np.asarray(found[kind], dtype=np.float64))[good]
    band = np.full((len(licences), weeks.count), -1, dtype=np.int64)
    band[shop[good], week[good]] = np.asarray(found["band"], dtype=np.int64)[good]
    return Orders(sums, _carried(band))


def _lines(lake: Any, weeks: Weeks) -> ir.Table:
    orders = lake.table("orders")
    shown = (orders.cartons > 0) & (orders.order_date <= ibis.date(weeks.last))
    lines = orders.filter(shown).mutate(week=weeks.column(orders.order_date))
    return lines.filter(lines.week >= 0).select("licence_no", "week", "carton_barcode", "cartons")


def _sized(lines: ir.Table) -> ir.Table:
    """Each shop's size band in each week it ordered: by its mean order of half a year up to then."""
    totals = lines.group_by("licence_no", "week").aggregate(total=lines.cartons.sum())
    window = ibis.window(group_by="licence_no", order_by="week", preceding=_SIZE_WEEKS - 1, following=0)
    sized = totals.mutate(size=totals.total.cast("float64").mean().over(window))
    by_week = ibis.window(group_by="week", order_by=[sized.size, sized.licence_no])
    return sized.mutate(band=ibis.ntile(BANDS).over(by_week).cast("int64")).select("licence_no", "week", "band")


def _spreads(lines: ir.Table, sized: ir.Table) -> ir.Table:
    """How each product's lines spread within shops of one size, week by week."""
    joined = lines.inner_join(sized, ["licence_no", "week"])
    amount = joined.cartons.cast("float64")
    return joined.group_by("week", "carton_barcode", "band").aggregate(
        lines=joined.count(), mean=amount.mean(), square=(amount * amount).mean(), most=joined.cartons.max()
    )


def _quotas(spreads: dict[str, Any], count: int) -> pa.Table:
    """For every week, product and band under quota: the quota as it shows."""
    codes, product = np.unique(spreads["carton_barcode"].astype(str), return_inverse=True)
    week, band = spreads["week"].astype(np.int64), spreads["band"].astype(np.int64)
    lines, mean = spreads["lines"].astype(np.float64), spreads["mean"]
    deviation = np.sqrt(np.maximum(0.0, spreads["square"] - mean**2))
    upper = (band >= BANDS // 2) & (lines >= 3)
    weight = np.zeros((len(codes), count))
    spread = np.zeros((len(codes), count))
    np.add.at(weight, (product[upper], week[upper]), lines[upper])
    np.add.at(spread, (product[upper], week[upper]), (lines * deviation / mean)[upper])
    seen, off = _trailing(weight, _QUOTA_WEEKS), _trailing(spread, _QUOTA_WEEKS)
    narrow = np.divide(off, seen, out=np.full_like(off, np.nan), where=seen > 0)
    usual = np.array([_weighted_median(narrow[:, at], seen[:, at]) for at in range(count)])
    common = seen > _COMMON * np.maximum(seen.max(axis=0, initial=0), 1)
    under = (narrow < _NARROW * usual) & common
    kept = under[product, week]
    cap = np.maximum(1.0, np.minimum(spreads["most"], np.ceil(mean + 2 * deviation)))
    found = {"week": week, "carton_barcode": codes[product].astype(str), "band": band, "quota": cap}
    types = {"week": pa.int64(), "carton_barcode": pa.string(), "band": pa.int64(), "quota": pa.float64()}
    return pa.table({name: values[kept] for name, values in found.items()}, schema=pa.schema(types.items()))


def _trailing(values: Floats, weeks: int) -> Floats:
    """Sums over the last `weeks` columns."""
    total = np.cumsum(values, axis=1)
    total[:, weeks:] = total[:, weeks:] - total[:, :-weeks]
    return np.asarray(total)


def _weighted_median(values: Floats, weight: Floats) -> float:
    known = ~np.isnan(values)
    if not known.any():
        return np.inf
    order = np.argsort(values[known], kind="stable")
    running = np.cumsum(weight[known][order])
    return float(values[known][order][np.searchsorted(running, running[-1] / 2)])


def _sums(lines: ir.Table, sized: ir.Table, products: ir.Table, quotas: pa.Table) -> ir.Table:
    """Each shop's weekly sums by what kind of product it is."""
    known = products.select("carton_barcode", "price_class")
    joined = lines.inner_join(sized, ["licence_no", "week"]).left_join(known, "carton_barcode")
    joined = joined.drop("carton_barcode_right") if "carton_barcode_right" in joined.columns else joined
    caps = ibis.memtable(quotas)
    joined = joined.left_join(caps, ["week", "carton_barcode", "band"])
    joined = joined.select("licence_no", "week", "band", "carton_barcode", "cartons", "price_class", "quota")
    amount = joined.cartons.cast("float64")
    under = joined.quota.notnull()
    return joined.group_by("licence_no", "week", "band").aggregate(
        cartons=amount.sum(),
        lines=joined.count(),
        scarce=under.ifelse(amount, 0.0).sum(),
        scarce_lines=under.cast("int64").sum(),
        full=(joined.quota.fill_null(1e9) <= amount).cast("int64").sum(),
        cap=joined.quota.fill_null(0.0).sum(),
        dear=((joined.price_class <= 2) & ~under).fill_null(False).ifelse(amount, 0.0).sum(),
        foreign=(~joined.carton_barcode.startswith("69")).ifelse(amount, 0.0).sum(),
        cheap=(joined.price_class >= 4).fill_null(False).ifelse(amount, 0.0).sum(),
        biggest=amount.max(),
    )


def _carried(band: Ints) -> Ints:
    """A week without orders keeps the band of the week before."""
    for week in range(1, band.shape[1]):
        missing = band[:, week] < 0
        band[missing, week] = band[missing, week - 1]
    return band


def read_scans(lake: Any, weeks: Weeks, licences: list[str]) -> Floats:
    """Shops × weeks of cartons scanned at the till; nan where nothing was reported."""
    sold = np.full((len(licences), weeks.count), np.nan, dtype=np.float32)
    scans = lake.table("scans")
    whole = scans.filter(scans.week <= ibis.date(weeks.last - dt.timedelta(days=6)))
    found = columns(lake, whole.select("licence_no", "week", "cartons_sold"))
    place = {number: index for index, number in enumerate(licences)}
    shop = np.array([place.get(number, -1) for number in found["licence_no"]], dtype=np.int64)
    week = weeks.of_days(found["week"] + np.timedelta64(6, "D"))
    good = (shop >= 0) & (week >= 0)
    sold[shop[good], week[good]] = np.asarray(found["cartons_sold"], dtype=np.float64)[good]
    return sold


def order_days(lake: Any) -> tuple[dt.date, dt.date] | None:
    """The first day of orders, and the last that is no stray: with a twentieth of the lines of a usual day."""
    orders = lake.table("orders")
    found = columns(lake, orders.group_by("order_date").aggregate(lines=orders.count()).order_by("order_date"))
    days, lines = found["order_date"], found["lines"]
    if not len(days):
        return None
    usual = days[lines >= _STRAY * np.median(lines[-_USUAL_DAYS:])]
    return days[0].astype(object), usual[-1].astype(object)
