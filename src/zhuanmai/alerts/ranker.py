"""The ranker: from all detectors' columns to the probability that a visit now finds an offence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from zhuanmai.alerts.arrays import Floats, Ints, ranks
from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.features import TOWARDS, Frame, combined, frame
from zhuanmai.alerts.training import Lessons, lessons

FEW = 12  # cases below which nothing is learned
_SURE = 60.0  # cases at which learner and combination weigh the same
_BAGS = 4
_COLD_HIT = 0.10  # what the best tenth of a percent of a cold start finds


@dataclass
class Ranker:
    """A model as of a week; without outcomes the robust combination alone."""

    trees: list[Any]
    line: Any
    spread: tuple[Floats, Floats]
    share: float  # weight of what was learned against the combination
    slope: float
    base: float
    found: int

    def raw(self, page: Frame, values: Floats | None = None) -> Floats:
        """Log odds before calibration, for the rows of a page (or for changed rows of it)."""
        rows = page.values if values is None else values
        prior = np.log(np.maximum(combined(page), 1e-3)) if values is None else None
        if not self.trees:
            return np.zeros(len(rows)) if prior is None else prior
        odds = np.mean([_logit(tree.predict_proba(rows)[:, 1]) for tree in self.trees], axis=0)
        straight = self.line.decision_function(_straight(rows, self.spread))
        return np.asarray(0.7 * odds + 0.3 * straight)

    def probability(self, page: Frame) -> Floats:
        """The probability that a visit now finds an offence; 0 for who does not trade."""
        odds = self.slope * self.raw(page) + self.base
        if self.trees:
            prior = ranks(combined(page), page.trading)
            odds = odds + (1 - self.share) * 2.0 * (prior - 0.5)
        return np.asarray(np.where(page.trading, 1 / (1 + np.exp(-odds)), 0.0))


def learn(facts: Facts, week: int) -> Ranker:
    """The model as of a week: from visits made up to then, and nothing later."""
    taught = lessons(facts, week)
    cases = int(((taught.found == 1) & (taught.visit == 1)).sum()) if len(taught.found) else 0
    if cases < FEW:
        return Ranker([], None, (np.zeros(0), np.zeros(0)), 0.0, 1.0, _cold_base(frame(facts, week)), cases)
    spread = _spread(taught.values)
    folds = _folds(taught.shop)
    odds = np.zeros(len(taught.found))
    for fold in range(3):
        inside = folds != fold
        part = _fit(taught, inside, spread)
        odds[~inside] = _odds(part, taught.values[~inside], spread)
    slope, base = _calibrated(odds, taught)
    trees, line = _fit(taught, np.ones(len(folds), bool), spread)
    return Ranker(trees, line, spread, cases / (cases + _SURE), slope, base, cases)


def _fit(taught: Lessons, rows: Any, spread: tuple[Floats, Floats]) -> tuple[list[Any], Any]:
    values, found, weight = taught.values[rows], taught.found[rows], taught.weight[rows]
    trees = []
    for bag in range(_BAGS):
        tree = HistGradientBoostingClassifier(
            max_iter=120, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=20, l2_regularization=3.0,
            max_features=0.25, monotonic_cst=list(TOWARDS), random_state=bag, early_stopping=False,
        )  # fmt: skip
        trees.append(tree.fit(values, found, sample_weight=weight))
    line = LogisticRegression(C=0.02, max_iter=300)
    line.fit(_straight(values, spread), found, sample_weight=weight)
    return trees, line


def _odds(model: tuple[list[Any], Any], values: Floats, spread: tuple[Floats, Floats]) -> Floats:
    trees, line = model
    odds = np.mean([_logit(tree.predict_proba(values)[:, 1]) for tree in trees], axis=0)
    return np.asarray(0.7 * odds + 0.3 * line.decision_function(_straight(values, spread)))


def _calibrated(odds: Floats, taught: Lessons) -> tuple[float, float]:
    """Platt scaling on visits that the model had not seen, weighted back to all shops."""
    rows = taught.visit == 1
    model = LogisticRegression(C=10.0)
    model.fit(odds[rows, None], taught.found[rows], sample_weight=taught.weight[rows])
    return float(max(0.3, model.coef_[0, 0])), float(model.intercept_[0])


def _folds(shop: Ints) -> Ints:
    return np.asarray((shop * 2654435761 % 2**32) // 7 % 3)


def _spread(values: Floats) -> tuple[Floats, Floats]:
    clean = np.nan_to_num(_signed_log(values))
    return clean.mean(axis=0), clean.std(axis=0) + 1e-3


def _straight(values: Floats, spread: tuple[Floats, Floats]) -> Floats:
    return np.asarray(np.clip((np.nan_to_num(_signed_log(values)) - spread[0]) / spread[1], -4, 4))


def _signed_log(values: Floats) -> Floats:
    wide = np.asarray(values, dtype=np.float64)
    return np.asarray(np.sign(wide) * np.log1p(np.abs(wide)))


def _logit(chance: Floats) -> Floats:
    kept = np.clip(chance, 1e-5, 1 - 1e-5)
    return np.asarray(np.log(kept / (1 - kept)))


def _cold_base(page: Frame) -> float:
    """So that the few best of a cold start are said to be found as often as a bureau's rules usually are."""
    score = np.log(np.maximum(combined(page), 1e-3))[page.trading]
    top = float(np.quantile(score, 0.995)) if len(score) else 0.0
    return float(np.log(_COLD_HIT / (1 - _COLD_HIT)) - top)
