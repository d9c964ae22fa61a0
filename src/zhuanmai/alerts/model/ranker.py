"""The ranker: from all detectors' columns to the probability that a visit now finds an offence.

Two judges: trees grown on made cities of many makes (`prior`), which know what an offence looks like, and trees grown
on this city's own visits, which know what it looks like here. Visits that the latter have not seen tell how much to
trust each, and set the level (`weighing`). Without enough visits the first judge stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.arrays import Bools, Floats, hashed
from zhuanmai.alerts.model.features import Frame
from zhuanmai.alerts.model.prior import CATCH, off_the_usual, prior
from zhuanmai.alerts.model.training import Lessons, Looks, lessons
from zhuanmai.alerts.model.weighing import weigh

FEW = 12  # findings (or visits without one) below which nothing is learned
_CUTS = 48
_FOLDS = 3
_HOLD, _HOLD_OWN = 10.0, 4000.0  # lessons that it takes to move the prior's weight; the own trees', for one finding
_TREES, _LEAF, _OF_FEATURES = 200, 5, 0.3
_BOOSTED = 2  # runs of boosting, whose odds are averaged
_SUREST = 0.003  # trees of so few visits are never surer than this


@dataclass(frozen=True)
class Scale:
    """How rows come to a common measure for the forest: the number of cuts of each feature below the value."""

    cuts: list[Floats]

    @classmethod
    def of(cls, page: Frame) -> Scale:
        """From the trading shops of a week."""
        shares = np.linspace(0, 1, _CUTS + 1)[1:-1]
        return cls(
            [np.unique(np.quantile(known, shares)) if len(known) else np.zeros(0)
             for known in (column[~np.isnan(column)] for column in page.values[page.trading].T)]
        )  # fmt: skip

    def stepped(self, values: Floats) -> Floats:
        """Each value as the number of cuts below it; -1 where unknown."""
        steps = [np.searchsorted(cuts, column, "left") for cuts, column in zip(self.cuts, values.T, strict=True)]
        return np.where(np.isnan(values), -1.0, np.stack(steps, axis=1)).astype(np.float32)


@dataclass(frozen=True)
class Own:
    """Trees grown on own visits in two manners, a forest and boosting, of which each errs where the other does not."""

    forest: ExtraTreesClassifier
    boosted: list[HistGradientBoostingClassifier]

    @classmethod
    def grown(cls, taught: Lessons, steps: Floats, rows: Bools) -> Own:
        """On these rows of the lessons."""
        steps, found, weight = steps[rows], taught.found[rows], taught.weight[rows]
        forest = ExtraTreesClassifier(
            _TREES, min_samples_leaf=_LEAF, max_features=_OF_FEATURES, criterion="entropy", random_state=0
        ).fit(steps, found, sample_weight=weight)
        with threadpool_limits(1):  # so few rows are learned sooner by one thread, and every machine gets the same sums
            boosted = [
                HistGradientBoostingClassifier(
                    max_iter=120, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=20, l2_regularization=3.0,
                    max_features=0.25, early_stopping=False, random_state=run,
                ).fit(steps, found, sample_weight=weight) for run in range(_BOOSTED)
            ]  # fmt: skip
        return cls(forest, boosted)

    def odds(self, steps: Floats) -> Floats:
        """Log odds that a visit finds something."""
        with threadpool_limits(1):
            boosted = np.mean([_log_odds(each.predict_proba(steps)[:, 1]) for each in self.boosted], axis=0)
            return np.asarray((_log_odds(self.forest.predict_proba(steps)[:, 1]) + boosted) / 2)


@dataclass(frozen=True)
class Ranker:
    """A model as of a week. `trust`: how much the prior and the own trees weigh; `ceiling`: what a visit finds."""

    own: Own | None
    scale: Scale | None
    trust: tuple[float, float]
    base: float
    ceiling: float
    found: int

    @property
    def learned(self) -> bool:
        """Whether own visits speak, and not the prior alone."""
        return self.own is not None

    def raw(self, page: Frame, rows: Floats) -> Floats:
        """Log odds for chosen or changed rows of a page."""
        first = prior().odds(off_the_usual(page, rows))
        if self.own is None or self.scale is None:
            return first
        own = self.own.odds(self.scale.stepped(rows))
        return np.asarray(self.base + self.trust[0] * first + self.trust[1] * own)

    def probability(self, page: Frame) -> Floats:
        """The probability that a visit now finds an offence; 0 for who does not trade."""
        chance = np.zeros(len(page.values))
        chance[page.trading] = self.ceiling * expit(self.raw(page, page.values[page.trading]))
        return chance


def learn(facts: Facts, week: int, looks: Looks | None = None) -> Ranker:
    """The model as of a week: from visits made up to then, and nothing later.

    `looks`: how shops looked before earlier visits, from an earlier lesson; what is missing is worked out and added.
    """
    taught = lessons(facts, week, {} if looks is None else looks)
    found = int(taught.found.sum())
    if min(found, len(taught.found) - found) < FEW:
        return Ranker(None, None, (1.0, 0.0), 0.0, CATCH, found)
    scale = Scale.of(taught.page)
    steps = scale.stepped(taught.values)
    fold = np.array([hashed(facts.shops.licence[shop]) % _FOLDS for shop in taught.shop.tolist()])
    own = np.zeros(len(fold))
    for number in range(_FOLDS):
        inside = fold != number
        if len(np.unique(taught.found[inside])) > 1 and not inside.all():
            own[~inside] = Own.grown(taught, steps, inside).odds(steps[~inside])
    judges = np.stack([taught.prior, own], axis=1)
    told = weigh(judges, taught.found, taught.weight, ceiling=CATCH,
                 expected=np.array([1.0, 0.0]), hold=np.array([_HOLD, _HOLD_OWN / found]))  # fmt: skip
    trust = (float(told.weights[0]), float(told.weights[1]))
    return Ranker(Own.grown(taught, steps, np.ones(len(fold), bool)), scale, trust, told.base, told.ceiling, found)


def _log_odds(chance: Floats) -> Floats:
    return np.asarray(logit(np.clip(chance, _SUREST, 1 - _SUREST)))
