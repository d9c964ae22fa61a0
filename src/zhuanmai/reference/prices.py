"""Which retail price a product had on a day, from which catalogue, with which mark (沿用…, 退出目录, 未核价)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from zhuanmai.reference.models import Price, PriceCatalogue, Product

UNPRICED = "未核价"
DELISTED = "退出目录"
CARRIED_ON = "沿用"  # and the title of the catalogue


@dataclass(frozen=True)
class PriceFound:
    """A price (CNY `per` carton or stick), or none: `amount` None and the mark 未核价.

    `basis_source` names the catalogue as documents do; `regional` is False for a list of unknown province.
    """

    amount: Decimal | None
    per: str
    basis_source: str
    mark: str
    catalogue_id: uuid.UUID | None = None
    catalogue_title: str = ""
    issuer: str = ""
    regional: bool = True


def price_on(product_id: uuid.UUID, on: dt.date, region: str | None = None) -> PriceFound:
    """The price of a product on a day in a region (the bureau's own if none is given)."""
    return prices_on(Product.objects.filter(pk=product_id), on, region)[product_id]


def prices_on(products: Iterable[Product], on: dt.date, region: str | None = None) -> dict[uuid.UUID, PriceFound]:
    """The prices of many products on a day, in three queries."""
    known = {product.id: product for product in products}
    region = settings.PRICE_REGION if region is None else region
    rows = (
        Price.objects.filter(catalogue__region__in={region, ""}, valid_from__lte=on, catalogue__valid_from__lte=on)
        .select_related("catalogue")
        .order_by("catalogue__valid_from", "valid_from")
    )
    by_product: dict[uuid.UUID, list[Price]] = defaultdict(list)
    for row in rows if len(known) > 50 else rows.filter(product_id__in=known):
        by_product[row.product_id].append(row)
    in_force = in_force_on(on, region)
    return {pk: _found(product, by_product[pk], in_force, region, on) for pk, product in known.items()}


def in_force_on(on: dt.date, region: str | None = None) -> PriceCatalogue | None:
    """The region's catalogue in force: the last one that had begun, also after its printed end."""
    region = settings.PRICE_REGION if region is None else region
    return PriceCatalogue.objects.filter(region=region, valid_from__lte=on).order_by("-valid_from").first()


def _found(
    product: Product, rows: list[Price], in_force: PriceCatalogue | None, region: str, on: dt.date
) -> PriceFound:
    """The last row of the region's catalogue, else the last row without region, else none."""
    own = [row for row in rows if row.catalogue.region == region]
    if not rows:
        return PriceFound(None, product.priced_per, "", UNPRICED)
    price = (own or rows)[-1]
    catalogue = price.catalogue
    gone = not product.listed or (bool(own) and in_force is not None and catalogue.id != in_force.id)
    mark = DELISTED if gone else _carried_on(catalogue, on)
    return PriceFound(
        price.amount, price.per, _basis(catalogue), mark, catalogue.id, catalogue.title, catalogue.issuer, bool(own)
    )


def _carried_on(catalogue: PriceCatalogue, on: dt.date) -> str:
    return f"{CARRIED_ON}{catalogue.title}" if catalogue.valid_to and on > catalogue.valid_to else ""


def _basis(catalogue: PriceCatalogue) -> str:
    """Issuer and title, as the valuation form names its basis."""
    return f"{catalogue.issuer}{catalogue.title}" if catalogue.issuer else catalogue.title
