"""What the ranker learns from: past visits, each with how its shop looked the week before.

Only visited shops have outcomes, and earlier rules chose them; the list chooses among the most suspect. Visits weigh
by how unlikely their choice was (inverse propensity, from a model of the directed against the random ones), and more
where their shop looked as those do among which the list chooses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.arrays import Bools, Floats, Ints
from zhuanmai.alerts.facts.events import DONE, FOUND
from zhuanmai.alerts.model.features import NAMES, Frame, frame
from zhuanmai.alerts.model.prior import off_the_usual, prior

FIRST_WEEK = 12
Looks = dict[tuple[str, int], tuple[Floats, Floats]]  # licence and last day of a week → features, off the usual
_CLIP = (0.4, 3.0)
_ENOUGH_RANDOM = 20
_SUSPECT, _MORE, _STEEP = 0.05, 8.0, 2.0  # share of shops that are suspect, how much more they count, how sharp it is


@dataclass(frozen=True)
class Lessons:
    """Visits to learn from: features, log odds of the prior, whether something was found (1/0), weight, shop.

    `page` is the week as of which is learned.
    """

    page: Frame
    values: Floats
    prior: Floats
    found: Ints
    weight: Floats
    shop: Ints


def outcomes(facts: Facts, week: int) -> Ints:
    """The rows of the visits up to a week whose outcome teaches something."""
    visits = facts.events.visits
    told = np.isin(visits.outcome, DONE) & (visits.shop >= 0) & (visits.week <= week) & (visits.week > FIRST_WEEK)
    return np.flatnonzero(told)


def lessons(facts: Facts, week: int, looks: Looks) -> Lessons:
    """All visits as of a week: nothing dated later is in them."""
    visits = facts.events.visits
    rows = outcomes(facts, week)
    shops = visits.shop[rows]
    values, off = np.zeros((len(rows), len(NAMES)), np.float32), np.zeros((len(rows), len(NAMES)), np.float32)
    for at in np.unique(visits.week[rows]).tolist():
        here = visits.week[rows] == at
        values[here], off[here] = looked(facts, at - 1, shops[here].tolist(), looks)
    found = np.isin(visits.outcome[rows], FOUND).astype(np.int64)
    drawn = np.isin(visits.reason[rows], ["random", "routine"])
    odds, page = prior().odds(off), frame(facts, week)
    weight = _inverse_propensity(off, drawn) * where_it_matters(odds, page)
    return Lessons(page, values, odds, found, weight / weight.mean() if len(weight) else weight, shops)


def looked(facts: Facts, week: int, shops: list[int], looks: Looks) -> tuple[Floats, Floats]:
    """How shops looked in a week: features, and how far these were off the usual. What is new goes into `looks`."""
    day = facts.weeks.ends(week).toordinal()
    keys = [(facts.shops.licence[shop], day) for shop in shops]
    new = [shop for shop, key in zip(shops, keys, strict=True) if key not in looks]
    if new:
        page = frame(facts, week)
        values = page.values[new]
        off = off_the_usual(page, values)
        looks |= {(facts.shops.licence[shop], day): (values[at], off[at]) for at, shop in enumerate(new)}
    return np.stack([looks[key][0] for key in keys]), np.stack([looks[key][1] for key in keys])


def where_it_matters(odds: Floats, page: Frame) -> Floats:
    """More for a visit to a shop that looked as the most suspect of today do, among which the list chooses."""
    today = prior().odds(off_the_usual(page)[page.trading])
    edge = np.quantile(today, 1 - _SUSPECT) if len(today) else 0.0
    return np.asarray(1 + _MORE * expit(_STEEP * (odds - edge)))


def _inverse_propensity(off: Floats, drawn: Bools) -> Floats:
    """How unlikely each visit's choice was, from a model of directed against random visits, its root; bounded."""
    if drawn.sum() < _ENOUGH_RANDOM or (~drawn).sum() < _ENOUGH_RANDOM:
        return np.ones(len(off))
    model = LogisticRegression(C=0.05, max_iter=200).fit(off, drawn)
    weight = np.clip(model.predict_proba(off)[:, 1] / drawn.mean(), *_CLIP)
    weight[drawn] = np.maximum(weight[drawn], 1.0)
    return np.asarray(np.sqrt(weight / weight.mean()))
