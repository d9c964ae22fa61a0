"""What happened, as it is told: a list of events or an object of named days; read into one form. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zhuanmai.core.clock import SHANGHAI

Moment = dt.date | dt.datetime
_WHEN = ("on", "at", "date", "day")
PAYMENTS = ("payments", "part_paid", "part_payments")  # a list of days with sums, kept as it is
_STOP = frozenset({"stop", "stopped", "stops", "suspension", "interruption"})
_EXTENSION = frozenset({"extension", "extended", "extensions"})
_PAUSES = (
    (
        "reconsideration_accepted",
        ("reconsideration_decision_received", "reconsideration_ended", "reconsideration_end", "reconsideration_closed"),
    ),
    ("suit_accepted", ("judgment_received", "judgment_served", "suit_ended", "suit_end")),
    ("paused", ("resumed",)),
)
_PAUSED = frozenset({"reconsideration", "suit", "lawsuit", "pause", "pauses", "paused", "excluded"})  # first and last


@dataclass(frozen=True)
class Event:
    """Something that happened: its name, its day or moment, and what else was told."""

    name: str
    at: Moment
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def day(self) -> dt.date:
        """The day on which it happened, in Shanghai."""
        return day_of(self.at)


@dataclass(frozen=True)
class Stop:
    """A time that may not count: first and last day, both included (None: still stopped); ground; told on that day."""

    first: dt.date
    last: dt.date | None
    ground: str = ""
    told: dt.date | None = None
    published: bool = False


@dataclass(frozen=True)
class Extension:
    """A term made longer: by so many days or until a day; approved, told; by whom."""

    days: int | None = None
    until: dt.date | None = None
    approved: dt.date | None = None
    told: dt.date | None = None
    not_told: bool = False
    by: str = ""


@dataclass(frozen=True)
class Events:
    """All that is told of one term: events, facts without a day, stops, extensions."""

    happened: tuple[Event, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()
    extensions: tuple[Extension, ...] = ()

    def of(self, names: Iterable[str]) -> list[Event]:
        """The events of these names, in the order of the names."""
        return [one for name in names for one in self.happened if one.name == name]

    def first(self, *names: str) -> Event | None:
        """The event of the first of these names."""
        return next(iter(self.of(names)), None)

    def fact(self, *names: str) -> Any:
        """What was told under the first of these names."""
        return next((self.facts[name] for name in names if name in self.facts), None)

    def holds(self, names: Iterable[str]) -> bool:
        """Whether one of these facts or events is there, and is not denied."""
        told = {name.lower() for name, value in self.facts.items() if truthy(value)}
        told |= {value.lower() for value in self.facts.values() if isinstance(value, str)}
        return bool((told | {one.name.lower() for one in self.happened}) & {name.lower() for name in names})

    def denied(self, names: Iterable[str]) -> bool:
        """Whether one of these facts is denied in so many words."""
        return any(name in self.facts and not truthy(self.facts[name]) for name in names)


class Unreadable(ValueError):
    """Events that are not of the form; the sentence says what is wrong."""


def read(text: str) -> Events:
    """Read events from JSON. Raises Unreadable with a sentence."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("events 不是有效的 JSON；请按样例填写。") from None
    if isinstance(told, dict):
        return _built(_named(told))
    if isinstance(told, list) and all(isinstance(one, dict) and one.get("event") for one in told):
        return _built((str(one["event"]), {k: v for k, v in one.items() if k != "event"}) for one in told)
    raise Unreadable("events 应为事件列表（含 event、on）或“事件: 日期”的对象；请按样例填写。")


def day_of(at: Moment) -> dt.date:
    """The day of a moment in Shanghai; a day is itself."""
    if not isinstance(at, dt.datetime):
        return at
    return at.astimezone(SHANGHAI).date() if at.tzinfo else at.date()


def moment_of(value: Any) -> Moment | None:
    """A day or a moment written in ISO form; None for anything else."""
    if not isinstance(value, str) or len(value) < 10 or not value[:4].isdigit():
        return None
    try:
        return dt.date.fromisoformat(value) if len(value) == 10 else dt.datetime.fromisoformat(value)
    except ValueError:
        raise Unreadable(f"“{value}”不是有效的日期；请写成 2026-03-06 或 2026-03-06T10:00。") from None


def truthy(value: Any) -> bool:
    """Whether a told value says yes."""
    return str(value).strip().lower() not in ("", "0", "false", "no", "none", "否", "无")


