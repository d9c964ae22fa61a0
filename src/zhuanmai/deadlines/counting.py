"""Counting one term: start, stops, extensions → the day or moment at which it ends. Pure: no database, no clock.

The day of the trigger does not count; a calendar term that ends on a rest day runs on to the next working day, where
the rule says so; days of a stop, first and last included, do not count, overlapping ones once (行政许可法 45).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from zhuanmai.deadlines.events import Extension, Moment, Stop, day_of
from zhuanmai.deadlines.rules import Length, Rule
from zhuanmai.reference.calendar import Days

_DAY = dt.timedelta(days=1)
_NOT_HEADS = frozenset({"clerk", "reviewer", "officer", "department_head", "legal_head", "K", "V", "Q"})


class Uncountable(ValueError):
    """The events do not suffice to count the term; the sentence says what is missing."""


@dataclass(frozen=True)
class End:
    """When a term ends: its last day, the moment of terms in hours, provisional or not, and what was made of it."""

    day: dt.date
    provisional: bool = False
    at: dt.datetime | None = None
    notes: tuple[str, ...] = ()

    def noted(self, *words: str) -> End:
        """The same end with more said about it."""
        return replace(self, notes=(*self.notes, *words))


def count(
    rule: Rule, start: Moment, calendar: Days, stops: Iterable[Stop] = (), extensions: Iterable[Extension] = ()
) -> End:
    """The end of a term. Raises Uncountable for a term without a length, and for one that stands still now."""
    if not rule.length.known:
        raise Uncountable(f"期限 {rule.code} 尚未填写长度。")
    if rule.length.in_moments:
        return _moment(rule.length, start)
    holding = [span for span in (effective(rule, stop) for stop in stops) if span is not None]
    for span in holding:
        if span.last is None and span.first <= _end(rule, day_of(start), calendar, _closed(holding)).day:
            raise Uncountable(f"期限自 {span.first} 起中止，尚未恢复。")
    found = _end(rule, day_of(start), calendar, _closed(holding))
    for extension in extensions:
        found = _extended(rule, day_of(start), calendar, _closed(holding), found, extension)
    return found


def effective(rule: Rule, stop: Stop) -> Stop | None:
    """The part of a stop that counts for this rule: from the day on which it was told; None if none of it does."""
    stops = rule.stops
    known = any(word in stop.ground for word in stops.grounds) or any(
        stop.published and word in stop.ground for word in stops.published
    )
    if not known or stop.told is None:
        return None
    first = max(stop.first, stop.told)
    return None if stop.last is not None and stop.last < first else replace(stop, first=first)


def _closed(stops: Sequence[Stop]) -> list[tuple[dt.date, dt.date]]:
    return [(stop.first, stop.last) for stop in stops if stop.last is not None]


def _moment(length: Length, start: Moment) -> End:
    if not isinstance(start, dt.datetime):
        raise Uncountable("该期限按小时计算，须给出起算的时刻。")
    at = start + dt.timedelta(hours=length.hours or 0, minutes=length.minutes or 0)
    return End(day_of(at), at=at)


def _end(
    rule: Rule, start: dt.date, calendar: Days, stops: Sequence[tuple[dt.date, dt.date]], extra: int = 0, unit: str = ""
) -> End:
    """The end by the rule, with `extra` days of a unit more (the rule's own where it is the same)."""
    length, sign = rule.length, -1 if rule.before else 1
    same = (unit or length.unit) == length.unit

    def still(day: dt.date) -> bool:
        return any(first <= day <= last for first, last in stops)

    if length.unit == "working":
        due = calendar.add_working(start, sign * ((length.days or 0) + extra * same), still)
    else:
        days, later = sign * (length.days or 0) + extra * same, sign * length.in_months
        bare = calendar.add_calendar(
            start, days=days, count_months=later, day_before=rule.day_before, extended=False
        ).date
        due = calendar.add_calendar(_past_stops(start, bare, still), extended=rule.moved and bool(length.unit))
    found = End(due.date, due.provisional, notes=(due.note,) if due.note else ())
    if not same and extra:
        more = Length(days=extra, unit=unit)
        return _end(replace(rule, length=more, day_before=False), found.day, calendar, stops)
    return found


def _past_stops(start: dt.date, bare: dt.date, still: Callable[[dt.date], bool]) -> dt.date:
    """A calendar end, put off by each day after the start that stands still."""
    left, day = (bare - start).days, start
    if left <= 0:
        return bare
    while left:
        day += _DAY
        left -= not still(day)
    return day


def _extended(
    rule: Rule,
    start: dt.date,
    calendar: Days,
    stops: Sequence[tuple[dt.date, dt.date]],
    found: End,
    extension: Extension,
) -> End:
    """The end after an extension; one that is void leaves the end as it was, and says why."""
    why, how = void(rule, extension, found.day), rule.extension
    if why or how is None:
        return found.noted(why)
    if extension.until is not None:
        return replace(found, day=max(found.day, extension.until)).noted(f"延长至 {extension.until}")
    days = extension.days if extension.days is not None else how.days
    longer = _end(rule, start, calendar, stops, days or 0, how.unit)
    return replace(longer, notes=(*found.notes, *longer.notes, f"延长 {days} 日"))


def void(rule: Rule, extension: Extension, end: dt.date) -> str:
    """Why an extension has no effect, "" if it has one: approved, and told where due, on or before the last day."""
    how = rule.extension
    if how is None:
        return "该期限不得延长"
    if how.days is None and extension.days is None and extension.until is None:
        return "延长未写明天数，不予计算"
    if how.by and extension.by in _NOT_HEADS:
        return "延长未经负责人批准，无效"
    if extension.approved is not None and extension.approved > end:
        return f"延长于 {extension.approved} 批准，晚于期限届满日 {end}，无效"
    told = extension.told
    if how.told and (extension.not_told or (told is not None and told > end)):
        return f"延长未在 {end} 前告知，无效"
    return ""
