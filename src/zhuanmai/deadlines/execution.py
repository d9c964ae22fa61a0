"""Terms after a penalty decision with a computation of their own: the window to apply to the court, the fine. Pure."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from zhuanmai.deadlines.counting import End, Uncountable, count
from zhuanmai.deadlines.events import PAYMENTS, Events, Stop, moment_of
from zhuanmai.deadlines.rules import Rule, Rules
from zhuanmai.reference import shipped
from zhuanmai.reference.calendar import Days

_DAY = dt.timedelta(days=1)
_CENT = Decimal("0.01")
_DEFERRED = ("deferred_to", "deferral_end", "deferred_until", "last_instalment", "instalments_end")
_REMINDED = ("D50_served", "D50_received", "reminder_served")
_LAST = ("deferred_to", "deferred_until", "last_day", "pay_by", "due", "instalment_due")


def suit_end(events: Events, rules: Rules, calendar: Days) -> End:
    """The last day to sue: 15 days from the decision, or from the end of a reconsideration (专卖法 41)."""
    after = _rule(rules, "lawsuit_after_reconsideration")
    received = events.first(*after.begins)
    if received is not None:
        return count(after, received.day, calendar)
    accepted = events.first("reconsideration_accepted")
    if accepted is not None:  # 60 days gone without a decision
        silent = count(_rule(rules, "reconsideration_decides"), accepted.day, calendar)
        return count(after, silent.day, calendar)
    return count(_rule(rules, "lawsuit"), _served(events, rules), calendar)


def open_end(events: Events, rules: Rules, calendar: Days) -> End:
    """The last day on which no application to the court is lawful yet: the later of both remedies (行政强制法 53)."""
    suit = suit_end(events, rules, calendar)
    if events.first(*_rule(rules, "lawsuit_after_reconsideration").begins, "reconsideration_accepted") is not None:
        return suit
    asked = count(_rule(rules, "reconsideration"), _served(events, rules), calendar)
    return max(suit, asked, key=lambda end: end.day)


def window(rule: Rule, events: Events, rules: Rules, calendar: Days) -> tuple[dt.date, End]:
    """First and last day to apply to the court; the last is three months after the end to sue, or of a deferral."""
    opened = open_end(events, rules, calendar)
    reminded = events.first(*_REMINDED)
    first = opened.day + _DAY
    if reminded is not None:  # 行政强制法 54: ten working days after the reminder
        first = max(first, count(_rule(rules, "reminder_before_court"), reminded.day, calendar).day + _DAY)
    deferred = events.first(*_DEFERRED)
    base = suit_end(events, rules, calendar)
    start = base.day
    if deferred is not None:  # 行政处罚法 72(2)
        start = deferred.day
        first = max(first, start + _DAY)
    end = count(rule, start, calendar)
    unsure = end.provisional or opened.provisional or base.provisional
    return first, End(end.day, unsure, notes=tuple(dict.fromkeys((*opened.notes, *base.notes, *end.notes))))


def additional_fine(events: Events, rules: Rules, calendar: Days) -> tuple[Decimal, bool]:
    """The additional fine in yuan, and whether its first day is provisional (行政处罚法 72(1)(一), 73(3)).

    Three per cent a day of what is unpaid, from the day after the last day; never more than the fine.
    """
    fine = _money(events.fact("fine", "amount"), "fine")
    last, unsure = _last_day(events, rules, calendar)
    paid = _payments(events, fine)
    end = max((day for day, _ in paid), default=None)
    until = events.first("until", "counted_to", "on", "as_of", "today")
    if end is None or sum(sum_ for _, sum_ in paid) < fine:
        end = until.day if until else end
    if end is None:
        raise Uncountable("须给出缴款日（paid）或计算至哪一日（until）。")
    rate, payment_day_counts = shipped.additional_fine()
    added, day = Decimal(0), last + _DAY
    while day <= end and added < fine:
        gone = sum((sum_ for on, sum_ in paid if on < day or (on == day and not payment_day_counts)), Decimal(0))
        if not any(_stands_still(stop, day) for stop in events.stops):
            added += max(fine - gone, Decimal(0)) * rate / 100
        day += _DAY
    return min(added, fine).quantize(_CENT, ROUND_HALF_UP), unsure


def _stands_still(stop: Stop, day: dt.date) -> bool:
    return stop.first <= day and (stop.last is None or day <= stop.last)


def _last_day(events: Events, rules: Rules, calendar: Days) -> tuple[dt.date, bool]:
    told = events.first(*_LAST)
    if told is not None:
        return told.day, False
    found = count(_rule(rules, "pay_fine"), _served(events, rules), calendar)
    return found.day, found.provisional


def _payments(events: Events, fine: Decimal) -> list[tuple[dt.date, Decimal]]:
    """What was paid on which day; a payment told without a sum is the whole fine."""
    parts = events.fact(*PAYMENTS)
    found = [_part(one) for one in parts] if isinstance(parts, list) else []
    for one in events.of(("paid", "payment", "part_payment")):
        sum_ = one.facts.get("amount", one.facts.get("sum"))
        found.append((one.day, _money(sum_, "paid") if sum_ is not None else fine))
    return sorted(found)


def _part(one: Any) -> tuple[dt.date, Decimal]:
    on, sum_ = (one.get("on") or one.get("date"), one.get("amount")) if isinstance(one, dict) else tuple(one)[:2]
    day = moment_of(on)
    if day is None:
        raise Uncountable("分次缴款须给出日期和金额。")
    return day.date() if isinstance(day, dt.datetime) else day, _money(sum_, "payments")


def _money(value: Any, field: str) -> Decimal:
    try:
        sum_ = Decimal(str(value))
    except InvalidOperation:
        raise Uncountable(f"{field} 不是金额：{value}。") from None
    if not sum_.is_finite() or sum_ < 0:
        raise Uncountable(f"{field} 不是金额：{value}。")
    return sum_


def _served(events: Events, rules: Rules) -> dt.date:
    found = events.first(*_rule(rules, "pay_fine").begins, *_rule(rules, "reconsideration").begins)
    if found is None:
        raise Uncountable("须给出处罚决定书送达之日（D37_received）。")
    return found.day


def _rule(rules: Rules, code: str) -> Rule:
    rule = rules.get(code)
    if rule is None:
        raise Uncountable(f"缺少期限 {code}。")
    return rule
