"""What may be done in this room besides what a case allows."""

from __future__ import annotations

from zhuanmai.accounts.models import Role
from zhuanmai.accounts.permissions import Permission, register

register(
    Permission(
        "documents.see_numbers",
        "查看、导出文书编号登记簿",
        (
            Role.SQUAD_LEADER, Role.DEPARTMENT_HEAD, Role.LEGAL_HEAD, Role.BUREAU_HEAD, Role.LEGAL_REVIEWER,
            Role.AUDITOR,
        ),
    )
)  # fmt: skip
