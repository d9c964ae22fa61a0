"""The room's permissions."""

from __future__ import annotations

from zhuanmai.accounts.models import Role
from zhuanmai.accounts.permissions import Permission, register

register(
    Permission("exchange.see", "查看数据交换情况", (Role.SYSTEM_ADMIN, Role.AUDITOR, Role.DEPARTMENT_HEAD)),
    Permission("exchange.retry", "重发死信", (Role.SYSTEM_ADMIN,)),
    Permission("exchange.reconcile", "与对接系统对账", (Role.SYSTEM_ADMIN, Role.AUDITOR)),
)
