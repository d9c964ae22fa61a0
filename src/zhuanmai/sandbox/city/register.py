"""The register's history: what changed in a licence and when; the licences table carries only the last state."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from zhuanmai.sandbox.city.arrays import stream
from zhuanmai.sandbox.city.identities import Registry
from zhuanmai.sandbox.city.levels import Levels
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.places import Streets, written_address
from zhuanmai.sandbox.city.shops import NEVER, TERM_DAYS, Shops, terms

_MOVED_A_YEAR, _NEW_PHONE_A_YEAR = 0.015, 0.04
_SUSPENDED_AFTER_CASE = 0.2


def changes(
    parameters: Parameters, shops: Shops, streets: Streets, levels: Levels, visits: list[dict[str, Any]],
    registry: Registry,
) -> tuple[list[dict[str, Any]], list[str]]:  # fmt: skip
    """The licence_changes table, and every licence's status at the end of the window."""
    chance = stream(parameters.seed, "register")
    rows: list[dict[str, Any]] = []

    def note(shop: int, day: int, column: str, old: object, new: object) -> None:
        on = parameters.start + dt.timedelta(days=day)
        rows.append(
            {"licence_no": str(shops.licence[shop]), "changed_on": on, "column": column, "old": str(old),
             "new": str(new)}
        )  # fmt: skip

    for shop, week, old, new in levels.tier_changes:
        note(shop, week * 7, "order_tier", old, new)
    years = parameters.days / 365
    for shop in np.flatnonzero(chance.random(shops.count) < _MOVED_A_YEAR * years).tolist():
        day = int(chance.integers(0, parameters.days))
        if shops.opens[shop] < day < shops.closes[shop]:
            before = written_address(streets, int(shops.street[shop]), int(chance.integers(1, 400)), 0)
            shift = chance.normal(0, 0.002, 2)
            note(shop, day, "address", before, shops.address[shop])
            for place, column in enumerate(("longitude", "latitude")):
                value = float(shops.position[shop, place])
                note(shop, day, column, round(value + shift[place], 6), value)
    for shop in np.flatnonzero(chance.random(shops.count) < _NEW_PHONE_A_YEAR * years).tolist():
        day = int(chance.integers(0, parameters.days))
        if shops.opens[shop] < day < shops.closes[shop]:
            note(shop, day, "phone", registry.phone(), shops.phone[shop])
    issued, until = terms(shops, parameters)
    for shop in np.flatnonzero(until - issued > TERM_DAYS).tolist():
        day = int(until[shop]) - TERM_DAYS
        expires, extended = (parameters.start + dt.timedelta(days=each) for each in (day, int(until[shop])))
        note(shop, day - int(chance.integers(1, 60)), "valid_to", expires, extended)
    status = ["valid"] * shops.count
    for shop in np.flatnonzero(shops.closes < NEVER).tolist():
        status[shop] = "revoked" if shops.revoked[shop] else "closed"
        note(shop, int(shops.closes[shop]), "status", "valid", status[shop])
    _suspend(parameters, shops, visits, status, note)
    rows.sort(key=lambda row: (row["changed_on"], row["licence_no"], row["column"]))
    return rows, status


def _suspend(parameters: Parameters, shops: Shops, visits: list[dict[str, Any]], status: list[str], note: Any) -> None:
    """Some licences are suspended for a month after a case."""
    chance = stream(parameters.seed, "suspensions")
    by_licence = {str(licence): shop for shop, licence in enumerate(shops.licence)}
    until: dict[int, int] = {}
    for visit in visits:
        shop = by_licence.get(visit["licence_no"] or "", -1)
        if visit["outcome"] != "case" or shop < 0 or chance.random() > _SUSPENDED_AFTER_CASE:
            continue
        day = (visit["inspected_on"] - parameters.start).days + int(chance.integers(7, 30))
        if day < until.get(shop, 0) or day + 30 >= min(int(shops.closes[shop]), NEVER) or day >= parameters.days:
            continue
        note(shop, day, "status", "valid", "suspended")
        until[shop] = day + 30
        if day + 30 < parameters.days:
            note(shop, day + 30, "status", "suspended", "valid")
        else:
            status[shop] = "suspended"
