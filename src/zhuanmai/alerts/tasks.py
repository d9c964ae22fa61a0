"""The room's jobs: the daily run, one run, a missed one; each quarter of an hour what is late or can go out."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from procrastinate.contrib.django import app

from zhuanmai.alerts import services
from zhuanmai.alerts.daily import asking, running
from zhuanmai.core.errors import Conflict
from zhuanmai.core.one_by_one import all_of

log = structlog.get_logger(__name__)


@app.task(name="alerts.run", lock="alerts.run")
def run(run_id: str) -> None:
    """Do one run; what it fails of is on its own row."""
    running.perform(run_id=uuid.UUID(run_id))


@app.periodic(cron="30 21 * * *")  # 05:30 in the bureau: before the squads begin
@app.task(name="alerts.daily")
def daily(timestamp: int) -> None:
    """The day's run."""
    _unless_asked_for(lambda: asking.ask(actor=None))


@app.periodic(cron="5-59/15 * * * *")
@app.task(name="alerts.missed")
def missed(timestamp: int) -> None:
    """The day's run, if no worker was up at its hour."""
    _unless_asked_for(asking.make_up)


@app.periodic(cron="*/15 * * * *")
@app.task(name="alerts.sweep")
def sweep(timestamp: int) -> None:
    """What is late is overdue; what waits goes out where a squad has room."""
    all_of((services.lapse, services.dispatch_waiting), lambda step: step(), event="alerts.sweep_failed")


def _unless_asked_for(ask: Callable[[], object]) -> None:
    """Somebody may press the button in the same instant: then it is asked for."""
    try:
        ask()
    except Conflict as known:
        log.info("alerts.run_known", code=known.code)
