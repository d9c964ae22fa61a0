"""Touches whose signatures count no more, as what they signed has changed: who keeps what rests on one is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection

from django.db.models import Model

Told = Callable[[Collection[uuid.UUID], uuid.UUID | None], list[Model]]
_told: list[Told] = []


def when_withdrawn(told: Told) -> Told:
    """Register what is to be told, with the touches and who changed it; it returns the rows that it changed."""
    _told.append(told)
    return told


def withdraw(signing_ids: Collection[uuid.UUID], actor_id: uuid.UUID | None) -> list[Model]:
    """Tell in the running transaction that the signatures of these touches are void: the paper says something else.

    Returns the rows that changed.
    """
    return [row for told in _told for row in told(signing_ids, actor_id)] if signing_ids else []
