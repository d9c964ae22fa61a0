"""Names of array types, and the few sums over weeks that every detector needs. Weeks are the last axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


def recent(values: Floats, week: int, weeks: int, before: int = 0) -> Floats:
    """The columns of the `weeks` weeks that end `before` weeks before `week` (inclusive); at least one."""
    last = max(1, week + 1 - before)
    return values[:, max(0, last - weeks) : last]


def filled_mean(values: Floats) -> Floats:
    """Mean of each row over its known values; nan where nothing is known."""
    known = ~np.isnan(values)
    number = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(np.divide(total, number, out=np.full(len(values), np.nan), where=number > 0))


def group_median(values: Floats, groups: Ints) -> Floats:
    """For every row the median of its group (unknown values left out)."""
    return _by_group(values, groups, np.nanmedian)


def robust_z(values: Floats, groups: Ints, floor: float = 1e-6) -> Floats:
    """Distance from the group's median in robust standard deviations (median absolute deviation × 1.4826)."""
    off = values - group_median(values, groups)
    spread = 1.4826 * group_median(np.abs(off), groups)
    return np.asarray(off / np.maximum(spread, floor))


def _by_group(values: Floats, groups: Ints, of: Any) -> Floats:
    found = np.full(len(values), np.nan)
    order = np.argsort(groups, kind="stable")
    edges = np.flatnonzero(np.diff(groups[order])) + 1
    for rows in np.split(order, edges):
        known = values[rows]
        known = known[~np.isnan(known)]
        if len(known):
            found[rows] = of(known)
    return found


def ranks(values: Floats, among: Bools) -> Floats:
    """Share of the rows `among` that lie below each row, ties in the middle; 0.5 where unknown."""
    known = among & ~np.isnan(values)
    found = np.full(len(values), 0.5)
    pool = np.sort(values[known])
    if len(pool):
        low = np.searchsorted(pool, values[known], "left")
        high = np.searchsorted(pool, values[known], "right")
        found[known] = (low + high) / (2 * len(pool))
    return found


def signed_log(values: Floats) -> Floats:
    """The logarithm of one more than each value, mirrored below nothing; unknown stays unknown."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def hashed(text: str) -> int:
    """A number between 0 and 2**32 for a text, the same on every machine (FNV-1a)."""
    value = 2166136261
    for char in text.encode():
        value = ((value ^ char) * 16777619) & 0xFFFFFFFF
    return value
