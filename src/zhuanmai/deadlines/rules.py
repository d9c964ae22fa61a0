"""How a legal term is counted, as data: its length, its events, its stops, its extension, its reminders. Pure.

Lengths stand in the term's row, which the bureau may change; how it is counted stands in `deadlines.json` (`count`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from zhuanmai.reference import shipped
from zhuanmai.reference.models import DeadlineTerm

LENGTHS = ("years", "months", "days", "hours", "minutes")


@dataclass(frozen=True)
class Length:
    """So much of each measure; None in all of them is a length that is not known."""

    years: int | None = None
    months: int | None = None
    days: int | None = None
    hours: int | None = None
    minutes: int | None = None
    unit: str = ""  # of the days: working, calendar

    @property
    def known(self) -> bool:
        """Whether there is a length at all (0 days is one)."""
        return any(getattr(self, name) is not None for name in LENGTHS)

    @property
    def in_moments(self) -> bool:
        """Whether it runs by hours and minutes, round the clock."""
        return self.hours is not None or self.minutes is not None

    @property
    def in_months(self) -> int:
        """Its months, years among them."""
        return (self.months or 0) + 12 * (self.years or 0)


@dataclass(frozen=True)
class Stops:
    """What makes a term stand still: grounds told in writing; grounds of a published guide; pairs of events."""

    grounds: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Extending:
    """By how much a term may be made longer (None: as the extension says), by whom, and whether it must be told."""

    days: int | None
    unit: str = ""
    told: bool = False
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One term, ready to be counted. `begins`: the events that begin it; the other fields as in `deadlines.json`."""

    code: str
    length: Length
    before: bool = False
    begins: tuple[str, ...] = ()
    latest: bool = False
    moved: bool = True
    day_before: bool = False
    waits: bool = False
    waived: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    stops: Stops = Stops()
    extension: Extending | None = None
    variants: tuple[Mapping[str, Any], ...] = ()
    until: tuple[str, ...] = ()
    grounds: Mapping[str, int] = field(default_factory=dict)
    lapses: bool = False
    way: str = ""
    answer: str = ""
    reminders: tuple[int, ...] = ()
    what: str = ""
    source: str = ""
    certainty: str = ""

    @classmethod
    def of(cls, term: DeadlineTerm) -> Self:
        """The rule of a term as the bureau keeps it. A term that no file ships is counted plainly."""
        data = shipped.counting().get(term.code, {})
        stops, extension = data.get("stops") or {}, data.get("extension")
        reminders = tuple(data.get("reminders", shipped.reminders()))
        return cls(
            code=term.code,
            length=Length(**{name: getattr(term, name) for name in LENGTHS}, unit=term.unit),
            before=term.before,
            begins=tuple(data.get("begins", ())),
            waived=tuple(data.get("waived", ())),
            by=tuple(data.get("by", ())),
            after=tuple(data.get("after", ())),
            variants=tuple(data.get("variants", ())),
            until=tuple(data.get("until", ())),
            latest=bool(data.get("latest")),
            day_before=bool(data.get("day_before")),
            waits=bool(data.get("waits")),
            lapses=bool(data.get("lapses")),
            moved=bool(data.get("moved", not term.before)),
            stops=Stops(
                tuple(stops.get("grounds", ())),
                tuple(stops.get("published", ())),
                tuple((first, last) for first, last in stops.get("pairs", ())),
            ),
            extension=Extending(**{**extension, "by": tuple(extension.get("by", ()))}) if extension else None,
            grounds=data.get("grounds", {}),
            way=data.get("way", ""),
            answer=data.get("answer", ""),
            reminders=tuple(stage for stage in reminders if stage >= 0) if data.get("lapses") else reminders,
            what=term.what,
            source=term.source,
            certainty=term.certainty,
        )

    def with_length(self, **lengths: int | None) -> Rule:
        """The same rule with another length; the unit stays unless it is given."""
        return replace(self, length=Length(**{"unit": self.length.unit, **lengths}))  # type: ignore[arg-type]


def lapses(code: str) -> bool:
    """Whether a term ends by itself and is nobody's fault."""
    return bool(shipped.counting().get(code, {}).get("lapses"))


@dataclass(frozen=True)
class Rules:
    """All terms by code."""

    by_code: Mapping[str, Rule]

    @classmethod
    def of(cls, terms: Iterable[DeadlineTerm]) -> Self:
        """The rules of these terms."""
        return cls({term.code: Rule.of(term) for term in terms})

    @classmethod
    def shipped(cls) -> Self:
        """The rules as shipped, whatever the bureau keeps; needs no database."""
        made = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # else the row would ask the database for the time
        return cls.of(DeadlineTerm(**row, created_at=made) for row in shipped.term_columns())

    def get(self, code: str) -> Rule | None:
        """The rule of a term, None where there is none."""
        return self.by_code.get(code)

    def names(self) -> frozenset[str]:
        """Every name of an event that some term knows."""
        rules = self.by_code.values()
        return frozenset(name for rule in rules for name in (*rule.begins, *rule.by, *rule.after, *rule.waived))
