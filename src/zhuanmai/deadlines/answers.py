"""What a term comes to, as it is asked: a last day, a first lawful day, a moment, a window, a sum, in time or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from zhuanmai.deadlines import execution, licences
from zhuanmai.deadlines.counting import End, Uncountable, count
from zhuanmai.deadlines.events import Event, Events, Moment, Stop, day_of
from zhuanmai.deadlines.rules import Length, Rule, Rules
from zhuanmai.reference.calendar import Days

KINDS = ("last_day", "first_day", "moment", "window", "served_on", "amount", "yes_no")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Answer:
    """What is due, as it is written; whether it is provisional; what was made of the events."""

    due: str
    provisional: bool = False
    notes: tuple[str, ...] = ()


def answer(code: str, events: Events, rules: Rules, calendar: Days, kind: str = "") -> Answer:
    """What the term comes to. Raises Uncountable: unknown term, or events that do not suffice."""
    rule = rules.get(code)
    if rule is None:
        raise Uncountable(f"没有代码为 {code} 的期限。")
    if kind and kind not in KINDS:
        raise Uncountable(f"不认识的 kind“{kind}”；可用：{'、'.join(KINDS)}。")
    rule = chosen(rule, events)
    asked = kind or rule.answer or ("moment" if rule.length.in_moments else "last_day")
    if asked == "renewed" or (rule.way == "tacit_renewal" and asked != "last_day"):
        return Answer(licences.renewal(events, rules, calendar))
    if asked == "amount" or rule.way == "additional_fine":
        sum_, unsure = execution.additional_fine(events, rules, calendar)
        return Answer(str(sum_), unsure)
    end = ends(rule, events, rules, calendar)
    match asked:
        case "window":
            return _window(rule, events, rules, calendar, end)
        case "first_day":
            return Answer(_first_day(rule, events, rules, calendar, end).isoformat(), end.provisional, end.notes)
        case "moment":
            return Answer(_moment(end, events), end.provisional, end.notes)
        case "yes_no":
            return Answer("yes" if in_time(rule, events, rules, end) else "no", end.provisional, end.notes)
    return Answer(end.day.isoformat(), end.provisional, end.notes)


def chosen(rule: Rule, events: Events) -> Rule:
    """The rule with the length that holds for these facts (simple procedure, a ruling, a class of record)."""
    for variant in rule.variants:
        if "class" in variant:
            holds = str(events.fact("class", "kind", "level") or "") == variant["class"]
        else:
            holds = events.holds(variant["when"]) and not events.denied(variant.get("unless_false", ()))
        if holds:
            length = {name: variant[name] for name in ("years", "months", "days") if name in variant}
            return replace(rule, length=Length(**length, unit=variant.get("unit", rule.length.unit)))
    return rule


def ends(rule: Rule, events: Events, rules: Rules, calendar: Days) -> End:
    """When the term ends. Raises Uncountable."""
    if rule.way == "court_execution":
        return execution.window(rule, events, rules, calendar)[1]
    if rule.way == "court_execution_open":
        return execution.open_end(events, rules, calendar)
    if rule.way == "lawsuit_after_reconsideration":
        return execution.suit_end(events, rules, calendar)
    if rule.way == "licence":
        found = licences.decision_end(rule, events, rules, calendar)
        if found is not None:
            return found
    set_day = events.first(*rule.until)
    if set_day is not None:
        return End(set_day.day, notes=("另定的日期",))
    start = begun(rule, events, rules)
    if rule.way == "bar":
        return licences.barred_until(rule, events, day_of(start), calendar)
    stops = [*events.stops, *_rests(rule, events)]
    paired = replace(rule, stops=replace(rule.stops, grounds=(*rule.stops.grounds, *_PAIR)))
    return count(paired, start, calendar, stops, events.extensions)


_PAIR = ("移送期间",)


def _rests(rule: Rule, events: Events) -> list[Stop]:
    """Between two such events the term rests, and goes on with what was left: the day after the first, up to the
    second, do not count."""
    found = []
    for began, ended in rule.stops.pairs:
        first, last = events.first(began), events.first(ended)
        if first is not None:
            found.append(Stop(first.day + _DAY, last.day if last else None, _PAIR[0], first.day + _DAY))
    return found


def begun(rule: Rule, events: Events, rules: Rules) -> Moment:
    """The event that begins the term: one that it names; else the only one whose name no term knows. Raises
    Uncountable."""
    found = events.of(rule.begins)
    if not found:
        found = strangers(rule, events, rules)
        if len(found) != 1:
            raise Uncountable(f"没有使期限 {rule.code} 起算的事件（如 {'、'.join(rule.begins[:3])}）。")
    if rule.latest:
        return max((one.at for one in found), key=day_of)
    return found[0].at


def strangers(rule: Rule, events: Events, rules: Rules) -> list[Event]:
    """Dated events whose names no term knows."""
    known = rules.names()
    return [one for one in events.happened if one.name not in known]


def in_time(rule: Rule, events: Events, rules: Rules, end: End) -> bool:
    """Whether the act that is told was lawful in time: by the end, or (for what must wait) only after it."""
    trigger = events.of(rule.begins)[:1]
    after = [one for one in events.of(rule.after) if one not in trigger]
    if after:
        return _of(after[0], end) > 0
    by = [one for one in events.of(rule.by) if one not in trigger]
    other = by or [one for one in strangers(rule, events, rules) if one not in trigger]
    if len(other) > 1 and not by:
        other = other[-1:]
    if not other:
        raise Uncountable("没有可与期限比较的行为；请给出其日期。")
    return _of(other[0], end) <= 0


def _of(act: Event, end: End) -> int:
    """-1, 0, 1: the act before, at, after the end."""
    if end.at is not None and isinstance(act.at, dt.datetime):
        at = act.at if act.at.tzinfo == end.at.tzinfo else act.at.replace(tzinfo=end.at.tzinfo)
        return (at > end.at) - (at < end.at)
    day = day_of(act.at)
    return (day > end.day) - (day < end.day)


def _first_day(rule: Rule, events: Events, rules: Rules, calendar: Days, end: End) -> dt.date:
    """The first lawful day of what waits for the term: the day after it, or the day on which it was waived."""
    if rule.way == "court_execution":
        return execution.window(rule, events, rules, calendar)[0]
    waived = [one.day for one in events.of(rule.waived)]
    return min([*waived, end.day + _DAY])


def _window(rule: Rule, events: Events, rules: Rules, calendar: Days, end: End) -> Answer:
    if rule.way == "court_execution":
        first = execution.window(rule, events, rules, calendar)[0]
    else:
        first = day_of(begun(rule, events, rules)) + _DAY
    if first > end.day:
        return Answer("", end.provisional, (*end.notes, f"首日 {first} 晚于末日 {end.day}，没有可申请的期间"))
    return Answer(f"{first}/{end.day}", end.provisional, end.notes)


def _moment(end: End, events: Events) -> str:
    if end.at is None:
        return end.day.isoformat()
    return end.at.isoformat(timespec="seconds" if end.at.second else "minutes")


def explained(notes: Sequence[str]) -> str:
    """What was made of the events, in one line."""
    return "；".join(notes)
