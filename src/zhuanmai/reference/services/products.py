"""A product's own facts: what the bureau puts right between two catalogues."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass

from django.db import transaction

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core.errors import Refused
from zhuanmai.ledger.services import append
from zhuanmai.reference.catalogue import product as product_of
from zhuanmai.reference.models import Product

_LABELS = {
    "brand": "品牌", "manufacturer": "生产企业", "price_class": "价类", "packs_per_carton": "每条包数",
    "sticks_per_carton": "每条支数", "scarce": "紧俏", "listed": "在目录",
}  # fmt: skip


@dataclass(frozen=True)
class ProductFacts:
    """What may be put right. Packing is both or neither; sticks are a multiple of packs (10 × 20 = 200)."""

    brand: str
    manufacturer: str
    price_class: str
    packs_per_carton: int | None
    sticks_per_carton: int | None
    scarce: bool
    listed: bool


def change_product(*, actor: Officer, product_id: uuid.UUID, facts: ProductFacts, source: str) -> Product:
    """Put a product's facts right; lines already counted keep the packing that they were counted by.

    Raises Refused: product_packing, product_source, product_same.
    """
    require(actor, "reference.edit")
    if not source.strip():
        raise Refused("product_source", "请填写依据，如包装标注或文件文号。", "source")
    packs, sticks = facts.packs_per_carton, facts.sticks_per_carton
    if (packs is None) != (sticks is None):
        raise Refused("product_packing", "每条包数和每条支数要一起填写。", "packs_per_carton")
    if packs is not None and sticks is not None and (packs < 1 or sticks < packs or sticks % packs):
        raise Refused("product_packing", f"{sticks} 支不能平均装入 {packs} 包；请核对包装。", "sticks_per_carton")
    with transaction.atomic():
        product = Product.objects.select_for_update().get(pk=product_of(product_id).pk)
        changes = [
            f"{_LABELS[name]} {_said(getattr(product, name))} → {_said(value)}"
            for name, value in asdict(facts).items()
            if getattr(product, name) != value
        ]
        if not changes:
            raise Refused("product_same", "没有改动。", "")
        for name, value in asdict(facts).items():
            setattr(product, name, value)
        product.set_by_bureau = True
        product.save()
        append(
            "reference.product_changed",
            actor_id=actor.pk,
            object_kind="reference.product",
            object_id=product.pk,
            facts={"name": product.name, "changes": f"{'；'.join(changes)}；依据 {source.strip()}"},
            rows=[product],
        )
    return product


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if value not in (None, "") else "无"
