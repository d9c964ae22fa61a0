"""Working days and legal terms: the only place that counts days. A year whose holidays are not known gives 暂计.

The day of the trigger does not count; a calendar period that ends on a rest day ends on the next working day.
"""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import chinese_calendar
from chinese_calendar.constants import holidays

from zhuanmai.core.clock import SHANGHAI, to_local
from zhuanmai.core.errors import NotFound
from zhuanmai.reference import shipped
from zhuanmai.reference.models import CalendarYear, DeadlineTerm, WorkingDayOverride

_SHIPPED_YEARS = frozenset(day.year for day in holidays)


@dataclass(frozen=True)
class Due:
    """A date found by counting. `at` is the exact moment of terms in hours; provisional dates name why (暂计)."""

    date: dt.date
    provisional: bool
    note: str = ""
    at: dt.datetime | None = None
    code: str = ""
    what: str = ""
    source: str = ""
    certainty: str = ""


@dataclass(frozen=True)
class Days:
    """Which days are worked: the bureau's table over the shipped calendar over Monday to Friday. Pure."""

    overrides: dict[dt.date, bool] = field(default_factory=dict)
    entered_years: frozenset[int] = frozenset()

    def knows(self, year: int) -> bool:
        """Whether the year's holidays are known."""
        return year in _SHIPPED_YEARS or year in self.entered_years

    def is_working(self, day: dt.date) -> bool:
        """Whether a day is worked."""
        if day in self.overrides:
            return self.overrides[day]
        if day.year in _SHIPPED_YEARS:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5

    def add_working(self, day: dt.date, count: int, stands_still: Callable[[dt.date], bool] | None = None) -> Due:
        """The count-th working day after a day (before it, if negative); days that stand still do not count."""
        step, left, found, unsure = (1 if count >= 0 else -1), abs(count), day, set[int]()
        while left:
            found += dt.timedelta(days=step)
            self._doubt(found, unsure)
            left -= self.is_working(found) and not (stands_still and stands_still(found))
        return _due(found, unsure)

    def add_calendar(
        self, day: dt.date, *, days: int = 0, count_months: int = 0, day_before: bool = False, extended: bool = True
    ) -> Due:
        """A day so many months and days later; on a rest day it moves to the next working day if `extended`.

        `day_before`: the term's last day, which is the day before that; in a month without the day it is the month's
        last day (民法典 202).
        """
        then, unsure = _months_later(day, count_months), set[int]()
        found = then + dt.timedelta(days=days - (day_before and then.day == day.day))
        if extended:
            self._doubt(found, unsure)
            while not self.is_working(found):
                found += dt.timedelta(days=1)
                self._doubt(found, unsure)
        return _due(found, unsure)

    def working_between(self, after: dt.date, upto: dt.date) -> int:
        """Working days after one day, up to and with another; negative if it is past."""
        sign, low, high = (1, after, upto) if upto >= after else (-1, upto, after)
        return sign * sum(self.is_working(low + dt.timedelta(days=i)) for i in range(1, (high - low).days + 1))

    def _doubt(self, day: dt.date, unsure: set[int]) -> None:
        if not self.knows(day.year) and day not in self.overrides:
            unsure.add(day.year)


def days(years: Iterable[int] | None = None) -> Days:
    """The bureau's working days, as kept now: one query each for overrides and entered years."""
    rows = WorkingDayOverride.objects.all()
    if years is not None:
        rows = rows.filter(day__year__in=list(years))
    return Days(
        dict(rows.values_list("day", "working")), frozenset(CalendarYear.objects.values_list("year", flat=True))
    )


def working_days_between(after: dt.date, upto: dt.date) -> int:
    """Working days after one day, up to and with another; negative if it is past."""
    return days().working_between(after, upto)


def deadline(code: str, trigger: dt.date | dt.datetime) -> Due:
    """When the term `code` ends that `trigger` starts. For a term "before" something: the last day in good time.

    Raises NotFound (term_unknown). Terms in hours and minutes need a moment, aware of its time zone.
    """
    return counted(term(code), trigger, days())


def term(code: str) -> DeadlineTerm:
    """The term with this code. Raises NotFound (term_unknown)."""
    found = DeadlineTerm.objects.filter(code=code).first()
    if found is None:
        raise NotFound("term_unknown", f"没有代码为 {code} 的期限；请在「期限」页核对。")
    return found


def english_words() -> dict[str, str]:
    """What is due by each term, in English, by its code."""
    return dict(DeadlineTerm.objects.exclude(what_english="").values_list("code", "what_english"))


def counted(rule: DeadlineTerm, trigger: dt.date | dt.datetime, calendar: Days) -> Due:
    """The end of a term by a given calendar: pure. Raises NotFound (term_open) for a term without a length."""
    if rule.hours is not None or rule.minutes is not None:
        return _moment(rule, trigger)
    day = to_local(trigger).date() if isinstance(trigger, dt.datetime) else trigger
    if rule.days is None and rule.months is None and rule.years is None:
        raise NotFound("term_open", f"期限 {rule.code} 尚未填写天数；请管理员在「期限」页补填。")
    sign = -1 if rule.before else 1
    if rule.unit == "working":
        due = calendar.add_working(day, sign * (rule.days or 0))
    else:
        count = (rule.months or 0) + 12 * (rule.years or 0)
        how = shipped.counting().get(rule.code, {})
        extended = rule.unit == "calendar" and how.get("moved", not rule.before)  # limitation is not (行政处罚法 36)
        due = calendar.add_calendar(
            day, days=sign * (rule.days or 0), count_months=sign * count, day_before=bool(how.get("day_before")),
            extended=extended,
        )  # fmt: skip
    return _named(due, rule)


def _named(due: Due, rule: DeadlineTerm) -> Due:
    return replace(due, code=rule.code, what=rule.what, source=rule.source, certainty=rule.certainty)


def _moment(rule: DeadlineTerm, trigger: dt.date | dt.datetime) -> Due:
    if not isinstance(trigger, dt.datetime):
        trigger = dt.datetime.combine(trigger, dt.time(), SHANGHAI)
    at = trigger + dt.timedelta(hours=rule.hours or 0, minutes=rule.minutes or 0)
    return _named(Due(to_local(at).date(), False, at=at), rule)


def _months_later(day: dt.date, count: int) -> dt.date:
    """The same day of the month so many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return dt.date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def _due(found: dt.date, unsure: set[int]) -> Due:
    years = "、".join(str(year) for year in sorted(unsure))
    return Due(found, bool(unsure), f"暂计：{years}年放假安排未录入" if unsure else "")
