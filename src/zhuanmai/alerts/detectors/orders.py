"""Traces in what a shop orders: how much, of what, at the quota, against its till, and in step with whom."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from zhuanmai.alerts.detectors.kinds import Columns
from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.arrays import Bools, Floats, Ints, filled_mean, group_median, ranks, recent, robust_z

NOW, BEFORE, LONG = 8, 26, 52
_BLOCK = 2000
_STEP_WEEKS, _STEP_EVERY = 26, 4
_ALIKE = 0.6
_MOST_COMPARED = 40_000  # shops that are compared all with all; where there are more, each district by itself


def volume(facts: Facts, week: int) -> Columns:
    """Orders of eight weeks against the half-year before, less what shops of the same places did in those weeks.

    What the others do takes the season out whenever it falls, Spring Festival by the lunar calendar included.
    """
    total = facts.orders.sums["cartons"]
    rise = _rise(facts, "cartons", week, NOW, BEFORE)
    long = _rise(facts, "cartons", week, NOW, LONG, skip=BEFORE)
    before = recent(total, week, 3, 1).mean(axis=1)
    surge = total[:, week] / (before + 3.0)
    biggest = recent(facts.orders.sums["biggest"], week, 4).max(axis=1) / (
        recent(total, week, BEFORE).mean(axis=1) + 3.0
    )
    return {"rise": rise, "rise_long": long, "surge": surge, "biggest": biggest}


def mix(facts: Facts, week: int) -> Columns:
    """What a shop orders less of, or more of, than it used to and than its peers do: dear, foreign, cheap brands."""
    made: Columns = {}
    for kind in ("dear", "foreign", "cheap"):
        change = _rise(facts, kind, week, NOW, BEFORE)
        longer = _rise(facts, kind, week, 13, LONG, skip=13)
        sign = 1.0 if kind == "cheap" else -1.0
        made[f"{kind}_change"] = sign * change
        made[f"{kind}_change_long"] = sign * longer
    share = recent(facts.orders.sums["dear"], week, NOW).sum(axis=1) / (_sum(facts, "cartons", week, NOW) + 3.0)
    made["dear_share_low"] = -robust_z(share, facts.shops.location * 30 + facts.size(week) // 2, 0.02)
    young = _sum(facts, "cheap", week, NOW) / (_sum(facts, "cartons", week, NOW) + 3.0)
    made["cheap_share"] = robust_z(young, facts.shops.location * 30 + facts.size(week) // 2, 0.02)
    both = np.minimum(made["dear_change"], made["dear_change_long"])
    falling = -_rise(facts, "cartons", week, NOW, LONG, skip=BEFORE)
    return {"mix": np.maximum(both, 0) + np.maximum(falling, 0), "falling": falling} | made


def quota(facts: Facts, week: int) -> Columns:
    """How much of the scarce brands a shop takes against shops of its size, and how often its quota in full."""
    band = facts.size(week)
    made: Columns = {}
    for weeks in (NOW, BEFORE):
        taken = _sum(facts, "scarce", week, weeks)
        made[f"uptake_{weeks}"] = taken / (_mean_by(taken, band, facts.trading(week)) + 1.0)
        lines = _sum(facts, "scarce_lines", week, weeks)
        made[f"full_{weeks}"] = (_sum(facts, "full", week, weeks) + 1.0) / (lines + 3.0)
    fill = _sum(facts, "scarce", week, NOW) / (_sum(facts, "cap", week, NOW) + 1.0)
    old = recent(facts.orders.sums["scarce"], week, LONG, 16).mean(axis=1)
    was = old / (_mean_by(old, band, facts.trading(week)) + 0.2)
    steady = recent(facts.orders.sums["scarce"], week, NOW) >= 0.75 * recent(
        facts.orders.sums["scarce"], week, BEFORE
    ).max(axis=1, keepdims=True)
    made["fill"] = robust_z(fill, band, 0.02)
    made["uptake_rise"] = made[f"uptake_{NOW}"] - was
    made["always"] = steady.mean(axis=1)
    share = _sum(facts, "scarce", week, NOW) / (_sum(facts, "cartons", week, NOW) + 5.0)
    made["scarce_share"] = robust_z(share, band, 0.01)
    score = ranks(made[f"uptake_{BEFORE}"], facts.trading(week)) + ranks(made[f"full_{BEFORE}"], facts.trading(week))
    return {"quota": score} | made


def till(facts: Facts, week: int) -> Columns:
    """What goes over the till against what was ordered: the gap now, and how far it has opened."""
    ordered = facts.orders.sums["cartons"]
    gaps = {}
    for name, weeks, skip in (("now", NOW, 0), ("half", BEFORE, 0), ("before", LONG, 13)):
        sold = filled_mean(recent(facts.scans, week, weeks, skip))
        gaps[name] = 1 - sold / (recent(ordered, week, weeks, skip).mean(axis=1) + 1.0)
    short = gaps["now"] - gaps["before"]
    first = group_median(gaps["now"], facts.shops.business)
    return {
        "gap": gaps["now"] - np.nan_to_num(first),
        "gap_half": gaps["half"] - np.nan_to_num(first),
        "gap_opened": short,
    }


def in_step(facts: Facts, week: int) -> Columns:
    """Whether the ups and downs of a shop's scarce brands are those of other shops, above all of shops tied to it."""
    steps = _steps(facts, week)
    left, right, _, _ = facts.accounts.pairs(week)
    tied = np.full(facts.shops.count, -1.0)
    near = np.full(facts.shops.count, -1.0)
    if len(left):
        alike = (steps["scarce"][left] * steps["scarce"][right]).sum(axis=1)
        np.maximum.at(tied, left, alike)
        np.maximum.at(near, left, (steps["total"][left] * steps["total"][right]).sum(axis=1))
    found = _twins(facts, week)
    return {"step_any": found["best"], "step_number": found["number"], "step_total": found["total"],
            "step_tied": tied, "step_tied_total": near}  # fmt: skip


