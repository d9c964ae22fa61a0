"""What is left of a term, in one way everywhere: 剩 7 个工作日, 剩 90 天, 剩 5 小时, 今日到期, 已超 2 天. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext, ngettext

_RED, _AMBER = 1, 2


class Counted(StrEnum):
    """In what a term is counted."""

    WORKING = "working"
    CALENDAR = "calendar"
    HOURS = "hours"


@dataclass(frozen=True)
class Left:
    """So much is left, in the term's own unit; negative where the term is over."""

    n: int
    unit: Counted = Counted.CALENDAR

    def words(self) -> str:
        """In the reader's language."""
        n = abs(self.n)
        match self.unit, self.n > 0:
            case Counted.HOURS, _ if n == 0:
                return gettext("less than an hour left")
            case _ if n == 0:
                return gettext("due today")
            case Counted.WORKING, True:
                words = ngettext("%(n)d working day left", "%(n)d working days left", n)
            case Counted.WORKING, False:
                words = ngettext("over by %(n)d working day", "over by %(n)d working days", n)
            case Counted.HOURS, True:
                words = ngettext("%(n)d hour left", "%(n)d hours left", n)
            case Counted.HOURS, False:
                words = ngettext("over by %(n)d hour", "over by %(n)d hours", n)
            case _, True:
                words = ngettext("%(n)d day left", "%(n)d days left", n)
            case _:
                words = ngettext("over by %(n)d day", "over by %(n)d days", n)
        return words % {"n": n}

    @property
    def level(self) -> str:
        """How urgent: danger on the last day and after it (hours always), warning on the day before, quiet earlier."""
        if self.unit is Counted.HOURS or self.n <= _RED:
            return "danger"
        return "warning" if self.n <= _AMBER else "quiet"
