"""The weeks of a run: counted back from the day of the run, so that the newest week is always whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from zhuanmai.alerts.facts.arrays import Ints


@dataclass(frozen=True)
class Weeks:
    """`count` weeks, the last of which ends with the day `last`."""

    last: dt.date
    count: int

    @classmethod
    def between(cls, first: dt.date, last: dt.date) -> Weeks:
        """The whole weeks up to `last`, as many as touch the days from `first` on."""
        return cls(last, max(1, (last - first).days // 7 + 1))

    def ends(self, week: int) -> dt.date:
        """The last day of a week."""
        return self.last - dt.timedelta(weeks=self.count - 1 - week)

    def index(self, day: dt.date) -> int:
        """The week of a day; below zero before the first."""
        return self.count - 1 - (self.last - day).days // 7

    def renewed(self, week: int, every: int) -> int:
        """The newest week up to this one at which what is renewed every so many weeks was, by the calendar."""
        return max(0, week - (self.ends(week).toordinal() // 7) % every)

    def of_days(self, days: Any) -> Ints:
        """The weeks of many days (datetime64). What came after the last week counts into it."""
        behind = (np.datetime64(self.last) - np.asarray(days, dtype="datetime64[D]")).astype(np.int64)
        return np.asarray(self.count - 1 - np.maximum(behind // 7, 0))

    def column(self, day: ir.DateValue) -> ir.IntegerValue:
        """The week of a column of days, as an expression."""
        behind = ibis.date(self.last).delta(day, unit="day")
        return (self.count - 1 - (behind / 7).floor()).cast("int64")
