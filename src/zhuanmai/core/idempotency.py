"""The same id twice has the effect of once, and the answer of the first."""

from __future__ import annotations

import uuid

from zhuanmai.core.models import SeenOperation


def first_time(operation_id: uuid.UUID, *, actor_id: uuid.UUID | None, kind: str, answer_key: str = "") -> bool:
    """Remember an operation id in the running transaction; False if it has been seen (the effect is already there).

    A second transaction with the same id waits for the first and then sees it.
    """
    _, created = SeenOperation.objects.get_or_create(
        id=operation_id, defaults={"actor_id": actor_id, "kind": kind, "answer_key": answer_key}
    )
    return created


def answer_key(operation_id: uuid.UUID) -> str:
    """What the first operation with this id made, as it was noted; empty if nothing was noted."""
    return SeenOperation.objects.get(pk=operation_id).answer_key
