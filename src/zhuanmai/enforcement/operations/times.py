"""Between what each time must lie that an operation brings and a paper may print: one table, pure; both bounds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from zhuanmai.core.clock import to_local
from zhuanmai.core.errors import Refused

AHEAD = dt.timedelta(minutes=10)  # a tablet's clock may be so far ahead of the server's
EARLIER = dt.timedelta(days=7)  # a visit may have begun so long before its case was opened on the tablet
OLD = dt.timedelta(days=731)  # a clue or a report may be so old: two years (行政处罚法 36)
OFFLINE = dt.timedelta(days=30)  # a case may be sent so long after it was opened on a tablet without a network
_YEAR = dt.timedelta(days=366)
_FIRST = 1900
Time = dt.datetime | dt.date


class Since(Enum):
    """Before what a time may not lie; the value is how a refusal calls it."""

    OPENING = f"立卷前 {EARLIER.days} 天"
    VISIT = "检查开始"
    CLUE = f"立卷前 {OLD.days // 365} 年"
    SENT = f"上传前 {OFFLINE.days} 天"
    EVER = f"{_FIRST} 年"


@dataclass(frozen=True)
class Limit:
    """How a refusal calls the time, before what it may not lie, and how far after now."""

    words: str
    since: Since
    ahead: dt.timedelta = AHEAD


LIMITS = {
    "case.opened_at": Limit("平板上开始检查的时间", Since.SENT),
    "clue.received_at": Limit("线索收到时间", Since.CLUE),
    "report.at": Limit("举报时间", Since.CLUE),
    "inspection.began_at": Limit("检查开始时间", Since.OPENING),
    "inspection.ended_at": Limit("检查结束时间", Since.OPENING),
    "inspection.certificates_shown_at": Limit("出示证件时间", Since.OPENING),
    "photo.taken_at": Limit("拍摄时间", Since.OPENING),
    "questioning.began_at": Limit("询问开始时间", Since.VISIT),
    "questioning.ended_at": Limit("询问结束时间", Since.VISIT),
    "questioning.rights_told_at": Limit("告知权利时间", Since.VISIT),
    "evidence.at": Limit("提取证据时间", Since.VISIT),
    "oral_approval.at": Limit("口头批准时间", Since.VISIT),
    "correction.until": Limit("责令改正的期限", Since.VISIT, _YEAR),
    "party.born_on": Limit("出生日期", Since.EVER, dt.timedelta()),
}


@dataclass(frozen=True)
class Case:
    """What the bounds are counted from: when the case was opened, when its visit began (where that is known), now."""

    opened_at: dt.datetime
    began_at: dt.datetime | None
    now: dt.datetime

    @property
    def visit(self) -> dt.datetime:
        """The beginning of the visit, as far as it is known: a minute as forms give it."""
        began = min(self.began_at or self.opened_at, self.opened_at)
        return began.replace(second=0, microsecond=0)

    def earliest(self, since: Since) -> dt.datetime:
        """The bound."""
        match since:
            case Since.OPENING:
                return self.opened_at - EARLIER
            case Since.VISIT:
                return self.visit
            case Since.CLUE:
                return self.opened_at - OLD
            case Since.SENT:
                return self.now - OFFLINE
            case Since.EVER:
                return dt.datetime(_FIRST, 1, 1, tzinfo=dt.UTC)

    def within(self, moment: dt.datetime) -> dt.datetime:
        """A tablet's own time as papers print it, whatever its clock says: neither before the visit nor to come."""
        return max(self.visit, min(moment, self.now))


def check(name: str, moment: Time | None, case: Case, *, field: str | None = None) -> None:
    """Raise Refused (too_early, future) unless a time lies within its bounds; a day lies there by the calendar."""
    limit = LIMITS[name]
    earliest, latest = case.earliest(limit.since), case.now + limit.ahead
    if moment is None:
        return
    if not isinstance(moment, dt.datetime):
        is_early, is_late = moment < to_local(earliest).date(), moment > to_local(latest).date()
    else:
        is_early, is_late = moment < earliest, moment > latest
    field = name if field is None else field
    if is_early:
        bound, otherwise = limit.since.value, ""
        if limit.since is Since.VISIT:
            bound, otherwise = f"{bound}（{to_local(earliest):%Y-%m-%d %H:%M}）", "，检查开始时间有误的先更正该时间"
        raise Refused("too_early", f"{limit.words}不能早于{bound}；请核对{otherwise}。", field)
    if is_late:
        until = "现在" if limit.ahead <= AHEAD else f"{to_local(latest):%Y-%m-%d}"
        raise Refused("future", f"{limit.words}不能晚于{until}；请核对日期和时间。", field)
