"""What may be done in this room, each with its sentence, and by which roles."""

from __future__ import annotations

from zhuanmai.accounts.permissions import Permission, register

_INVESTIGATORS = ("officer", "squad_leader", "department_head", "legal_head", "bureau_head", "legal_reviewer")
_EVERYBODY = (
    *_INVESTIGATORS, "certificate_clerk", "valuer", "analyst", "reference_editor", "auditor", "system_admin",
    "security_admin",
)  # fmt: skip

register(
    Permission(name="reference.see", sentence="查看品规、价格、法条、案由、期限和日历", roles=_EVERYBODY),
    Permission(name="reference.edit", sentence="维护价格目录、品规、期限和日历", roles=("reference_editor",)),
    Permission(
        name="reference.see_register",
        sentence="查询零售户登记簿（个人信息掩码）",
        roles=(*_INVESTIGATORS, "certificate_clerk", "analyst", "reference_editor"),
    ),
    Permission(
        name="reference.see_personal",
        sentence="查看零售户的完整个人信息（须说明理由，逐次留痕）",
        roles=(*_INVESTIGATORS, "certificate_clerk", "analyst"),
    ),
    Permission(
        name="reference.load_register",
        sentence="导入零售户登记簿",
        roles=("certificate_clerk", "reference_editor"),
    ),
)
