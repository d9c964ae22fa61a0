"""Permissions: each room names its own with a sentence; a role held for a unit opens them there and below."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from zhuanmai.accounts.models import Delegation, Grant, Officer, Role, Unit, bind_permissions
from zhuanmai.accounts.tree import with_descendants
from zhuanmai.core.clock import today
from zhuanmai.core.errors import NotAllowed
from zhuanmai.core.once import once

_REACH_OWN_ONLY = frozenset({Role.OFFICER, Role.SQUAD_LEADER, Role.CERTIFICATE_CLERK})
DELEGABLE = frozenset({Role.DEPARTMENT_HEAD, Role.LEGAL_HEAD, Role.BUREAU_HEAD})


@dataclass(frozen=True)
class Permission:
    """What may be done, in one sentence, and the roles that open it."""

    name: str
    sentence: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """A decision with its reason, so that an administrator can ask why."""

    allowed: bool
    reason: str


_known: dict[str, Permission] = {}


def register(*permissions: Permission) -> None:
    """Register a room's permissions. Raises ValueError if a name is taken by a different one."""
    for permission in permissions:
        if _known.setdefault(permission.name, permission) != permission:
            raise ValueError(f"the permission {permission.name} is registered already, and differs")


def forget(*names: str) -> None:
    """Take permissions back, for tests that register some of their own."""
    for name in names:
        _known.pop(name, None)


def known() -> list[Permission]:
    """All registered permissions by name."""
    return sorted(_known.values(), key=lambda permission: permission.name)


def roles_of(officer: Officer) -> list[tuple[str, Unit]]:
    """The roles in force today with their units: granted ones and, for heads, delegated ones."""
    return [(grant.role, grant.unit) for grant in _grants_of(officer)]


def _grants_of(officer: Officer) -> list[Grant]:
    """The grants in force today that count for the officer: their own, then those lent to them."""
    return once(("roles", officer.pk), lambda: _read_grants(officer))


def _read_grants(officer: Officer) -> list[Grant]:
    day = today()
    granted = Grant.objects.in_force(day).filter(officer=officer).select_related("unit")
    lent = Delegation.objects.filter(
        to=officer, revoked_at=None, starts_on__lte=day, ends_on__gte=day, grant__in=Grant.objects.in_force(day)
    ).select_related("grant__unit")
    return [*granted, *(one.grant for one in lent)]


def why(officer: Officer, name: str, unit: Unit | None = None) -> Answer:
    """Whether the officer may, and why. No rule means no; an inactive officer may nothing."""
    permission = _known.get(name)
    if permission is None:
        return Answer(False, f"没有名为 {name} 的权限")
    if not officer.is_active:
        return Answer(False, "该人员已停用")
    held = [(role, where) for role, where in roles_of(officer) if role in permission.roles]
    if not held:
        names = "、".join(str(Role(role).label) for role in permission.roles)
        return Answer(False, f"需要以下岗位之一：{names}")
    if unit is None:
        return Answer(True, f"岗位：{Role(held[0][0]).label}（{held[0][1].name}）")
    for role, where in held:
        if unit.pk in _reach(role, where):
            return Answer(True, f"岗位：{Role(role).label}（{where.name}）")
    return Answer(False, f"{unit.name} 不在本人岗位的管辖范围内")


def may(officer: Officer, name: str, *, unit: Unit | None = None) -> bool:
    """Whether the officer may do what the permission names (for that unit, if given)."""
    return why(officer, name, unit).allowed


def require(officer: Officer, name: str, *, unit: Unit | None = None) -> None:
    """Raise NotAllowed with the reason unless the officer may."""
    answer = why(officer, name, unit)
    if not answer.allowed:
        permission = _known.get(name)
        what = permission.sentence if permission else name
        raise NotAllowed("not_allowed", f"不能{what}：{answer.reason}。", extra={"permission": name})


def scope_units(officer: Officer, name: str) -> set[uuid.UUID]:
    """The units in which the permission is the officer's: the role's own, and those below where it reaches."""
    permission = _known.get(name)
    if permission is None or not officer.is_active:
        return set()
    return {unit_id for role, unit in roles_of(officer) if role in permission.roles for unit_id in _reach(role, unit)}


def powers(officer: Officer, name: str, unit: Unit) -> set[uuid.UUID]:
    """Whose posts open a permission for a unit to an officer: their own id for an own post, the lender's for a lent."""
    permission = _known[name]
    if not officer.is_active:
        return set()
    grants = (grant for grant in _grants_of(officer) if grant.role in permission.roles)
    return {grant.officer_id for grant in grants if unit.pk in _reach(grant.role, grant.unit)}


def _reach(role: str, unit: Unit) -> Iterable[uuid.UUID]:
    return {unit.pk} if role in _REACH_OWN_ONLY else with_descendants(unit.pk)


def _bound_may(officer: Officer, name: str, unit: Unit | None) -> bool:
    return may(officer, name, unit=unit)


bind_permissions(_bound_may)

register(
    Permission("accounts.see_people", "查看单位与人员", (Role.SECURITY_ADMIN, Role.AUDITOR, Role.SYSTEM_ADMIN)),
    Permission("accounts.edit_people", "维护单位、人员与岗位", (Role.SECURITY_ADMIN,)),
    Permission("accounts.manage_keys", "挂失与批准钥匙", (Role.SECURITY_ADMIN,)),
    Permission("accounts.delegate", "委托他人代行审批", (Role.DEPARTMENT_HEAD, Role.LEGAL_HEAD, Role.BUREAU_HEAD)),
    Permission("ledger.see", "查看全程留痕", (Role.AUDITOR,)),
    Permission("ledger.verify", "核验与导出全程留痕", (Role.AUDITOR,)),
    Permission("core.settings", "维护系统设置、后台任务与备份", (Role.SYSTEM_ADMIN,)),
)