def _named(told: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in told.items():
        span = name.lower() in _PAUSED | _STOP and isinstance(value, list)
        if span and len(value) == 2 and all(isinstance(one, str) for one in value):
            yield name, value
        elif isinstance(value, list) and name not in PAYMENTS:
            yield from ((name, one) for one in value)
        else:
            yield name, value


def _built(told: Iterable[tuple[str, Any]]) -> Events:
    happened, facts, stops, extensions = list[Event](), dict[str, Any](), list[Stop](), list[Extension]()
    for name, value in told:
        key = name.strip()
        if key.lower() in _STOP and isinstance(value, dict | list):
            stops.append(_stop(value))
        elif key.lower() in _PAUSED and isinstance(value, dict | list):
            stops.append(_paused(key, value))
        elif key.lower() in _EXTENSION and isinstance(value, dict):
            extensions.append(_extension(value))
        elif isinstance(value, dict):
            at = _when(value)
            if at is None:
                facts[key] = True
            else:
                happened.append(Event(key, at, value))
            facts = {**{k: v for k, v in value.items() if k not in _WHEN and moment_of(v) is None}, **facts}
        elif (at := moment_of(value)) is not None:
            happened.append(Event(key, at))
        else:
            facts[key] = value
    if flat := _flat_extension(happened, facts):
        extensions.append(flat)
    return Events(tuple(happened), facts, (*stops, *_pauses(happened)), tuple(extensions))


def _when(value: Mapping[str, Any]) -> Moment | None:
    for name in _WHEN:
        if (at := moment_of(value.get(name))) is not None:
            return at
    dated = [at for one in value.values() if (at := moment_of(one)) is not None]
    return dated[0] if len(dated) == 1 else None


def _stop(value: Mapping[str, Any] | list[Any]) -> Stop:
    if isinstance(value, list):
        value = dict(zip(("first", "last"), value, strict=False))
    first = _day(value, "first", "from", "on")
    if first is None:
        raise Unreadable("中止缺少起始日（first）；请补填。")
    last = _day(value, "last", "until", "to", "result_in")
    if last is not None and last < first:
        raise Unreadable(f"中止的末日 {last} 早于首日 {first}；请改正。")
    told = _day(value, "notice_served", "told", "told_on", "notice")
    said = next((value[name] for name in ("notice_served", "told", "notice") if name in value), None)
    if told is None and said is not None and truthy(said):
        told = first
    ground = str(value.get("ground") or value.get("reason") or "")
    return Stop(first, last, ground, told, truthy(value.get("published", "")))


def _paused(name: str, value: Mapping[str, Any] | list[Any]) -> Stop:
    """A pause told as its first and last day; one day only is a pause that still lasts."""
    told = value if isinstance(value, list) else value.values()
    found = sorted(day_of(at) for one in told if (at := moment_of(one)) is not None)
    if not found:
        raise Unreadable(f"“{name}”缺少起止日期；请补填。")
    return Stop(found[0], found[-1] if len(found) > 1 else None, name, found[0])


def _extension(value: Mapping[str, Any]) -> Extension:
    days = value.get("days", value.get("working_days"))
    on = _day(value, "on", "at", "date")
    told = _day(value, "told", "told_on", "notice_served", "notified", "notice")
    said = next((value[name] for name in ("told", "notice_served", "notified", "notice") if name in value), True)
    approved = _day(value, "approved", "approved_on", "head_approved") or on
    silent = told is None and (not truthy(said) or ("approved" in value and on is None))
    by = str(value.get("by") or value.get("approved_by") or "")
    until = _day(value, "until", "to", "extended_to")
    return Extension(_number(days), until, approved, told, silent and said is not True, by)


def _flat_extension(happened: list[Event], facts: Mapping[str, Any]) -> Extension | None:
    """An extension told by names of its own (extended_days, extended_to), among the events."""
    said = next((facts[n] for n in ("extension", "extended") if n in facts), None)
    names = ("extension_days", "extended_days", "extended_by", "days")
    days = next((facts[n] for n in names if n in facts), said if isinstance(said, int) else None)
    known = {one.name: one.day for one in happened}
    until = known.get("extended_to") or known.get("extended_until")
    approved = next((known[n] for n in ("extension_approved", "D23_approved", "D09_approved") if n in known), None)
    approved = approved or known.get("extended") or known.get("extension")
    told = next((known[n] for n in ("extension_told", "D24_served", "D10_served") if n in known), None)
    longer = truthy(said) if said is not None else days is not None and "days" not in facts
    if not longer and until is None and approved is None:
        return None
    return Extension(_number(days), until, approved, told, facts.get("extension_told", True) in (False, None))


def _pauses(happened: list[Event]) -> list[Stop]:
    """Stops told as two events: what was accepted, and the end of it that was received."""
    known = {one.name: one.day for one in happened}
    found = []
    for first, lasts in _PAUSES:
        last = next((known[name] for name in lasts if name in known), None)
        if (began := known.get(first)) is not None:
            found.append(Stop(began, last, first, began))
    return found


def _day(value: Mapping[str, Any], *names: str) -> dt.date | None:
    for name in names:
        if (at := moment_of(value.get(name))) is not None:
            return day_of(at)
    return None


def _number(value: Any) -> int | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Unreadable(f"延长的天数“{value}”不是整数；请改正。") from None
