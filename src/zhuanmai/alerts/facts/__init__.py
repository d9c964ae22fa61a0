"""Facts: what the lake says of every shop, week by week, read once and looked at as of any week.

Reading is expressions on the lake's engine (`orders`) and matching of who is meant (`shops`, `events`, `accounts`).
Everything is dated by the week in which it was known, so that what a detector sees in a week, with all weeks read at
once, equals what it would see if only that week's lake were read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from zhuanmai.alerts.facts.accounts import Accounts, read_accounts
from zhuanmai.alerts.facts.arrays import Bools, Floats, Ints
from zhuanmai.alerts.facts.events import Events, read_events
from zhuanmai.alerts.facts.orders import Orders, order_days, read_orders, read_scans
from zhuanmai.alerts.facts.shops import Shops, read_shops
from zhuanmai.alerts.facts.tables import columns
from zhuanmai.alerts.facts.weeks import Weeks

_MOST_WEEKS = 160
_SILENT_WEEKS = 8
NEEDED = ("licences", "orders", "products", "order_accounts", "scans", "complaints", "inspections", "cases",
          "case_parties", "case_items", "parcels", "licence_changes")  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """Everything the detectors look at. Arrays are shops × weeks."""

    weeks: Weeks
    shops: Shops
    orders: Orders
    scans: Floats
    accounts: Accounts
    events: Events
    without: tuple[str, ...]
    kept: dict[tuple[str, int], Any] = field(default_factory=dict, compare=False)  # what is dear to compute, by week

    def trading(self, week: int) -> Bools:
        """Who ordered within the last eight weeks: only these can be visited for something."""
        cartons = self.orders.sums["cartons"]
        ordered = cartons[:, max(0, week - _SILENT_WEEKS + 1) : week + 1].sum(axis=1) > 0
        return np.asarray(ordered & (self.shops.known <= week))

    def size(self, week: int) -> Ints:
        """The size band of each shop (0 small to 19); -1 before its first order."""
        return self.orders.band[:, week]

    def count(self, name: str, week: int, weeks: int) -> Floats:
        """Events of a name within the last `weeks` weeks."""
        return np.asarray(
            self.events.counts[name][:, max(0, week - weeks + 1) : week + 1].sum(axis=1, dtype=np.float64)
        )


def read_facts(lake: Any, last: dt.date, *, with_orders: bool = False) -> Facts:
    """The facts of a lake up to and with a day; what is dated later is not read.

    `with_orders`: the weeks end with the orders, where these come in late, so that the newest week is whole; what else
    is known since counts into it.
    """
    seen = lake.as_of(last)
    first, settled = order_days(seen) or (last, last)
    last = settled if with_orders else last
    first = max(first, last - dt.timedelta(weeks=_MOST_WEEKS))
    weeks = Weeks.between(first, last)
    ordering = set(columns(seen, seen.table("orders").select("licence_no").distinct())["licence_no"])
    licences = {**seen.tables, "licences": lake.table("licences")}  # dated by the reader, row by row
    shops = read_shops(replace(seen, tables=licences), weeks, ordering)
    orders = read_orders(seen, weeks, shops.licence)
    return Facts(
        weeks=weeks,
        shops=shops,
        orders=orders,
        scans=read_scans(seen, weeks, shops.licence),
        accounts=read_accounts(seen, weeks, shops),
        events=read_events(seen, weeks, shops),
        without=tuple(name for name in NEEDED if not lake.has(name)),
    )