def _sum(facts: Facts, kind: str, week: int, weeks: int) -> Floats:
    return np.asarray(recent(facts.orders.sums[kind], week, weeks).sum(axis=1, dtype=np.float64))


def _rise(facts: Facts, kind: str, week: int, now: int, before: int, skip: int = 0) -> Floats:
    """Log of a shop's mean now to its mean before (from its first order on), less the median of its peers' logs."""
    values = facts.orders.sums[kind]
    late = recent(values, week, now).mean(axis=1)
    past = recent(values, week, before, now + skip)
    number = (recent(facts.orders.sums["cartons"], week, before, now + skip) > 0).sum(axis=1)
    early = past.sum(axis=1) / np.maximum(number, 1)
    grown = np.log((late + 0.5) / (early + 0.5))
    grown = np.where((number >= 4) & facts.trading(week), grown, np.nan)
    peers = group_median(grown, facts.shops.location)
    return np.nan_to_num(grown - peers)


def _mean_by(values: Floats, groups: Ints, among: Bools) -> Floats:
    """The mean of each row's group."""
    code = groups + 1
    total = np.bincount(code[among], weights=values[among], minlength=int(code.max()) + 1)
    number = np.bincount(code[among], minlength=int(code.max()) + 1)
    return np.asarray((total / np.maximum(number, 1))[code])


def _steps(facts: Facts, week: int) -> dict[str, Floats]:
    """Unit vectors of each shop's ups and downs over half a year, less its peers', its own mean and trend."""
    key = ("steps", week)
    if key not in facts.kept:
        made = {}
        for name, kind in (("scarce", "scarce"), ("total", "cartons")):
            values = np.log1p(recent(facts.orders.sums[kind], week, _STEP_WEEKS).astype(np.float64))
            band = np.maximum(facts.size(week), 0) // 2
            ordering = facts.size(week) >= 0
            number = np.bincount(band[ordering], minlength=10)
            total = np.zeros((max(10, len(number)), values.shape[1]))
            np.add.at(total, band[ordering], values[ordering])
            off = values - (total / np.maximum(number, 1)[:, None])[band]
            off = off - off.mean(axis=1, keepdims=True)
            time = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
            if values.shape[1] > 3:
                off = off - (off @ time)[:, None] * time / (time @ time)
            norm = np.linalg.norm(off, axis=1, keepdims=True)
            made[name] = (off / (norm + 1.0)).astype(np.float32)
        facts.kept[key] = made
    found: dict[str, Floats] = facts.kept[key]
    return found


def _twins(facts: Facts, week: int) -> Columns:
    """Each shop's likeness to the shops most in step with it. Every fourth week: it compares many with many."""
    week = facts.weeks.renewed(week, _STEP_EVERY)
    key = ("twins", week)
    if key not in facts.kept:
        steps = _steps(facts, week)
        made = {name: np.zeros(facts.shops.count) for name in ("best", "number", "total")}
        for rows in _compared(facts, week):
            made["best"][rows], made["number"][rows] = _likest(steps["scarce"][rows])
            made["total"][rows] = _likest(steps["total"][rows])[0]
        facts.kept[key] = made
    found: Columns = facts.kept[key]
    return found


def _compared(facts: Facts, week: int) -> list[Ints]:
    """The rows that are compared with each other: what this takes grows with the square of their number."""
    district = facts.shops.district
    if np.count_nonzero(facts.shops.known <= week) <= _MOST_COMPARED:
        return [np.arange(facts.shops.count)]
    return [np.flatnonzero(district == code) for code in np.unique(district)]


def _likest(steps: Floats) -> tuple[Floats, Floats]:
    """For every row the likeness of its likest other, and how many others are about as alike."""
    best, number = np.zeros(len(steps)), np.zeros(len(steps))
    turned = np.ascontiguousarray(steps.T)

    def block(first: int) -> None:
        alike = steps[first : first + _BLOCK] @ turned
        alike[np.arange(len(alike)), first + np.arange(len(alike))] = -1
        best[first : first + _BLOCK] = alike.max(axis=1)
        number[first : first + _BLOCK] = np.count_nonzero(alike > _ALIKE, axis=1)

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # what is done to a block, numpy does without Python's lock
        list(pool.map(block, range(0, len(steps), _BLOCK)))
    return best, number
