"""`zhuanmai seed_city`: a small city in the demo's lake, half a year of alerts and what visits found, and a run."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import translation

from zhuanmai.alerts.daily import asking, running
from zhuanmai.alerts.daily.drafts import measured
from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.model.ranking import RELEARN_WEEKS
from zhuanmai.alerts.models import Alert, Run
from zhuanmai.alerts.procedure import State
from zhuanmai.alerts.territories import Places, places_of
from zhuanmai.core import work
from zhuanmai.core.clock import start_of_day, today
from zhuanmai.lake import services
from zhuanmai.lake.engine import open_lake
from zhuanmai.lake.folders import import_files
from zhuanmai.sandbox.city import Parameters, make_city, open_truth
from zhuanmai.sandbox.feedback import Feedback, Plan, Visited, begin, walk, without_own_visits

_SEED, _WEEKS, _HISTORY = 17, 78, 26
_SHOPS_AN_ALERT = 400  # so many shops for each alert of a week
_DRAWN = 0.15


class Command(BaseCommand):
    """Fill an empty lake of the demonstration; nothing happens where there is something in it."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **options: Any) -> None:
        """Make the city so that it ends with the last whole week, take it in, and live through its last half-year."""
        retailers = settings.DEMO_RETAILERS
        if not retailers or settings.PROFILE == "production" or open_lake().has("licences"):
            return
        start = today() - dt.timedelta(weeks=_WEEKS)
        parameters = Parameters.draw(seed=_SEED, retailers=retailers, weeks=_WEEKS, start=start)
        with tempfile.TemporaryDirectory() as folder:
            files, truth = Path(folder) / "city", Path(folder) / "truth"
            make_city(parameters, files, truth)
            without_own_visits(files, parameters.start + dt.timedelta(weeks=_WEEKS - _HISTORY))
            for path, _name in import_files(files):
                services.take(actor=None, path=path)
            lake = open_lake()
            per_week = max(2, min(13, retailers // _SHOPS_AN_ALERT))
            # One model for the half-year: the demo starts soon, and its first run learns from all of it.
            plan = Plan(_HISTORY, per_week, max(1, round(per_week * _DRAWN)), _SEED, Feedback.KNOWN)
            known = open_truth(truth)
            with translation.override("zh-hans"):
                lived = walk(lake, known, plan, begin(lake, known, _HISTORY))
                weeks = [(_numbers(lake, facts, week), made) for facts, week, made in lived]
        places = places_of(open_lake())
        for numbers, made in weeks:
            _keep(numbers, made, places)
        running.hand_back()
        asking.ask(actor=None)  # what is open today; the job worker does it while people sign in


def _numbers(lake: Any, facts: Facts, week: int) -> dict[str, Any]:
    """What a run measured; pages look at the newest only, which is one of the last two."""
    if week < facts.weeks.count - 2:
        return {}
    learned = facts.weeks.renewed(facts.weeks.count - _HISTORY, RELEARN_WEEKS)
    return measured(lake, facts, week) | {"learned_on": str(facts.weeks.ends(learned))}


def _keep(numbers: dict[str, Any], made: list[Visited], places: Places) -> None:
    """A past run with its alerts, all reported back; of a week whose visits are still to come nothing."""
    if not made or max(each.day for each in made) >= today():
        return
    day = min(each.day for each in made) - dt.timedelta(days=1)
    at = start_of_day(day + dt.timedelta(days=1)) + dt.timedelta(hours=5, minutes=30)
    with transaction.atomic():
        row = Run.objects.create(
            day=day, work=work.past(asking.TASK, about=str(day), at=at), wanted=len(made), numbers=numbers
        )
        alerts = [_done(running.alert_of(row, each.draft, place, places), each) for place, each in enumerate(made, 1)]
        running.raise_all(row, alerts)


def _done(alert: Alert, each: Visited) -> Alert:
    alert.unit = alert.area or alert.unit
    alert.state, alert.outcome, alert.visited_on = State.DONE, each.outcome, each.day
    alert.assigned_at = start_of_day(each.day)
    alert.done_at = start_of_day(each.day) + dt.timedelta(hours=15)
    alert.case_no = f"演示{each.day:%Y%m%d}{alert.number[-3:]}" if each.outcome == "case" else ""
    return alert
