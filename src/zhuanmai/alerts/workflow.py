"""The alert's table at work: who may."""

from __future__ import annotations

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.alerts.models import Alert
from zhuanmai.alerts.procedure import TABLE, Act, State
from zhuanmai.core.moves import Workflow, register


def _guard(officer: Officer, permission: str, alert: Alert) -> None:
    """For the unit in which the alert is."""
    require(officer, permission, unit=alert.unit)


FLOW: Workflow[State, Act] = Workflow("alert", "预警", TABLE, _guard)
register(FLOW)
