"""How good alerts are: a replay of the last weeks of a city and its baselines, against the city's truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest
from sklearn.metrics import average_precision_score
from threadpoolctl import threadpool_limits

from zhuanmai.alerts.facts import Facts, read_facts
from zhuanmai.alerts.facts.arrays import Bools, Floats, Ints, ranks, recent
from zhuanmai.alerts.model import training
from zhuanmai.alerts.model.features import HEADS, NAMES, frame
from zhuanmai.alerts.model.prior import off_the_usual, prior
from zhuanmai.alerts.model.ranking import standing
from zhuanmai.alerts.replay import weekly
from zhuanmai.sandbox.city import Truth

_RELEARN_WEEKS = 13
_OWN_WEEKS = 26
Score = Callable[[Facts, int], Floats]


@dataclass(frozen=True)
class Line:
    """One list of alerts against the truth: shares of alerts, in [0, 1]; unknown where nothing was claimed."""

    name: str
    alerts: int
    offending: float
    caught: float
    calibration_error: float | None = None
    average_precision: float | None = None
    recall: dict[str, float] | None = None


def evaluate(lake: Any, truth: Truth, weeks: int, per_week: int, tell: Callable[[str], None]) -> list[Line]:
    """The alerts of the last weeks of a city and those of the baselines, each against the truth of the next day."""
    facts = read_facts(lake, truth.last_day)
    late = range(facts.weeks.count - weeks, facts.weeks.count)
    lines = [_ours(facts, truth, late, per_week, tell)]
    for name, score in (_baselines(facts) | {"same features, true labels": _Truth(truth, late[0])}).items():
        chosen = _chosen(facts, score, late, per_week)
        lines.append(_line(name, truth, chosen))
        tell(name)
    return lines


def _ours(facts: Facts, truth: Truth, late: Sequence[int], per_week: int, tell: Callable[[str], None]) -> Line:
    chosen: list[tuple[str, dt.date]] = []
    said: list[float] = []
    precise: list[float] = []
    for week, made in weekly(facts, late, per_week):
        chosen += [(alert.subject, alert.day + dt.timedelta(days=1)) for alert in made]
        said += [alert.probability for alert in made]
        precise.append(_average_precision(facts, truth, week))
        tell(f"week {week}")
    line = _line("alerts", truth, chosen)
    return replace(
        line,
        calibration_error=calibration_error(said, [_catch(truth, *each) for each in chosen]),
        average_precision=float(np.mean(precise)),
        recall=_recall(facts, truth, late, chosen),
    )


def calibration_error(said: list[float], caught: list[float]) -> float:
    """Mean distance between what was said and what visits catch, over fifths of the alerts by what was said."""
    fifths = np.array_split(np.argsort(said, kind="stable"), 5)
    apart = [len(part) * abs(np.mean(np.take(said, part)) - np.mean(np.take(caught, part))) for part in fifths]
    return float(sum(apart) / len(said))


def _average_precision(facts: Facts, truth: Truth, week: int) -> float:
    """Of all trading shops in the order of their probability, against who offends the day after."""
    shops = np.flatnonzero(facts.trading(week))
    return float(average_precision_score(offending(facts, truth, week, shops), standing(facts, week)[shops]))


def offending(facts: Facts, truth: Truth, week: int, shops: Ints) -> Bools:
    """Which of these shops offend the day after a week."""
    day = facts.weeks.ends(week) + dt.timedelta(days=1)
    return np.array([truth.offence(facts.shops.licence[shop], day) is not None for shop in shops.tolist()], bool)


def _catch(truth: Truth, subject: str, day: dt.date) -> float:
    found = truth.offence(subject, day)
    return found.catch if found else 0.0


def _line(name: str, truth: Truth, chosen: list[tuple[str, dt.date]]) -> Line:
    offending = np.mean([truth.offence(*each) is not None for each in chosen])
    return Line(name, len(chosen), float(offending), float(np.mean([_catch(truth, *each) for each in chosen])))


def _recall(facts: Facts, truth: Truth, late: Sequence[int], chosen: list[tuple[str, dt.date]]) -> dict[str, float]:
    """By kind of offence, the share of those going on in these weeks that were alerted while they did."""
    days = [facts.weeks.ends(week) + dt.timedelta(days=1) for week in late]
    every = {(each.kind, each.subject, each.starts_on) for offences in truth.offences.values() for each in offences
             if any(each.active(day) for day in days)}  # fmt: skip
    hits = [truth.offence(subject, day) for subject, day in chosen]
    got = {(each.kind, each.subject, each.starts_on) for each in hits if each}
    kinds = sorted({kind for kind, _, _ in every})
    return {kind: sum(each[0] == kind for each in got) / sum(each[0] == kind for each in every) for kind in kinds}


def _chosen(facts: Facts, score: Score, late: Sequence[int], per_week: int) -> list[tuple[str, dt.date]]:
    """The best shops of each week, none twice."""
    taken: set[int] = set()
    chosen = []
    for week in late:
        ranked = np.where(facts.trading(week), np.nan_to_num(score(facts, week), nan=-1e9), -np.inf)
        best = [shop for shop in np.argsort(-ranked, kind="stable").tolist() if shop not in taken][:per_week]
        taken |= set(best)
        chosen += [(facts.shops.licence[shop], facts.weeks.ends(week) + dt.timedelta(days=1)) for shop in best]
    return chosen


def _baselines(facts: Facts) -> dict[str, Score]:
    dice = np.random.default_rng(0)
    return {
        "random": lambda facts, week: dice.random(facts.shops.count),
        "order at 220 % of the last three": lambda facts, week: _column(facts, week, "surge"),
        "own history z": _own_z,
        "isolation forest": _isolated,
        "shared attributes": lambda facts, week: _column(facts, week, "tie"),
        "detectors by hand": _by_hand,
        "prior alone": lambda facts, week: prior().odds(off_the_usual(frame(facts, week))),
        "plain learner": _Plain(),
    }


def _column(facts: Facts, week: int, name: str) -> Floats:
    return np.asarray(frame(facts, week).values[:, NAMES.index(name)])


def _own_z(facts: Facts, week: int) -> Floats:
    total = facts.orders.sums["cartons"]
    before = recent(total, week, _OWN_WEEKS, 1)
    return np.asarray((total[:, week] - before.mean(axis=1)) / (before.std(axis=1) + 1.0))


def _isolated(facts: Facts, week: int) -> Floats:
    page = frame(facts, week)
    values = np.nan_to_num(page.values)
    return np.asarray(-IsolationForest(random_state=0).fit(values[page.trading]).score_samples(values))


def _by_hand(facts: Facts, week: int) -> Floats:
    """The detectors' ranks added up, those that stand out weighing most."""
    page = frame(facts, week)
    return np.asarray(sum(np.maximum(ranks(page.values[:, at], page.trading) - 0.5, 0) ** 4 for at in HEADS))


