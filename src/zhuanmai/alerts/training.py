"""What the ranker learns from: past visits, spread over the weeks around them, with unvisited shops as likely honest.

Only visited shops have outcomes, and earlier rules chose them. Three things set that right: visits weigh by how
unlikely their choice was (inverse propensity, from a model of who was visited), a sample of shops nobody visited stands
for the rest as likely honest (few shops offend), and a visit that found a case speaks also of the weeks before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from zhuanmai.alerts.arrays import Floats, Ints, hashed
from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.events import DONE
from zhuanmai.alerts.features import NAMES, frame

FIRST_WEEK = 12
_MINOR = 0.35  # how far a minor finding counts as one
_BACK = ((0, 1.0), (4, 0.6), (9, 0.4))  # weeks before a case in which its shop most likely offended already
_CLEAR_BACK = ((0, 1.0), (5, 0.4))
_UNVISITED, _UNVISITED_WEIGHT, _EVERY = 6.0, 0.12, 6
_CLIP = (0.4, 3.0)
_ENOUGH_RANDOM = 20


@dataclass(frozen=True)
class Lessons:
    """Rows to learn from: features, whether an offence was found (1/0), weight, shop, which are visits themselves."""

    values: Floats
    found: Ints
    weight: Floats
    shop: Ints
    visit: Ints  # 1: a visit's own week
    propensity: Floats  # inverse-propensity weight of a visit; 1 elsewhere


def outcomes(facts: Facts, week: int) -> Ints:
    """The rows of the visits up to a week whose outcome teaches something."""
    visits = facts.events.visits
    told = np.isin(visits.outcome, DONE) & (visits.shop >= 0) & (visits.week <= week) & (visits.week > FIRST_WEEK)
    return np.flatnonzero(told)


def lessons(facts: Facts, week: int) -> Lessons:
    """All rows as of a week: nothing dated later is in them."""
    visits = facts.events.visits
    parts: list[tuple[Any, int, float, int, int, float]] = []
    rows = outcomes(facts, week)
    inverse = _inverse_propensity(facts, rows)
    for row, by in zip(rows.tolist(), inverse.tolist(), strict=True):
        shop, outcome = int(visits.shop[row]), visits.outcome[row]
        for back, share in _BACK if outcome == "case" else _CLEAR_BACK:
            at = int(visits.week[row]) - 1 - back
            if at < FIRST_WEEK - 1:
                continue
            values = frame(facts, at).values[shop]
            for found, part in _split(outcome):
                parts.append((values, found, share * part * by, shop, int(back == 0), by))
    visited = set(visits.shop[rows].tolist())
    wanted = max(1, int(_UNVISITED * len(rows) / max(1, (week - FIRST_WEEK) // _EVERY + 1)))
    for at in range(week, FIRST_WEEK - 1, -_EVERY):
        page = frame(facts, at)
        pool = np.array([shop for shop in np.flatnonzero(page.trading).tolist() if shop not in visited], dtype=np.int64)
        for shop in _sample(facts, pool, wanted, at):
            parts.append((page.values[shop], 0, _UNVISITED_WEIGHT, shop, 0, 1.0))
    if not parts:
        none = np.zeros(0)
        return Lessons(
            np.zeros((0, len(NAMES))), none.astype(np.int64), none, none.astype(np.int64), none.astype(np.int64), none
        )
    columns = list(zip(*parts, strict=True))
    return Lessons(
        np.stack(columns[0]),
        *(np.array(column) for column in columns[1:]),
    )


def _split(outcome: str) -> list[tuple[int, float]]:
    """A minor finding counts partly as found and partly as not."""
    if outcome == "minor":
        return [(1, _MINOR), (0, 1 - _MINOR)]
    return [(int(outcome == "case"), 1.0)]


def _sample(facts: Facts, pool: Ints, wanted: int, week: int) -> list[int]:
    """Shops by a hash of their number and the week, so that every engine draws the same."""
    if not len(pool):
        return []
    day = facts.weeks.ends(week).toordinal()
    keys = np.array([hashed(f"{facts.shops.licence[shop]}:{day}") for shop in pool])
    return [int(shop) for shop in pool[np.argsort(keys, kind="stable")[:wanted]]]


def _inverse_propensity(facts: Facts, rows: Ints) -> Floats:
    """How unlikely each visit's choice was, from a model of visited against random visits; around 1, bounded."""
    visits = facts.events.visits
    drawn = np.isin(visits.reason[rows], ["random", "routine"])
    if drawn.sum() < _ENOUGH_RANDOM or (~drawn).sum() < _ENOUGH_RANDOM:
        return np.ones(len(rows))
    values = np.stack([frame(facts, max(0, int(visits.week[row]) - 1)).values[visits.shop[row]] for row in rows])
    values = np.clip(StandardScaler().fit_transform(np.nan_to_num(values.astype(np.float64))), -4, 4)
    model = LogisticRegression(C=0.05, max_iter=200).fit(values, drawn)
    chance = model.predict_proba(values)[:, 1]
    weight = np.clip(chance / drawn.mean(), *_CLIP)
    weight[drawn] = np.maximum(weight[drawn], 1.0)
    return np.asarray(weight / weight.mean())
