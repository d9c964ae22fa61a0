"""The ranker: from all detectors' columns to the probability that a visit now finds an offence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from zhuanmai.alerts.arrays import Floats, hashed, ranks
from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.features import TOWARDS, Frame, combined, frame
from zhuanmai.alerts.training import Lessons, lessons

FEW = 12  # cases below which nothing is learned
_SURE = 60.0  # cases at which learner and combination weigh the same
_BAGS, _BAGS_TRIED = 4, 2
_CUTS = 48
_COLD_HIT = 0.10  # what the best tenth of a percent of a cold start finds


@dataclass(frozen=True)
class Scale:
    """How rows are brought to a common measure: cuts of each feature for the trees, middle and width for the line."""

    cuts: list[Floats]
    middle: Floats
    width: Floats

    @classmethod
    def of(cls, values: Floats) -> Scale:
        """From the rows that are learned from."""
        shares = np.linspace(0, 1, _CUTS + 1)[1:-1]
        cuts = [np.unique(np.quantile(known, shares)) if len(known) else np.zeros(0)
                for known in (column[~np.isnan(column)] for column in values.T)]  # fmt: skip
        clean = np.nan_to_num(_signed_log(values))
        return cls(cuts, clean.mean(axis=0), clean.std(axis=0) + 1e-3)

    def stepped(self, values: Floats) -> Floats:
        """Each value as the number of cuts below it; unknown stays unknown."""
        steps = [np.searchsorted(cuts, column, "left") for cuts, column in zip(self.cuts, values.T, strict=True)]
        return np.where(np.isnan(values), np.nan, np.stack(steps, axis=1))

    def straight(self, values: Floats) -> Floats:
        """Each value's logarithm as deviations from the middle, bounded; unknown is nothing."""
        return np.asarray(np.clip((np.nan_to_num(_signed_log(values)) - self.middle) / self.width, -4, 4))


@dataclass
class Ranker:
    """A model as of a week; without outcomes the robust combination alone."""

    trees: list[Any]
    line: Any
    scale: Scale
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
        return _odds(self.trees, self.line, rows, self.scale)

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
    cases = int(((taught.found == 1) & (taught.visit == 1)).sum())
    clear = int(((taught.found == 0) & (taught.visit == 1)).sum())
    if min(cases, clear) < FEW:
        return Ranker([], None, Scale.of(taught.values), 0.0, 1.0, _cold_base(frame(facts, week)), cases)
    scale = Scale.of(taught.values)
    folds = np.array([hashed(facts.shops.licence[shop]) % 3 for shop in taught.shop.tolist()])
    odds = np.zeros(len(taught.found))
    # One thread: so few rows are learned sooner by one, and every machine gets the same sums.
    with threadpool_limits(1):
        for fold in range(3):
            inside = folds != fold
            trees, line = _fit(taught, inside, scale, _BAGS_TRIED)
            odds[~inside] = _odds(trees, line, taught.values[~inside], scale)
        slope, base = _calibrated(odds, taught)
        trees, line = _fit(taught, np.ones(len(folds), bool), scale, _BAGS)
    return Ranker(trees, line, scale, cases / (cases + _SURE), slope, base, cases)


def _fit(taught: Lessons, rows: Any, scale: Scale, bags: int) -> tuple[list[Any], Any]:
    values, found, weight = taught.values[rows], taught.found[rows], taught.weight[rows]
    stepped = scale.stepped(values)
    trees = []
    for bag in range(bags):
        tree = HistGradientBoostingClassifier(
            max_iter=120, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=20, l2_regularization=3.0,
            max_features=0.25, monotonic_cst=list(TOWARDS), random_state=bag, early_stopping=False,
        )  # fmt: skip
        trees.append(tree.fit(stepped, found, sample_weight=weight))
    line = LogisticRegression(C=0.02, max_iter=300)
    line.fit(scale.straight(values), found, sample_weight=weight)
    return trees, line


def _odds(trees: list[Any], line: Any, values: Floats, scale: Scale) -> Floats:
    stepped = scale.stepped(values)
    with threadpool_limits(1):
        odds = np.mean([_logit(tree.predict_proba(stepped)[:, 1]) for tree in trees], axis=0)
        straight = line.decision_function(scale.straight(values))
    return np.asarray(0.7 * odds + 0.3 * straight)


def _calibrated(odds: Floats, taught: Lessons) -> tuple[float, float]:
    """Platt scaling on visits that the model had not seen, weighted back to all shops."""
    rows = taught.visit == 1
    model = LogisticRegression(C=10.0)
    model.fit(odds[rows, None], taught.found[rows], sample_weight=taught.weight[rows])
    return float(max(0.3, model.coef_[0, 0])), float(model.intercept_[0])


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