class _Truth:
    """No rule, but the bound: the same features, learned from who really offended in every eighth week before."""

    def __init__(self, truth: Truth, before: int) -> None:
        self.truth, self.before = truth, before
        self.model: Any = None

    def __call__(self, facts: Facts, week: int) -> Floats:
        with threadpool_limits(1):
            if self.model is None:
                self.model = self._learned(facts)
            return np.asarray(self.model.predict_proba(frame(facts, week).values)[:, 1])

    def _learned(self, facts: Facts) -> Any:
        rows, hot = [], []
        for week in range(self.before - 1, _OWN_WEEKS - 8, -8):
            page = frame(facts, week)
            shops = np.flatnonzero(page.trading)
            rows.append(page.values[shops])
            hot.append(offending(facts, self.truth, week, shops))
        return HistGradientBoostingClassifier(
            max_iter=250, learning_rate=0.05, min_samples_leaf=15, l2_regularization=1.0, max_features=0.5,
            random_state=0,
        ).fit(np.concatenate(rows), np.concatenate(hot))  # fmt: skip


class _Plain:
    """Boosted trees on past visits as they are: no weights, no unvisited shops, no care for what must rise or fall."""

    def __init__(self) -> None:
        self.models: dict[int, Any] = {}

    def __call__(self, facts: Facts, week: int) -> Floats:
        at = facts.weeks.renewed(week, _RELEARN_WEEKS)
        with threadpool_limits(1):
            if at not in self.models:
                self.models[at] = _plain(facts, at)
            model = self.models[at]
            rows = frame(facts, week).values
            return np.asarray(model.predict_proba(rows)[:, 1] if model else np.zeros(len(rows)))


def _plain(facts: Facts, week: int) -> Any:
    visits, rows = facts.events.visits, training.outcomes(facts, week)
    found = np.isin(visits.outcome[rows], ["case", "minor"])
    if not found.any() or found.all():
        return None
    values = np.stack([frame(facts, int(visits.week[row]) - 1).values[visits.shop[row]] for row in rows])
    return HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.05, min_samples_leaf=15, l2_regularization=1.0, max_features=0.5, random_state=0
    ).fit(values, found)
