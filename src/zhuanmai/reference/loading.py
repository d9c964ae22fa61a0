"""Bring what is shipped into the tables: new and changed rows only; what the bureau has set itself stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction

from zhuanmai.core.ids import derived_id
from zhuanmai.ledger.services import append
from zhuanmai.reference import shipped

_NOT_COMPARED = frozenset({"created_at", "set_by_bureau"})
# The published text of the laws and the names of places: no act of the bureau rests on a row of ours alone.
_NOT_UNDER_THE_LEDGER = frozenset({"Statute", "Article", "District"})
_SHIPPED = derived_id("reference", "shipped")


def load() -> dict[str, int]:
    """Load everything shipped in one transaction; returns how many rows of each table are new or changed."""
    statutes, articles = shipped.statutes()
    tables: list[Sequence[models.Model]] = [
        shipped.products(),
        shipped.barcodes(),
        shipped.price_catalogues(),
        shipped.prices(),
        statutes,
        articles,
        shipped.causes(),
        shipped.terms(),
        shipped.goods_prices(),
        shipped.districts(),
    ]
    with transaction.atomic():
        written = {type(rows[0]).__name__: _bring(rows) for rows in tables}
        counts = {name: len(rows) for name, rows in written.items()}
        if any(counts.values()):
            append(
                "reference.loaded",
                actor_id=None,
                object_kind="reference.shipped",
                object_id=_SHIPPED,
                facts={"counts": "，".join(f"{name} {count}" for name, count in counts.items() if count)},
                rows=[row for name, rows in written.items() if name not in _NOT_UNDER_THE_LEDGER for row in rows],
            )
    return counts


def _bring(rows: Sequence[Any]) -> list[models.Model]:
    """Create the rows that are not there, update those that differ; returns both."""
    model: Any = type(rows[0])
    fields = [f.attname for f in model._meta.concrete_fields if f.attname not in _NOT_COMPARED and not f.primary_key]
    kept = {row.pk: row for row in model.objects.filter(pk__in=[row.pk for row in rows])}
    new = [row for row in rows if row.pk not in kept]
    changed = []
    for row in rows:
        old = kept.get(row.pk)
        if old is None or getattr(old, "set_by_bureau", False):
            continue
        if any(getattr(old, name) != getattr(row, name) for name in fields):
            for name in fields:
                setattr(old, name, getattr(row, name))
            changed.append(old)
    model.objects.bulk_create(new, batch_size=1000)
    if changed:
        model.objects.bulk_update(changed, fields, batch_size=500)
    return [*new, *changed]
