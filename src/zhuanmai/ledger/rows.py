"""Rows under the ledger against the digests that the entries carry: altered, missing, inserted, swapped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from zhuanmai.ledger.canonical import as_stored, digest_of, digest_of_row, stored_values
from zhuanmai.ledger.registry import Table
from zhuanmai.ledger.report import Fault, Problem

_PAIRS_OF = 200  # among how many altered rows of a table swapped pairs are looked for


@dataclass(frozen=True)
class Kept:
    """The last that entries say of a row: its digest (None: removed), and in which entry."""

    digest: str | None
    seq: int


def check_table(label: str, table: Table, kept: dict[str, Kept]) -> tuple[int, list[Problem]]:
    """Hold a table's rows against what the entries say of them; returns how many rows there are, and what is wrong."""
    problems: list[Problem] = []
    altered: dict[str, Model] = {}
    waiting = {key: last.seq for key, last in kept.items() if last.digest is not None}
    count = 0
    for row in table.model._base_manager.order_by("pk").iterator(chunk_size=2000):
        count += 1
        key = str(row.pk)
        waiting.pop(key, None)
        last = kept.get(key)
        if last is None:
            problems.append(Problem(f"{label} {key} ", Fault.INSERTED, "没有任何记录提到它"))
        elif last.digest is None:
            problems.append(Problem(f"{label} {key} ", Fault.INSERTED, f"第 {last.seq} 条记录已将其删除"))
        elif last.digest != digest_of_row(row, table.excluded):
            altered[key] = row
    pairs = _swapped(table, altered, kept)
    for key in altered:
        if key in pairs:
            problems.append(Problem(f"{label} {key} ", Fault.SWAPPED, f"与 {pairs[key]} 互换"))
        else:
            problems.append(Problem(f"{label} {key} ", Fault.ALTERED, f"与第 {kept[key].seq} 条记录的摘要不符"))
    for key, seq in waiting.items():
        problems.append(Problem(f"{label} {key} ", Fault.MISSING, f"第 {seq} 条记录后应存在"))
    return count, problems


def _swapped(table: Table, altered: dict[str, Model], kept: dict[str, Kept]) -> dict[str, str]:
    """Of the altered rows those that have each other's content: key → the other key."""
    if len(altered) > _PAIRS_OF:
        return {}
    column: Any = table.model._meta.pk
    takes: dict[str, str] = {}
    for key, row in altered.items():
        values = stored_values(row, table.excluded)
        for other in altered:
            if other != key and digest_of({**values, column.attname: as_stored(column, other)}) == kept[other].digest:
                takes[key] = other
    return {key: other for key, other in takes.items() if takes.get(other) == key}
