"""What is known of a shop before any visit: boosted trees grown on made cities of many makes, where the truth is known.

They read how far each detector's number stands off the city's own shops that week, not the number itself, and know
nothing of what kind of shop it is. `python -m benchmarks.prior` grows them; `data/prior.npz` holds them as arrays.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zhuanmai.alerts.facts.arrays import Bools, Floats, Ints, signed_log
from zhuanmai.alerts.model.features import NAMES, SHOP_FACTS, Frame

FILE = Path(__file__).parent / "data" / "prior.npz"
CATCH = 0.6  # of visits to who offends that find it
_LOW, _HIGH = -4.0, 6.0
_BLOCK = 4000  # rows at a time, so that they stay near the processor


@dataclass(frozen=True)
class Prior:
    """Trees, one after another: a node goes left where its feature is at most its threshold; a leaf leads to itself."""

    base: float
    roots: Ints
    feature: Ints
    threshold: Floats
    branches: Ints  # of each node the left one, then the right one
    value: Floats

    def odds(self, rows: Floats) -> Floats:
        """Log odds that a shop offends, for rows as `off_the_usual` gives them."""
        blocks = [self._odds(rows[first : first + _BLOCK]) for first in range(0, len(rows), _BLOCK)]
        return np.concatenate(blocks) if blocks else np.zeros(0)

    def _odds(self, rows: Floats) -> Floats:
        total = np.full(len(rows), self.base)
        cells, first = np.ascontiguousarray(rows).ravel(), np.arange(len(rows)) * rows.shape[1]
        for root in self.roots:
            node = np.full(len(rows), root)
            while True:
                goes_right = cells[first + self.feature[node]] > self.threshold[node]
                after = self.branches[2 * node + goes_right]
                if np.array_equal(after, node):
                    break
                node = after
            total += self.value[node]
        return total


def off_the_usual(page: Frame, rows: Floats | None = None) -> Floats:
    """How many deviations each value (its logarithm) stands off the trading shops' mean that week, bounded; unknown
    and shop facts are 0. `rows` are changed or chosen rows of the page."""
    middle, width = page.usual
    values = page.values if rows is None else rows
    off = np.clip((signed_log(values.astype(np.float64)) - middle) / width, _LOW, _HIGH)
    off[:, _LEFT_OUT] = 0
    return np.nan_to_num(off).astype(np.float32)


@functools.cache
def prior() -> Prior:
    """The trees of the file. Raises `ValueError` where they were grown on other features."""
    with np.load(FILE, allow_pickle=False) as kept:
        if tuple(kept["names"].tolist()) != NAMES:
            raise ValueError("The detectors' columns have changed: run python -m benchmarks.prior.")
        return Prior(
            base=float(kept["base"]),
            roots=kept["roots"].astype(np.int64),
            feature=kept["feature"].astype(np.int64),
            threshold=kept["threshold"].astype(np.float64),
            branches=np.stack([kept["left"], kept["right"]], axis=1).astype(np.int64).ravel(),
            value=kept["value"].astype(np.float64),
        )


@functools.cache
def fingerprint() -> str:
    """Of the file, so that a model learned beside other trees is not used."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:16]


_LEFT_OUT: Bools = np.isin(NAMES, list(SHOP_FACTS))
