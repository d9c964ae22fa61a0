"""What the maps are made of: places of events by kind and period, and cartons from where to where. Read from a lake."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from zhuanmai.alerts.facts.tables import columns
from zhuanmai.alerts.maps.hotspots import Point, area, hotspots
from zhuanmai.reference.addresses import read_address

PERIODS = (13, 26, 52)  # weeks up to the day
_ACCUSED = ("counterfeit", "unlicensed", "smuggled", "minor")
_CODE_LICENCE = (20, 32)  # where a carton code carries the licence it was delivered to


@dataclass(frozen=True)
class Flow:
    """Cartons delivered to one licence and found in a district that is not its shop, within a period."""

    from_licence: str
    from_district: str
    to_district: str
    cartons: int
    cases: int


def period_of(day: dt.date, weeks: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of a period."""
    return day - dt.timedelta(weeks=weeks) + dt.timedelta(days=1), day


def named(day: dt.date, weeks: int) -> str:
    """A period as tables name it: 2026-08-30/2026-11-28."""
    first, last = period_of(day, weeks)
    return f"{first}/{last}"


@dataclass(frozen=True)
class _Register:
    """Where licences and streets are."""

    licences: Mapping[str, Point]
    streets: Mapping[str, Point]
    districts: Mapping[str, str]

    def place(self, licence: Any, address: Any) -> Point | None:
        """By the licence, else the middle of the street that the address names."""
        if licence and licence in self.licences:
            return self.licences[licence]
        read = read_address(address)
        return self.streets.get(read.street) if read else None


def _register(lake: Any) -> _Register:
    if not lake.has("licences"):
        return _Register({}, {}, {})
    wanted = ("licence_no", "address", "district_code", "longitude", "latitude")
    rows = columns(lake, lake.table("licences").select(*wanted))
    licences: dict[str, Point] = {}
    along: dict[str, list[Point]] = defaultdict(list)
    for number, address, longitude, latitude in zip(
        rows["licence_no"], rows["address"], rows["longitude"].tolist(), rows["latitude"].tolist(), strict=True
    ):
        if longitude != longitude or latitude != latitude:
            continue
        licences[number] = (longitude, latitude)
        read = read_address(address)
        if read:
            along[read.street].append((longitude, latitude))
    streets = {name: (float(np.median([x for x, _ in at])), float(np.median([y for _, y in at])))
               for name, at in along.items()}  # fmt: skip
    return _Register(licences, streets, dict(zip(rows["licence_no"], rows["district_code"], strict=True)))


def hot_rows(lake: Any, day: dt.date) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Hot spots by kind and length of the period, as rows: cell, count, gi_star, p_value, hot.

    Kinds: `case` with `case_` and the kind of goods, `complaint` with `complaint_` and its category.
    """
    register = _register(lake)
    city = area(register.licences.values())
    events = _events(lake, register)
    found = {}
    for kind in sorted({kind for kind, _, _ in events}):
        for weeks in PERIODS:
            first, last = period_of(day, weeks)
            places = [place for each, when, place in events if each == kind and first <= when <= last]
            found[kind, weeks] = [asdict(cell) for cell in hotspots(places, city)]
    return found


def _events(lake: Any, register: _Register) -> list[tuple[str, dt.date, Point]]:
    found: list[tuple[str, dt.date, Point]] = []
    kinds = _kinds_of_cases(lake)
    cases = columns(lake, lake.table("cases").select("case_no", "filed_on", "address", "longitude", "latitude"))
    for number, day, address, longitude, latitude in zip(
        cases["case_no"], cases["filed_on"], cases["address"], cases["longitude"].tolist(),
        cases["latitude"].tolist(), strict=True,
    ):  # fmt: skip
        known = longitude == longitude and latitude == latitude
        place = (longitude, latitude) if known else register.place(None, address)
        if place is None or np.isnat(day):
            continue
        found.append(("case", day.astype(object), place))
        found += [(f"case_{kind}", day.astype(object), place) for kind in sorted(kinds.get(number, ()))]
    rows = columns(lake, lake.table("complaints").select("received_at", "category", "address", "licence_no"))
    for day, category, address, licence in zip(
        rows["received_at"], rows["category"], rows["address"], rows["licence_no"], strict=True
    ):
        place = register.place(licence, address)
        if category not in _ACCUSED or place is None or np.isnat(day):
            continue
        found += [("complaint", day.astype(object), place), (f"complaint_{category}", day.astype(object), place)]
    return found


def _kinds_of_cases(lake: Any) -> dict[str, set[str]]:
    rows = columns(lake, lake.table("case_items").select("case_no", "kind").distinct())
    kinds: dict[str, set[str]] = defaultdict(set)
    for number, kind in zip(rows["case_no"], rows["kind"], strict=True):
        if kind:
            kinds[number].add(kind)
    return kinds


def flow_rows(lake: Any, day: dt.date) -> dict[int, list[dict[str, Any]]]:
    """Flows by length of the period, the most cartons first. What was found in the shop itself did not flow."""
    register = _register(lake)
    found = {}
    for weeks in PERIODS:
        first, last = period_of(day, weeks)
        sums = _sums(lake, first, last)
        flows = [
            Flow(licence, register.districts.get(licence) or "", district or "", int(cartons), int(cases))
            for licence, district, cartons, cases in sums
        ]
        found[weeks] = [
            asdict(each)
            for each in sorted(flows, key=lambda each: (-each.cartons, each.from_licence, each.to_district))
        ]
    return found


def _sums(lake: Any, first: dt.date, last: dt.date) -> list[tuple[str, Any, float, float]]:
    items, cases, parties = lake.table("case_items"), lake.table("cases"), lake.table("case_parties")
    start, end = _CODE_LICENCE
    coded = items.filter(items.carton_code.notnull() & (items.carton_code.length() == end))
    coded = coded.select("case_no", "cartons", licence=coded.carton_code.substr(start, end - start))
    dated = cases.filter(cases.filed_on.between(first, last)).select("case_no", to_district="district_code")
    own = parties.filter((parties.role == "party") & parties.licence_no.notnull())
    own = own.select("case_no", licence="licence_no").distinct()
    moved = coded.inner_join(dated, "case_no").anti_join(own, ["case_no", "licence"])
    sums = moved.group_by("licence", "to_district").agg(cartons=moved.cartons.sum(), cases=moved.case_no.nunique())
    rows = columns(lake, sums)
    return list(
        zip(rows["licence"], rows["to_district"], rows["cartons"].tolist(), rows["cases"].tolist(), strict=True)
    )


def hot_table(lake: Any, day: dt.date) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The table `hotspots` (docs: the lake): its columns and rows, of all kinds and periods."""
    names = ("cell", "period", "kind", "count", "gi_star", "p_value")
    rows = [
        {"cell": row["cell"], "period": named(day, weeks), "kind": kind} | {name: row[name] for name in names[3:]}
        for (kind, weeks), cells in hot_rows(lake, day).items()
        for row in cells
    ]
    return names, rows


def flow_table(lake: Any, day: dt.date) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The table `flows` (docs: the lake): its columns and rows, of all periods."""
    names = ("from_licence", "to_district", "period", "cartons", "cases")
    rows = [
        {name: named(day, weeks) if name == "period" else row[name] for name in names}
        for weeks, flows in flow_rows(lake, day).items()
        for row in flows
    ]
    return names, rows
