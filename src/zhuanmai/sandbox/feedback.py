"""Half a year of alerts lived through: each week's list is visited, the city's simulator says what was found, and the
ranker learns from it (or is kept as it was). Whether a visit catches, the simulator alone knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhuanmai.alerts.daily.drafts import NONE_AT_ALL, Draft, Wish, drafts_of
from zhuanmai.alerts.facts import Facts, read_facts
from zhuanmai.alerts.facts.events import FOUND, Mention
from zhuanmai.alerts.model.features import frame, measure_heard
from zhuanmai.alerts.model.ranking import forget, model_of, use_model
from zhuanmai.reference.addresses import read_address
from zhuanmai.sandbox.city import Truth

_WORKDAYS = 5


class Feedback(StrEnum):
    """What becomes of what visits find: the ranker learns from it; it is only known, as a fact, to the model of the
    first week; or nobody hears of it."""

    LEARNED = "learned"
    KNOWN = "known"
    NONE = "none"


@dataclass(frozen=True)
class Plan:
    """How many weeks at the end of the city, how many alerts a week, how many of them drawn, from which seed."""

    weeks: int
    per_week: int
    drawn: int
    seed: int = 0
    feedback: Feedback = Feedback.LEARNED


@dataclass(frozen=True)
class Visited:
    """One alert and its visit; `offending` and `catch` are the truth on that day, which no ranker sees."""

    draft: Draft
    day: dt.date
    outcome: str
    offending: bool
    catch: float


def without_own_visits(folder: Path, cut: dt.date) -> None:
    """Rewrite a city's files as if its squads had visited nobody from a day on: no such inspections, none of their
    cases. What the road and the post brought to light stays."""
    inspections = pq.read_table(folder / "inspections.parquet")
    later = pc.greater_equal(inspections["inspected_on"], pa.scalar(cut))
    numbers = pc.drop_null(inspections.filter(later)["case_no"])
    pq.write_table(inspections.filter(pc.invert(later)), folder / "inspections.parquet")
    for name in ("cases", "case_parties", "case_items"):
        rows = pq.read_table(folder / f"{name}.parquet")
        pq.write_table(rows.filter(pc.invert(pc.is_in(rows["case_no"], numbers))), folder / f"{name}.parquet")


def begin(lake: Any, truth: Truth, weeks: int) -> Facts:
    """The facts of a whole city that holds no visits of its last `weeks`, with the model of their first week and with
    what the detectors say in each."""
    facts = read_facts(lake, truth.last_day)
    model_of(facts, facts.weeks.count - weeks)
    for week in range(facts.weeks.count - weeks, facts.weeks.count):
        frame(facts, week)
        forget(facts, week)
    return facts


def walk(lake: Any, truth: Truth, plan: Plan, begun: Facts) -> Iterator[tuple[Facts, int, list[Visited]]]:
    """Week by week: the alerts of the week with what their visits found. `begun` is left as it was."""
    facts = _apart(begun)
    city, chance = truth.city(), np.random.default_rng([plan.seed, 77])
    first = facts.weeks.count - plan.weeks
    frozen = None if plan.feedback is Feedback.LEARNED else model_of(facts, first)
    barred: dict[str, frozenset[str]] = {}
    for week in range(first, facts.weeks.count):
        if frozen is not None:
            use_model(facts, week, frozen)
        measure_heard(facts, week)
        wish = Wish(facts.weeks.ends(week), plan.per_week - plan.drawn, plan.drawn, barred)
        visits = []
        for place, draft in enumerate(drafts_of(lake, facts, week, wish)):
            day = wish.day + dt.timedelta(days=1 + place % _WORKDAYS)
            offending = city.offending(draft.subject, day) is not None
            found = truth.offence(draft.subject, day) if offending else None
            outcome = city.visit(draft.subject, day, chance)
            visits.append(Visited(draft, day, outcome, offending, found.catch if found else 0.0))
            barred[draft.subject] = NONE_AT_ALL
        if plan.feedback is not Feedback.NONE:
            hear(facts, week + 1, visits)
        yield facts, week, visits


def _apart(facts: Facts) -> Facts:
    """Facts to which visits can be added without changing these."""
    events = facts.events
    counts = {**events.counts, "caught": events.counts["caught"].copy()}
    return replace(facts, events=replace(events, counts=counts, mentions=list(events.mentions)), kept=dict(facts.kept))


def hear(facts: Facts, week: int, visits: Sequence[Visited]) -> None:
    """Put visits into the facts as reading them from the lake would: the shop, or what was said of the place."""
    events = facts.events
    shops: list[int] = []
    places: list[Any] = []
    for each in visits:
        shop = facts.shops.place.get(each.draft.subject, -1)
        place = None if shop >= 0 else read_address(each.draft.subject)
        shops.append(shop)
        places.append(place)
        if shop < 0 and place is not None:
            street = facts.shops.aliases.street(place.street)
            events.mentions.append(
                Mention(week, replace(place, street=street), each.draft.subject, f"visit:{each.outcome}")
            )
        elif each.outcome in FOUND and week < facts.weeks.count:
            events.counts["caught"][shop, week] += 1
    known = events.visits
    events.visits = replace(
        known,
        shop=np.concatenate([known.shop, np.array(shops, dtype=np.int64)]),
        week=np.concatenate([known.week, np.full(len(visits), week, dtype=np.int64)]),
        reason=np.concatenate([known.reason, _texts("random" if each.draft.drawn else "alert" for each in visits)]),
        outcome=np.concatenate([known.outcome, _texts(each.outcome for each in visits)]),
        place=[*known.place, *places],
        case_no=np.concatenate([known.case_no, _texts([None] * len(visits))]),
    )


def _texts(values: Any) -> Any:
    kept = list(values)
    found = np.empty(len(kept), dtype=object)
    found[:] = kept
    return found
