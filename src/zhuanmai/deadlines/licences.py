"""Terms of a licence with a computation of their own: acceptance, tacit renewal, bars (行政许可法 32, 50). Pure."""

from __future__ import annotations

import datetime as dt

from zhuanmai.deadlines.counting import End, Uncountable, count
from zhuanmai.deadlines.events import Events
from zhuanmai.deadlines.rules import Rule, Rules
from zhuanmai.reference.calendar import Days

RECEIVED = ("received", "materials_received", "renewal_received", "renewal_received_complete")
_NOTICE = ("supplement_notice", "L05_served", "supplement_notice_served", "supplement_asked")
_COMPLETE = (
    "supplement_complete", "supplemented", "completed", "complete", "last_supplement", "all_received",
    "supplement_received", "supplement",
)  # fmt: skip
_VALID_TO = ("valid_to", "expiry", "valid_until")
_DECIDED = ("decided", "granted", "refused", "decision")
_DAY = dt.timedelta(days=1)


def accepted_on(rule: Rule, events: Events, rules: Rules, calendar: Days) -> tuple[dt.date, str] | None:
    """The day as of which an application is accepted, and why; None where nothing of it is told.

    Told late or not at all what is missing: as of the day of receipt (32(四)); told in time: the day on which the
    last missing piece is in. Raises Uncountable while it is not in.
    """
    received, accepted = _day(events, *RECEIVED), _day(events, *rule.begins)
    if received is None:
        return None if accepted is None else (accepted, "")
    notice = min((one.day for one in events.of(_NOTICE)), default=None)
    fifth = count(_known(rules, "supplement_notice"), received, calendar).day
    if notice is None:
        if accepted is not None and accepted <= fifth:
            return accepted, ""
        return received, f"未在 {fifth} 前告知补正，自收到之日起视为受理"
    if notice > fifth:
        return received, f"补正告知晚于 {fifth}，自收到之日起视为受理"
    complete = max((one.day for one in events.of(_COMPLETE)), default=None)
    if complete is None and accepted is None:
        raise Uncountable("补正材料尚未收齐，期限尚未起算。")
    return complete or accepted or received, "自补正材料收齐之日受理"


def decision_end(rule: Rule, events: Events, rules: Rules, calendar: Days) -> End | None:
    """The end of a term to decide on a licence; a renewal never later than the last day of validity."""
    found = accepted_on(rule, events, rules, calendar)
    if found is None:
        return None
    start, why = found
    end = count(rule, start, calendar, events.stops, events.extensions)
    if why:
        end = end.noted(why)
    valid_to = _day(events, *_VALID_TO)
    if valid_to is not None and valid_to < end.day:
        return End(valid_to, notes=(*end.notes, "延续须在有效期届满前决定"))
    return end


def renewal(events: Events, rules: Rules, calendar: Days) -> str:
    """Whether a licence counts as renewed by silence, and from when (行政许可法 50(2)). Raises Uncountable."""
    valid_to, received = _day(events, *_VALID_TO), _day(events, *reversed(RECEIVED))
    if valid_to is None or received is None:
        raise Uncountable("须给出有效期届满日和收到延续申请之日。")
    latest = count(_known(rules, "renewal_before"), valid_to, calendar).day
    decided, until = _day(events, *_DECIDED), _day(events, "no_decision_until")
    if received > latest or (decided is not None and decided <= valid_to):
        return "not renewed"
    if until is not None and until <= valid_to:
        raise Uncountable(f"有效期至 {valid_to}，尚未届满。")
    return f"renewed from {valid_to + _DAY}"


def barred_until(rule: Rule, events: Events, start: dt.date, calendar: Days) -> End:
    """The last barred day: the same day so many years later (that month's last day if there is none)."""
    told = events.fact("years", "bar_years")
    names = [str(events.fact("ground", "reason", "code") or ""), *(one.name for one in events.happened)]
    known = (span for name in names if name for ground, span in rule.grounds.items() if ground.startswith(name))
    years = int(told) if str(told or "").isdigit() else next(known, None)
    if years is None:
        raise Uncountable("须给出受限年数（years），或法定情形的代码（ground）。")
    return count(rule.with_length(years=years), start, calendar)


def _known(rules: Rules, code: str) -> Rule:
    rule = rules.get(code)
    if rule is None:
        raise Uncountable(f"缺少期限 {code}。")
    return rule


def _day(events: Events, *names: str) -> dt.date | None:
    found = events.first(*names)
    return found.day if found else None
