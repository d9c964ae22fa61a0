"""The room's permissions. Administrators hand files in; rows, and with them persons, are the analysts'."""

from __future__ import annotations

from zhuanmai.accounts.models import Role
from zhuanmai.accounts.permissions import Permission, register

register(
    Permission("lake.see", "查看数据湖概况与数据质量", (Role.ANALYST, Role.SYSTEM_ADMIN)),
    Permission("lake.import", "向数据湖导入文件、取消与继续导入", (Role.ANALYST, Role.SYSTEM_ADMIN)),
    Permission("lake.rows", "查看数据湖中的记录与隔离的行（个人信息脱敏）", (Role.ANALYST,)),
    Permission("lake.fix", "改正隔离的行并重新入库", (Role.ANALYST,)),
    Permission("lake.unmask", "说明理由后查看数据湖中的个人信息", (Role.ANALYST,)),
)
