"""The room's permission: the page of what runs out. Which terms are on it, each subject's own room says."""

from __future__ import annotations

from zhuanmai.accounts.models import Role
from zhuanmai.accounts.permissions import Permission, register

register(
    Permission(
        "deadlines.see",
        "查看期限",
        (Role.OFFICER, Role.SQUAD_LEADER, Role.DEPARTMENT_HEAD, Role.LEGAL_HEAD, Role.BUREAU_HEAD),
    )
)
