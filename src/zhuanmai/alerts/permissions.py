"""What may be done with alerts; the check of one and the list come from one rule."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from zhuanmai.accounts.models import Officer, Role
from zhuanmai.accounts.permissions import Permission, register, scope_units
from zhuanmai.alerts.models import Alert
from zhuanmai.core.errors import NotFound

_HEADS = (Role.DEPARTMENT_HEAD, Role.BUREAU_HEAD)
register(
    Permission("alerts.see", "查看预警", (Role.OFFICER, Role.SQUAD_LEADER, *_HEADS, Role.ANALYST)),
    Permission("alerts.act", "办理预警：开始检查、反馈结果", (Role.OFFICER, Role.SQUAD_LEADER)),
    Permission("alerts.assign", "向中队派发、改派预警", (Role.DEPARTMENT_HEAD, Role.ANALYST)),
    Permission("alerts.run", "立即分析数据并产生预警", (Role.ANALYST,)),
    Permission("alerts.study", "查看预警成效、校准与公平性", (Role.ANALYST, *_HEADS, Role.AUDITOR)),
)


def alerts_of(officer: Officer) -> QuerySet[Alert]:
    """The alerts that an officer sees: those of the units in their scope."""
    return Alert.objects.filter(unit_id__in=scope_units(officer, "alerts.see"))


def require_seen(officer: Officer, alert_id: uuid.UUID) -> Alert:
    """The alert. Raises NotFound (no_alert) where there is none or it is out of the officer's scope."""
    found = alerts_of(officer).select_related("unit", "run", "seen_by", "done_by").filter(pk=alert_id).first()
    if found is None:
        raise NotFound("no_alert", "没有这条预警，或不在您的管辖范围内；请回到预警列表刷新。")
    return found
