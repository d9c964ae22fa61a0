"""What can be asked about people: who they are, where they belong, who holds a role."""

from __future__ import annotations

import uuid

from zhuanmai.accounts.models import Key, Officer, Unit
from zhuanmai.accounts.permissions import posts_for
from zhuanmai.accounts.tree import ancestors, with_descendants
from zhuanmai.core.errors import NotFound


def officer(officer_id: uuid.UUID) -> Officer:
    """The officer with this id. Raises NotFound (no_officer)."""
    found = Officer.objects.select_related("unit").filter(pk=officer_id).first()
    if found is None:
        raise NotFound("no_officer", "没有这名人员；请重新选择。")
    return found


def names(officer_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names by id, for lists and timelines."""
    return dict(Officer.objects.filter(pk__in=officer_ids).values_list("pk", "name"))


def bureau_of(unit: Unit) -> Unit:
    """The bureau in whose name a unit acts: itself, or the nearest one above. Raises NotFound (no_bureau)."""
    for one in (unit, *ancestors(unit)):
        if one.is_bureau:
            return one
    raise NotFound("no_bureau", f"{unit.name} 之上没有烟草专卖局；请管理员补全单位关系。")


def unit_tree() -> list[Unit]:
    """All units, those of a bureau after it, by code."""
    return list(Unit.objects.select_related("parent").order_by("code"))


def officers_of(unit: Unit) -> list[Officer]:
    """Active officers of a unit and the units below it, by name."""
    return list(
        Officer.objects.filter(unit_id__in=with_descendants(unit.pk), is_active=True)
        .select_related("unit")
        .order_by("unit__code", "username")
    )


def holders(role: str, unit: Unit) -> list[Officer]:
    """Who holds a role for a unit today (granted for it, or for a unit above where it reaches), delegates included.

    The nearest first; who was lent the post stands where its own holder does.
    """
    units = [unit.pk, *(above.pk for above in ancestors(unit))]
    found: dict[uuid.UUID, int] = {}
    for by_id, grant in posts_for((role,), unit):
        found.setdefault(by_id, units.index(grant.unit_id))
    people = Officer.objects.filter(pk__in=found).select_related("unit")
    return sorted(people, key=lambda person: (found[person.pk], person.username))


def usable_keys(person: Officer) -> list[Key]:
    """The officer's keys that may sign: approved and not revoked."""
    return list(Key.objects.filter(officer=person, revoked_at=None, approved_at__isnull=False))
