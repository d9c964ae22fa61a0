"""The clock: UTC in storage, Asia/Shanghai for people; movable only in the demo and test profiles."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings

from zhuanmai.core.errors import Refused

SHANGHAI = ZoneInfo("Asia/Shanghai")
_CACHE_SECONDS = 0.25
_cached: tuple[float, dt.timedelta] = (0.0, dt.timedelta())


def now() -> dt.datetime:
    """The present moment, timezone-aware, in UTC."""
    return dt.datetime.now(dt.UTC) + _shift()


def local_now() -> dt.datetime:
    """The present moment as people in the bureau read it (Asia/Shanghai)."""
    return now().astimezone(SHANGHAI)


def today() -> dt.date:
    """Today's date in the bureau (Asia/Shanghai)."""
    return local_now().date()


def to_local(moment: dt.datetime) -> dt.datetime:
    """The same moment as read in the bureau."""
    return moment.astimezone(SHANGHAI)


def start_of_day(day: dt.date) -> dt.datetime:
    """The moment at which a day begins in the bureau."""
    return dt.datetime.combine(day, dt.time(), SHANGHAI)


def set_clock(moment: dt.datetime | None) -> None:
    """Set the clock of every process to `moment` (it then runs on), or back to real time with None.

    Raises Refused (clock_fixed) outside the demo and test profiles.
    """
    if settings.PROFILE not in ("demo", "test"):
        raise Refused("clock_fixed", "生产环境不允许调整系统时钟；请改用演示环境。")
    model = apps.get_model("core", "ClockShift")
    if moment is None:
        model.objects.filter(pk=1).delete()
    else:
        seconds = (moment.astimezone(dt.UTC) - dt.datetime.now(dt.UTC)).total_seconds()
        model.objects.update_or_create(pk=1, defaults={"seconds": seconds})
    _forget()


def _forget() -> None:
    global _cached
    _cached = (0.0, dt.timedelta())


def _shift() -> dt.timedelta:
    """How far the demo clock is from real time; read from the database at most four times a second."""
    global _cached
    if settings.PROFILE not in ("demo", "test"):
        return dt.timedelta()
    read_at, shift = _cached
    if read_at and time.monotonic() - read_at < _CACHE_SECONDS:
        return shift
    row = apps.get_model("core", "ClockShift").objects.filter(pk=1).values_list("seconds", flat=True).first()
    _cached = (time.monotonic(), dt.timedelta(seconds=row or 0.0))
    return _cached[1]
