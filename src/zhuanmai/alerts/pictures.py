"""What an alert shows beside its reasons: the shop's orders against its peers', and past findings like it."""

from __future__ import annotations

from typing import Any

import numpy as np

from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.events import FOUND
from zhuanmai.alerts.features import HEADS, Frame, frame
from zhuanmai.alerts.ranker import Ranker
from zhuanmai.alerts.training import FIRST_WEEK

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


def similar(facts: Facts, page: Frame, ranker: Ranker, shops: list[int]) -> dict[int, list[dict[str, Any]]]:
    """For each shop the three past findings whose shops looked most like it just before the visit."""
    visits = facts.events.visits
    rows = np.flatnonzero(np.isin(visits.outcome, FOUND) & (visits.shop >= 0) & (visits.week > 0))
    rows = rows[(visits.week[rows] <= page.week) & (visits.week[rows] > FIRST_WEEK)]
    if not len(rows) or not shops:
        return {shop: [] for shop in shops}
    heads = list(HEADS)
    then = np.stack([frame(facts, int(visits.week[row]) - 1).values[visits.shop[row]] for row in rows])
    past = ranker.scale.straight(then)[:, heads]
    found = {}
    for shop, own in zip(shops, ranker.scale.straight(page.values[shops])[:, heads], strict=True):
        others = np.flatnonzero(visits.shop[rows] != shop)
        apart = np.abs(past[others] - own).mean(axis=1)
        nearest = others[np.argsort(apart, kind="stable")[:_SIMILAR]]
        found[shop] = [_told(facts, int(rows[at])) for at in nearest]
    return found


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
