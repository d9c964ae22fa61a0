"""What waits for a security administrator as the second person: roles, one-time links, further keys.

What they gave, handed out or hold themselves waits for somebody else, and is not among it.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from zhuanmai.accounts.models import Grant, Invitation, Key, Officer
from zhuanmai.accounts.permissions import scope_units
from zhuanmai.core.clock import now


def grants_to_confirm(officer: Officer) -> QuerySet[Grant]:
    """Roles that wait for the officer's confirmation, the oldest first."""
    units = scope_units(officer, "accounts.edit_people")
    waiting = Grant.objects.filter(confirmed_at=None, revoked_at=None, unit_id__in=units)
    return waiting.exclude(_own(officer, "granted_by")).select_related("officer", "unit").order_by("created_at")


def links_to_approve(officer: Officer) -> QuerySet[Invitation]:
    """One-time links that wait for the officer's approval and still can be used, the oldest first."""
    units = scope_units(officer, "accounts.manage_keys")
    waiting = Invitation.objects.filter(approved_at=None, used_at=None, revoked_at=None, expires_at__gte=now())
    waiting = waiting.filter(officer__unit_id__in=units).exclude(_own(officer, "issued_by"))
    return waiting.select_related("officer").order_by("created_at")


def keys_to_approve(officer: Officer) -> QuerySet[Key]:
    """Further keys that wait for the officer's approval, the oldest first."""
    units = scope_units(officer, "accounts.manage_keys")
    waiting = Key.objects.filter(approved_at=None, revoked_at=None, officer__unit_id__in=units)
    return waiting.exclude(officer=officer).select_related("officer").order_by("created_at")


def count_waiting(officer: Officer) -> int:
    """How many things wait for the officer as the second person."""
    return sum(one.count() for one in (grants_to_confirm(officer), links_to_approve(officer), keys_to_approve(officer)))


def _own(officer: Officer, by: str) -> Q:
    """What the officer holds, gave or handed out."""
    return Q(officer=officer) | Q(**{by: officer})
