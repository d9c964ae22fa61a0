"""Each trace moves what it should, on average, and for each there are honest shops that show it too."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np
import pytest

from zhuanmai.sandbox.city import Parameters, making, rhythm
from zhuanmai.sandbox.city.effects import Effects, effects_of, shocks
from zhuanmai.sandbox.city.hotline import week_complaints
from zhuanmai.sandbox.city.making import Laid
from zhuanmai.sandbox.city.orders import WeekOrders, week_orders
from zhuanmai.sandbox.city.parcels import week_parcels
from zhuanmai.sandbox.city.spells import TRACES
from zhuanmai.sandbox.city.tills import week_scans

WEEK = 20  # in term, far from a festival
FORCE = 0.8


@pytest.fixture(scope="module")
def laid() -> Laid:
    start = dt.date(2024, 1, 1)
    return making.lay_out(Parameters.draw(seed=5, retailers=1500, weeks=40, start=start))


@pytest.fixture(scope="module")
def forced(laid: Laid) -> Callable[[str], tuple[Effects, np.ndarray, np.ndarray]]:
    """Effects of one trace on every second shop, and masks of those with and without."""

    def force(trace: str) -> tuple[Effects, np.ndarray, np.ndarray]:
        plain = effects_of(laid.parameters, laid.shops, making.Planted(), WEEK)
        half = np.arange(laid.shops.count) % 2 == 0
        plain.force[trace][half] = FORCE
        open_now = laid.levels.level[:, WEEK] > 0
        return plain, half & open_now, ~half & open_now

    return force


def orders(laid: Laid, effects: Effects, move: float = 0.0) -> WeekOrders:
    common = np.full(max(1, laid.planted.groups), move)
    return week_orders(laid.parameters, laid.shops, laid.products, laid.shelves, laid.levels, effects, common, WEEK)


def share(laid: Laid, lines: WeekOrders, products: np.ndarray) -> np.ndarray:
    chosen = products[lines.product]
    own = np.bincount(lines.shop[chosen], weights=lines.cartons[chosen], minlength=laid.shops.count)
    return own / np.maximum(laid.shops.size, 1)


def test_quotas_are_taken_in_full(laid: Laid, forced: Callable) -> None:
    effects, shown, others = forced("at_cap")
    taken = orders(laid, effects).taken
    assert np.nanmean(taken[shown]) > np.nanmean(taken[others]) + 0.25
    assert np.nanmean(taken[others] > 0.9) > 0.01  # honest shops that always take all


def test_who_moves_in_step_moves_with_the_group(laid: Laid, forced: Callable) -> None:
    effects, shown, others = forced("in_step")
    effects.group[:] = 0
    up, down = orders(laid, effects, 1.0).taken, orders(laid, effects, -1.0).taken
    assert np.nanmean(up[shown] - down[shown]) > 0.3
    assert abs(np.nanmean(up[others] - down[others])) < 0.3


@pytest.mark.parametrize(
    "trace, direction, which",
    [
        ("premium_fall", -1, lambda products: products.price_class <= 2),
        ("foreign_fall", -1, lambda products: products.foreign),
        ("term_rhythm", 1, lambda products: products.price_class >= 4),
        ("more", 1, lambda products: products.price_class > 0),
    ],
)
def test_orders_rise_or_fall(laid: Laid, forced: Callable, trace: str, direction: int, which: Callable) -> None:
    effects, shown, others = forced(trace)
    plain = np.asarray(which(laid.products)) & ~laid.products.scarce
    found = share(laid, orders(laid, effects), plain)
    assert direction * (found[shown].mean() / found[others].mean() - 1) > 0.2


def test_tills_see_less_than_was_ordered(laid: Laid, forced: Callable) -> None:
    effects, shown, _ = forced("till_gap")
    totals = np.tile(laid.shops.size[:, None], (1, WEEK + 1)).astype(np.float32)
    shop, sold = week_scans(laid.parameters, laid.shops, effects, totals, WEEK)
    seen = sold / laid.shops.size[shop]
    assert seen[shown[shop]].mean() < 0.65 * seen[~shown[shop]].mean()
    assert np.mean(seen[~shown[shop]] < 0.6) > 0.02  # honest tills that are seldom used


def test_complaints_and_parcels_gather(laid: Laid, forced: Callable) -> None:
    effects, shown, others = forced("complaints")
    about = Counter(
        each.shop
        for week in range(WEEK, WEEK + 12)
        for each in week_complaints(laid.parameters, laid.shops, laid.places, effects, laid.annoying, week)
    )
    assert sum(about[shop] for shop in np.flatnonzero(shown)) > 3 * sum(about[shop] for shop in np.flatnonzero(others))
    for trace in ("parcels_in", "parcels_out", "known_supplier"):
        effects, shown, others = forced(trace)
        posted = Counter(
            each.shop
            for each in week_parcels(
                laid.parameters, laid.shops, laid.places, laid.senders, effects, laid.posting, WEEK
            )
        )
        assert sum(posted[shop] for shop in np.flatnonzero(shown)) > 5 * sum(
            posted[shop] for shop in np.flatnonzero(others)
        )


def test_rings_share_what_they_order_with_and_so_do_honest_groups(laid: Laid) -> None:
    offending = {spell.shop for spell in laid.planted.offences if "shared_account" in spell.traces}
    users: dict[tuple[str, str], set[int]] = defaultdict(set)
    for shop, kind, value, _, _ in laid.accounts.rows:
        users[kind, value].add(shop)
    shared = {shop for shops in users.values() if len(shops) > 1 for shop in shops}
    honest = set(range(laid.shops.count)) - {spell.shop for spell in laid.planted.offences}
    assert len(offending & shared) > 0.7 * len(offending)
    assert 0.08 < len(honest & shared) / len(honest) < 0.5


def test_every_trace_has_honest_doubles(laid: Laid) -> None:
    doubles = Counter(trace for spell in laid.planted.doubles for trace in spell.traces)
    drawn = {trace for traces in TRACES.values() for trace in traces}
    elsewhere = {"shared_account", "same_rooms", "same_phone", "neighbours_dip"}  # families, successors, dips by chance
    assert drawn - elsewhere <= set(doubles)
    assert all(not spell.kind for spell in laid.planted.doubles)
    honest = {spell.shop for spell in laid.planted.doubles}
    assert (laid.shops.predecessor[sorted(honest)] >= 0).any()


def test_an_offender_shows_some_of_its_traces_and_strengths_differ(laid: Laid) -> None:
    outflow = [spell for spell in laid.planted.offences if spell.kind == "outflow"]
    shown = {len(spell.traces) for spell in outflow}
    assert min(shown) < len(TRACES["outflow"]) - 2
    assert len(shown) > 2
    assert np.std([spell.strength for spell in outflow]) > 0.08
    assert any(spell.pauses for spell in outflow)
    assert all(3 <= len(shops) <= 11 for ring, shops in laid.planted.rings.items() if
               any(spell.group == ring and spell.kind == "outflow" for spell in laid.planted.offences))  # fmt: skip


def test_the_rhythms_of_the_year() -> None:
    parameters = Parameters.draw(seed=1, retailers=100, weeks=104, start=dt.date(2024, 1, 1))
    factors, located = rhythm.festival_factors(parameters), rhythm.location_factors(parameters)
    assert rhythm.spring_festival(2025) == dt.date(2025, 1, 29)
    assert rhythm.mid_autumn(2024) == dt.date(2024, 9, 17)
    assert 1.45 < factors[3] < 2.35
    assert factors[5] < 0.2  # 10 February 2024 is in week 5
    scenic, school = located[2], located[3]
    summer = [week for week, day in enumerate(rhythm.mondays(parameters)) if day.month in (7, 8)]
    assert scenic[summer].mean() > 1.25
    assert school[summer].mean() < 0.75


def test_shocks_are_of_the_week() -> None:
    parameters = Parameters.draw(seed=1, retailers=100, weeks=10, start=dt.date(2024, 1, 1))
    planted = making.Planted(groups=50)
    assert np.array_equal(shocks(parameters, planted, 3), shocks(parameters, planted, 3))
    assert not np.array_equal(shocks(parameters, planted, 3), shocks(parameters, planted, 4))
