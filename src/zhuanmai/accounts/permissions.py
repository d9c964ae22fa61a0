"""Permissions: each room names its own with a sentence; a role held for a unit opens them there and below."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhuanmai.accounts.models import Delegation, Grant, Officer, Role, Unit, bind_permissions
from zhuanmai.accounts.tree import ancestors, with_descendants
from zhuanmai.core.clock import today
from zhuanmai.core.errors import NotAllowed
from zhuanmai.core.once import once

_REACH_OWN_ONLY = frozenset({Role.OFFICER, Role.SQUAD_LEADER, Role.CERTIFICATE_CLERK})
# Whose permissions are asked without a unit: they reach the whole bureau, and are granted at its root only.
WHOLE = frozenset({Role.ANALYST, Role.REFERENCE_EDITOR, Role.AUDITOR, Role.SYSTEM_ADMIN})
APART = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})  # by different people (GB/T 22239 8.1.5)
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


class Post(NamedTuple):
    """A grant in force as it counts for somebody: it is their own, or was lent to them by who holds it."""

    by_id: uuid.UUID
    grant: Grant


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
    return once(("roles", officer.pk), lambda: [post.grant for post in _posts(Q(officer=officer), Q(to=officer))])


def _posts(own: Q, lent: Q) -> list[Post]:
    """The posts in force today: of grants (`own`) and of delegations (`lent`). A stopped person has and lends none."""
    day = today()
    held = Grant.objects.in_force(day).filter(officer__is_active=True)
    held = held.exclude(role__in=WHOLE, unit__parent__isnull=False)
    lendings = Delegation.objects.filter(
        lent, revoked_at=None, starts_on__lte=day, ends_on__gte=day, grant__in=held, to__is_active=True
    ).select_related("grant__unit")
    mine = [Post(grant.officer_id, grant) for grant in held.filter(own).select_related("unit")]
    return [*mine, *(Post(one.to_id, one.grant) for one in lendings)]


def _posts_of(roles: Collection[str], units: Collection[uuid.UUID]) -> list[Post]:
    return _posts(Q(role__in=roles, unit_id__in=units), Q(grant__role__in=roles, grant__unit_id__in=units))


def posts_for(roles: Collection[str], unit: Unit) -> list[Post]:
    """The posts of these roles that reach a unit today: whose each is, and who may act with it."""
    found = _posts_of(roles, [unit.pk, *(above.pk for above in ancestors(unit))])
    return [post for post in found if unit.pk in _reach(post.grant.role, post.grant.unit)]


def why(officer: Officer, name: str, unit: Unit | None = None) -> Answer:
    """Whether the officer may, and why. No rule means no; an inactive officer may nothing."""
    permission = _known.get(name)
    if permission is None:
        return Answer(False, _("There is no permission %(name)s") % {"name": name})
    if not officer.is_active:
        return Answer(False, _("The officer is stopped"))
    held = [(role, where) for role, where in roles_of(officer) if role in permission.roles]
    if not held:
        names = "、".join(str(Role(role).label) for role in permission.roles)
        return Answer(False, _("One of these roles is needed: %(roles)s") % {"roles": names})
    if unit is None:
        return _by_role(*held[0])
    for role, where in held:
        if unit.pk in _reach(role, where):
            return _by_role(role, where)
    return Answer(False, _("%(unit)s is not in the area of their roles") % {"unit": unit.name})


def _by_role(role: str, where: Unit) -> Answer:
    return Answer(True, _("Role: %(role)s (%(unit)s)") % {"role": Role(role).label, "unit": where.name})


def may(officer: Officer, name: str, *, unit: Unit | None = None) -> bool:
    """Whether the officer may do what the permission names (for that unit, if given)."""
    return why(officer, name, unit).allowed


def require(officer: Officer, name: str, *, unit: Unit | None = None) -> None:
    """Raise NotAllowed with the reason unless the officer may."""
    with override("zh-hans"):  # as every refusal
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


def holds_within(officer: Officer, name: str, unit: Unit) -> bool:
    """Whether the permission is the officer's in the unit, or anywhere below it."""
    return not scope_units(officer, name).isdisjoint(with_descendants(unit.pk))


def all_within(name: str, unit: Unit) -> set[uuid.UUID]:
    """The ids of all of whom `holds_within` is true; the same rule, for lists of people to choose from."""
    below = with_descendants(unit.pk)
    units = {*below, *(above.pk for above in ancestors(unit))}
    found = _posts_of(_known[name].roles, units)
    return {post.by_id for post in found if not below.isdisjoint(_reach(post.grant.role, post.grant.unit))}


def powers(name: str, unit: Unit) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Who has a permission for a unit, with whose posts: their own id for an own post, the lender's for a lent one."""
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for post in posts_for(_known[name].roles, unit):
        found[post.by_id].add(post.grant.officer_id)
    return dict(found)


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
