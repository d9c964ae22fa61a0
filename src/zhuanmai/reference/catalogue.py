"""The catalogue as the tablet keeps it, and looking a product up by tail, part of a name, or pinyin initials."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from pypinyin import Style, pinyin

from zhuanmai.core.errors import NotFound
from zhuanmai.reference.models import Barcode, Product
from zhuanmai.reference.prices import PriceFound, prices_on

_LIMIT = 20


@dataclass(frozen=True)
class Listed:
    """A product with the barcodes it bears and the price it has on a day."""

    product: Product
    codes: tuple[tuple[str, str], ...]
    price: PriceFound

    @property
    def carton_barcode(self) -> str:
        """Its carton barcode, or ""."""
        return self.code("carton")

    @property
    def sticks_per_pack(self) -> int | None:
        """Sticks in a pack, if the product comes in cartons."""
        packs, sticks = self.product.packs_per_carton, self.product.sticks_per_carton
        return sticks // packs if packs and sticks else None

    def code(self, level: str) -> str:
        """Its first barcode of a packing unit, or ""."""
        return next((code for code, of in self.codes if of == level), "")


def initials(name: str) -> str:
    """Pinyin initials of a name, with its Latin letters and digits: 长白山（神韵） → cbssy."""
    plain = unicodedata.normalize("NFKC", name).lower()
    parts = pinyin(plain, style=Style.FIRST_LETTER, errors=lambda rest: re.sub(r"[^a-z0-9]", "", rest))
    return "".join(part[0] for part in parts if part)


def product(product_id: uuid.UUID) -> Product:
    """The product with this id. Raises NotFound (product_unknown)."""
    found = Product.objects.filter(pk=product_id).first()
    if found is None:
        raise NotFound("product_unknown", "目录中没有这个品规；请重新选择。", "product_id")
    return found


def listed_on(on: dt.date, region: str | None = None, *, only: Q | None = None) -> list[Listed]:
    """The products (all, or those that `only` lets through) with barcodes and prices of a day, by name."""
    products = list(Product.objects.filter(only) if only is not None else Product.objects.all())
    codes: dict[uuid.UUID, list[tuple[str, str]]] = defaultdict(list)
    rows = Barcode.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on)
    ).order_by("level", "code")
    if only is not None:
        rows = rows.filter(product__in=[one.pk for one in products])
    for product_id, code, level in rows.values_list("product_id", "code", "level"):
        codes[product_id].append((code, level))
    prices = prices_on(products, on, region)
    return [Listed(one, tuple(codes[one.id]), prices[one.id]) for one in products]


def catalogue_for_tablet(on: dt.date, region: str | None = None) -> dict[str, Any]:
    """Everything a tablet needs to know a barcode without the network, with a version that changes with its content."""
    region = settings.PRICE_REGION if region is None else region
    products = [_for_tablet(one) for one in listed_on(on, region)]
    body = {"region": region, "on": on.isoformat(), "products": products}
    canonical = json.dumps(products, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"version": hashlib.sha256(canonical.encode()).hexdigest()[:20], **body}


def search(query: str, on: dt.date, region: str | None = None, *, limit: int = _LIMIT) -> list[Listed]:
    """Products by the end of a barcode (4 digits or more), part of a name, or pinyin initials; the best first."""
    text = _plain(query)
    if not text:
        return []
    wanted = Q(initials__contains=text) | Q(name__icontains=query.strip()) | Q(brand__icontains=query.strip())
    if text.isdigit() and len(text) >= 4:
        wanted |= Q(barcodes__code__endswith=text)
    ids = set(Product.objects.filter(wanted).values_list("pk", flat=True))
    ids |= {pk for pk, name in Product.objects.values_list("pk", "name") if text in _plain(name)}
    found = listed_on(on, region, only=Q(pk__in=ids))
    return sorted(found, key=lambda one: (_rank(one, text), one.product.name))[:limit]


def _rank(one: Listed, text: str) -> int:
    """0 for the end of a barcode, then name begins, initials begin, name holds, initials hold; gone ones later."""
    name = _plain(one.product.name)
    tests = (
        text.isdigit() and any(code.endswith(text) for code, _ in one.codes),
        name.startswith(text),
        one.product.initials.startswith(text),
        text in name,
    )
    place = next((i for i, true in enumerate(tests) if true), len(tests))
    return place * 2 + (not one.product.listed)


def _plain(text: str) -> str:
    return re.sub(r"[\s()\-·,.\"'“”]", "", unicodedata.normalize("NFKC", text).lower())


def _for_tablet(one: Listed) -> dict[str, Any]:
    thing, price = one.product, one.price
    return {
        "id": str(thing.id),
        "carton_barcode": one.code("carton"),
        "pack_barcode": one.code("pack"),
        "case_barcode": one.code("case"),
        "barcodes": [{"code": code, "unit": level} for code, level in one.codes],
        "name": thing.name,
        "brand": thing.brand,
        "initials": thing.initials,
        "packs": thing.packs_per_carton,
        "sticks": thing.sticks_per_carton,
        "price": None if price.amount is None else str(price.amount),
        "per": price.per,
        "price_mark": price.mark,
        "price_basis": price.basis_source,
        "type": thing.kind,
        "origin": thing.origin,
        "listed": thing.listed,
        "scarce": thing.scarce,
    }
