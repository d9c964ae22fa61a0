"""Asking for a run: the day it looks back from, what is left of the week's number of alerts, a morning missed."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.alerts.daily import quotas
from zhuanmai.alerts.models import Alert, Run
from zhuanmai.core import work
from zhuanmai.core.clock import local_now, today
from zhuanmai.core.errors import Conflict
from zhuanmai.core.ids import new_id
from zhuanmai.core.models import Work
from zhuanmai.ledger.services import append

TASK = "alerts.run"
_MISSED_FROM = dt.time(6)  # the daily run is asked for at 05:30


def ask(*, actor: Officer | None, day: dt.date | None = None) -> Run:
    """Put a run in the queue; the day is the last whole one. Raises Conflict (run_already), NotAllowed."""
    if actor is not None:
        require(actor, "alerts.run")
    wanted_day = day or last_whole_day()
    with transaction.atomic():
        known = Run.objects.filter(day=wanted_day).exclude(work__state=Work.State.FAILED).first()
        if known is not None:
            words = "正在分析" if known.is_open else "已经分析过"
            raise Conflict("run_already", f"截至 {wanted_day} 的数据{words}；新数据导入后，次日清晨自动分析。")
        key = new_id()
        asked = work.ask(TASK, about=str(wanted_day), asked_by_id=actor.pk if actor else None, run_id=str(key))
        row = Run.objects.create(id=key, work=asked, day=wanted_day, wanted=_quota(wanted_day))
        facts = {"day": row.day, "wanted": row.wanted}
        append("alerts.run_asked", actor_id=row.asked_by_id, object_kind="run", object_id=row.pk, facts=facts)
    return row


def make_up() -> Run | None:
    """Ask for the morning's run where no worker was up at its hour; not before the bureau's first run, nor twice."""
    day = last_whole_day()
    known = Run.objects.filter(day__lte=day)
    if local_now().time() < _MISSED_FROM or known.filter(day=day).exists() or not known.exists():
        return None
    return ask(actor=None, day=day)


def last_whole_day() -> dt.date:
    """The day up to which a run asked for now looks."""
    return today() - dt.timedelta(days=1)


def _quota(day: dt.date) -> int:
    """What is left for this day of the week's number of alerts."""
    monday = day - dt.timedelta(days=day.weekday())
    raised = Alert.objects.filter(day__gte=monday, day__lt=monday + dt.timedelta(weeks=1)).count()
    return quotas.quota(raised, day.weekday(), settings.ALERTS_PER_WEEK)
