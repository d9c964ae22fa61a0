"""The tree of units, read whole (a city has some dozens of units)."""

from __future__ import annotations

import uuid
from collections import defaultdict

from zhuanmai.accounts.models import Unit
from zhuanmai.core.once import once


def with_descendants(unit_id: uuid.UUID) -> set[uuid.UUID]:
    """A unit and all below it."""
    children = once("units below", _children)
    found, waiting = {unit_id}, [unit_id]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def _children() -> dict[uuid.UUID | None, list[uuid.UUID]]:
    children: dict[uuid.UUID | None, list[uuid.UUID]] = defaultdict(list)
    for pk, parent in Unit.objects.values_list("pk", "parent_id"):
        children[parent].append(pk)
    return children


def ancestors(unit: Unit) -> list[Unit]:
    """The units above, nearest first."""
    found: list[Unit] = []
    above = unit.parent
    while above is not None:
        found.append(above)
        above = above.parent
    return found
