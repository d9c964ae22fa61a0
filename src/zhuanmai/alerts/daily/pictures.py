"""What an alert shows beside its reasons: the shop's orders against its peers', and past findings like it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.arrays import Floats
from zhuanmai.alerts.facts.events import FOUND
from zhuanmai.alerts.model.features import HEADS, Frame
from zhuanmai.alerts.model.prior import off_the_usual
from zhuanmai.alerts.model.training import FIRST_WEEK, Looks, looked

WEEKS = 26
_ENOUGH_PEERS = 8
_SIMILAR = 3


def picture(facts: Facts, week: int, shop: int) -> dict[str, Any]:
    """Cartons a week over half a year: the shop's own and the median of shops of its size and business type."""
    first = max(0, week - WEEKS + 1)
    cartons = facts.orders.sums["cartons"][:, first : week + 1]
    size, trading = facts.size(week), facts.trading(week)
    alike = trading & (size == size[shop])
    peers = alike & (facts.shops.business == facts.shops.business[shop])
    peers = peers if peers.sum() >= _ENOUGH_PEERS else alike
    middle = np.median(cartons[peers], axis=0) if peers.any() else np.zeros(cartons.shape[1])
    return {
        "weeks": [facts.weeks.ends(at).isoformat() for at in range(first, week + 1)],
        "own": [round(float(value), 1) for value in cartons[shop]],
        "peers": [round(float(value), 1) for value in middle],
    }


@dataclass(frozen=True)
class Past:
    """Past findings: how each shop looked just before the visit (off the usual of its week), whose it was, and what."""

    looks: Floats
    licences: list[str]
    told: list[dict[str, Any]]


def past_of(facts: Facts, week: int, looks: Looks) -> Past:
    """The findings up to a week."""
    visits = facts.events.visits
    rows = np.flatnonzero(np.isin(visits.outcome, FOUND) & (visits.shop >= 0) & (visits.week > FIRST_WEEK))
    rows = rows[visits.week[rows] <= week]
    if not len(rows):
        return Past(np.zeros((0, len(HEADS))), [], [])
    then = [looked(facts, int(visits.week[row]) - 1, [int(visits.shop[row])], looks)[1][0] for row in rows]
    return Past(
        np.stack(then)[:, list(HEADS)],
        [facts.shops.licence[int(visits.shop[row])] for row in rows],
        [_told(facts, int(row)) for row in rows],
    )


def similar(facts: Facts, past: Past, page: Frame, shops: list[int]) -> dict[int, list[dict[str, Any]]]:
    """For each shop the three past findings of other shops that looked most like it."""
    if not past.told or not shops:
        return {shop: [] for shop in shops}
    found = {}
    for shop, own in zip(shops, _looks(page, shops), strict=True):
        others = np.array([at for at, number in enumerate(past.licences) if number != facts.shops.licence[shop]])
        apart = np.abs(past.looks[others] - own).mean(axis=1) if len(others) else np.zeros(0)
        found[shop] = [past.told[int(others[at])] for at in np.argsort(apart, kind="stable")[:_SIMILAR]]
    return found


def _looks(page: Frame, shops: list[int]) -> Floats:
    return off_the_usual(page, page.values[shops])[:, list(HEADS)]


def _told(facts: Facts, row: int) -> dict[str, Any]:
    visits = facts.events.visits
    number = visits.case_no[row] or ""
    kind = next((case["kind"] for case in facts.events.cases if number and case["case_no"] == number), "")
    return {
        "week": facts.weeks.ends(int(visits.week[row])).isoformat(),
        "licence_no": facts.shops.licence[int(visits.shop[row])],
        "outcome": visits.outcome[row],
        "case_no": number,
        "kind": kind,
    }
