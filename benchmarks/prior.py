"""`python -m benchmarks.prior [--makes 1 2 … --retailers N --out FILE]`: grow what the ranker knows before any visit.

Each make gives one city, whose truth is known. Its weeks become rows: all who offend, a sample of the others, and a
third of the rows once more without one of the tables that a bureau may not have. The trees are written as arrays, and
checked to say what the library that grew them says.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import django
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhuanmai.settings")
os.environ.setdefault("ZHUANMAI_HOME", tempfile.mkdtemp(prefix="zhuanmai-prior-"))
django.setup()

from zhuanmai.alerts.detectors import DETECTORS  # noqa: E402
from zhuanmai.alerts.facts import read_facts  # noqa: E402
from zhuanmai.alerts.model.features import HEADS, NAMES, TOWARDS, frame  # noqa: E402
from zhuanmai.alerts.model.prior import FILE, Prior, off_the_usual  # noqa: E402
from zhuanmai.lake.engine import Lake  # noqa: E402
from zhuanmai.sandbox.city import Parameters, make_city, open_truth  # noqa: E402
from zhuanmai.sandbox.evaluation import offending  # noqa: E402

START, WEEKS, FIRST, EVERY = dt.date(2024, 1, 1), 104, 24, 8
SEED = 7000  # added to the make's number: seeds that no evaluation uses
OTHERS = 10  # honest shops for each that offends
MAY_LACK = ("scans", "parcels", "complaints", "inspections", "case_items", "order_accounts", "licence_changes")
LACKING = 0.33
RISING = [towards if at in HEADS else 0 for at, towards in enumerate(TOWARDS)]
Rows = tuple[Any, Any, Any]


def rows_of(make: int, retailers: int) -> Rows:
    """One city as rows: how far off the usual, whether it offends the day after, weight."""
    dice = np.random.default_rng(make)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = Parameters.draw(seed=SEED + make, retailers=retailers, weeks=WEEKS, start=START, make=make)
        make_city(given, folder / "lake", folder / "truth")
        truth = open_truth(folder / "truth")
        facts = read_facts(Lake.from_folder(folder / "lake"), given.start + dt.timedelta(weeks=WEEKS, days=-1))
        parts = []
        for week in range(FIRST, facts.weeks.count, EVERY):
            page = frame(facts, week)
            shops = np.flatnonzero(page.trading)
            hot = offending(facts, truth, week, shops)
            honest = dice.choice(shops[~hot], min(int((~hot).sum()), OTHERS * int(hot.sum())), replace=False)
            off = off_the_usual(page)
            weight = (~hot).sum() / max(1, len(honest))
            parts.append((off[shops[hot]], np.ones(hot.sum()), np.ones(hot.sum())))
            parts.append((off[honest], np.zeros(len(honest)), np.full(len(honest), weight)))
            facts.kept.clear()
    values, found, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    print(f"make {make}: {int(found.sum())} offending among {len(found)} rows", flush=True)
    return _with_lacking(dice, values, found, weights)


def _with_lacking(dice: np.random.Generator, values: Any, found: Any, weights: Any) -> Rows:
    """A third of the rows once more, each as it would be without one of the tables."""
    again = np.flatnonzero(dice.random(len(found)) < LACKING)
    copy = values[again].copy()
    lacks = dice.integers(0, len(MAY_LACK), len(again))
    for number, table in enumerate(MAY_LACK):
        gone = np.isin(NAMES, [column.name for each in DETECTORS if table in each.needs for column in each.columns])
        copy[np.ix_(lacks == number, gone)] = 0
    return (
        np.concatenate([values, copy]),
        np.concatenate([found, found[again]]),
        np.concatenate([weights, weights[again]]),
    )


def grow(values: Any, found: Any, weights: Any) -> HistGradientBoostingClassifier:
    """The trees: more of a detector's score never makes a shop less suspect; its further numbers tell how old it is."""
    return HistGradientBoostingClassifier(
        max_iter=240, learning_rate=0.06, max_leaf_nodes=24, min_samples_leaf=40, l2_regularization=3.0,
        max_features=0.3, monotonic_cst=RISING, early_stopping=False, random_state=0,
    ).fit(values, found, sample_weight=weights)  # fmt: skip


def arrays_of(model: HistGradientBoostingClassifier) -> dict[str, Any]:
    """The trees as arrays, node after node; a leaf leads to itself."""
    made: dict[str, list[Any]] = {name: [] for name in ("roots", "feature", "threshold", "left", "right", "value")}
    first = 0
    for (tree,) in model._predictors:
        nodes = tree.nodes
        own, leaf = first + np.arange(len(nodes)), nodes["is_leaf"].astype(bool)
        made["roots"].append([first])
        made["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
        made["threshold"].append(np.where(leaf, 0.0, nodes["num_threshold"]))
        for side in ("left", "right"):
            made[side].append(np.where(leaf, own, first + nodes[side].astype(np.int64)))
        made["value"].append(np.where(leaf, nodes["value"], 0.0))
        first += len(nodes)
    small = {"roots": np.int32, "feature": np.int16, "threshold": np.float64, "left": np.int32, "right": np.int32,
             "value": np.float32}  # fmt: skip
    base = np.float64(np.ravel(model._baseline_prediction)[0])
    return {name: np.concatenate(parts).astype(small[name]) for name, parts in made.items()} | {
        "base": base, "names": np.array(NAMES)
    }  # fmt: skip


def main() -> int:
    """Make the cities, grow the trees, check them, write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--makes", type=int, nargs="+", default=list(range(1, 17)))
    parser.add_argument("--retailers", type=int, default=5000)
    parser.add_argument("--out", type=Path, default=FILE)
    given = parser.parse_args()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(rows_of, given.makes, [given.retailers] * len(given.makes)))
    values, found, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    model = grow(values, found, weights)
    arrays = arrays_of(model)
    trees = Prior(*(arrays[name] for name in ("base", "roots", "feature", "threshold", "left", "right", "value")))
    apart = np.abs(trees.odds(values[:5000]) - model.decision_function(values[:5000])).max()
    if apart > 1e-4:
        raise AssertionError(f"The arrays say otherwise than the trees: {apart}")
    np.savez_compressed(given.out, **arrays)
    print(f"{len(found)} rows, {len(arrays['value'])} nodes, {given.out.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
