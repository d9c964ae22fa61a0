"""Traces in whom a shop is tied to: shared phones and accounts, another's operator, caught neighbours, earlier ones."""

from __future__ import annotations

import numpy as np

from zhuanmai.alerts.detectors.kinds import Columns
from zhuanmai.alerts.detectors.orders import in_step, quota, till
from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.accounts import KINDS
from zhuanmai.alerts.facts.arrays import Floats, Ints
from zhuanmai.alerts.facts.shops import successors

_YEAR = 52


def shared(facts: Facts, week: int) -> Columns:
    """With how many licences a shop shares what it orders with, how closely, and since when."""
    made: Columns = {}
    for index, kind in enumerate(KINDS):
        made[f"same_{kind}"] = np.minimum(facts.accounts.users(index, week, facts.shops.count), 12.0)
    left, right, _, size = facts.accounts.pairs(week)
    count = facts.shops.count
    tie, fresh = np.zeros(count), np.zeros(count)
    kinds = np.zeros(count)
    if len(left):
        np.add.at(tie, left, 1.0 / np.maximum(size - 1, 1))
        on = (facts.accounts.pair_first <= week) & (facts.accounts.pair_until >= week)
        young = facts.accounts.pair_first[on]
        np.maximum.at(fresh, left, (young > 0) / (1.0 + np.maximum(week - young, 0) / 26.0))
        pair = left * count + right
        _, at = np.unique(pair, return_inverse=True)
        several = np.bincount(at)
        np.maximum.at(kinds, left, several[at].astype(float))
    return {"tie": tie + kinds, "tied_ways": kinds, "tie_fresh": fresh} | made


def front(facts: Facts, week: int) -> Columns:
    """Whether somebody else runs the shop: it orders from another holder's phone, or shares with other holders."""
    count = facts.shops.count
    other = (facts.accounts.foreign_phone <= week).astype(float)
    left, right, kind_of, _ = facts.accounts.pairs(week)
    holders, apart = np.zeros(count), np.zeros(count)
    if len(left):
        holder, family = _holders(facts)
        close = np.isin(kind_of, [KINDS.index("phone"), KINDS.index("pay_account"), KINDS.index("device")])
        differ = (holder[left] != holder[right]) & close
        kin = (family[left] > 0) & (family[left] == family[right])
        np.add.at(holders, left[differ & ~kin], 1.0)
        off = np.nan_to_num(facts.shops.position[left] - facts.shops.position[right])
        np.maximum.at(apart, left[differ], np.minimum(np.hypot(off[:, 0], off[:, 1]), 0.5)[differ] * 100)
    strangers = np.minimum(holders, 12.0)
    return {"front": other * 2 + strangers, "other_phone": other, "strangers": strangers, "apart_km": apart}


def _holders(facts: Facts) -> tuple[Ints, Ints]:
    """Each shop's holder and the holder's family name, as numbers that are equal where these are; 0: no name."""
    key = ("holders", 0)
    if key not in facts.kept:
        names = ["" if name is None else str(name) for name in facts.shops.holder]
        facts.kept[key] = tuple(
            np.unique(["", *values], return_inverse=True)[1][1:] for values in (names, [name[:1] for name in names])
        )
    found: tuple[Ints, Ints] = facts.kept[key]
    return found


def network(facts: Facts, week: int) -> Columns:
    """What the shops tied to it did: caught, found elsewhere, at the cap, short at the till, in step with it."""
    left, right, _, size = facts.accounts.pairs(week)
    weight = 1.0 / np.sqrt(np.maximum(size - 1, 1))
    count = facts.shops.count
    looked = {
        "tied_caught": facts.count("caught", week, 2 * _YEAR),
        "tied_found": facts.count("found", week, _YEAR),
        "tied_uptake": np.maximum(quota(facts, week)["uptake_26"] - 1, 0),
        "tied_full": quota(facts, week)["full_26"],
        "tied_gap": np.nan_to_num(till(facts, week)["gap"]).clip(0, 1),
    }
    made: Columns = {}
    for name, values in looked.items():
        made[name] = np.zeros(count)
        if len(left):
            np.maximum.at(made[name], left, values[right] * weight)
    near = facts.count("near_case", week, _YEAR)
    return {"network": made["tied_caught"] * 2 + made["tied_found"] * 2 + made["tied_uptake"], "near_case": near} | made


def reopened(facts: Facts, week: int) -> Columns:
    """A licence that carries on an ended one: its rooms, its phone, its holder."""
    found = successors(facts.shops, facts.orders.sums["cartons"], week)
    age = np.clip(week - facts.shops.opened, 0, 520)
    young: Floats = np.where(age < 120, 1.0, 0.0)
    took = (found["rooms"] + found["phone"] * 2 + found["holder"] * 2 + found["revoked"] * 3) * young
    return {"took_over": took, "took_phone": found["phone"] * young, "took_revoked": found["revoked"] * young,
            "age": np.minimum(age, 260.0)}  # fmt: skip


def operated(facts: Facts, week: int) -> Columns:
    """Sharing and step together: what either alone is honestly, both together seldom are."""
    step = in_step(facts, week)
    tie = shared(facts, week)
    taken = quota(facts, week)
    both = np.maximum(step["step_tied"], 0) * np.minimum(tie["tie"], 4)
    return {"tied_in_step": both, "tied_at_cap": np.minimum(tie["tie"], 4) * np.maximum(taken["uptake_26"] - 1, 0)}
