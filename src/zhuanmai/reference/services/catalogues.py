"""Price catalogues: look at a file, take it in, change a single price, add a barcode."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core import files
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict, NotFound, Refused
from zhuanmai.core.events import emit
from zhuanmai.core.ids import new_id
from zhuanmai.core.units import Unit, plain
from zhuanmai.ledger.services import append, as_found
from zhuanmai.reference import barcodes
from zhuanmai.reference.catalogue import initials
from zhuanmai.reference.catalogue import product as product_of
from zhuanmai.reference.importing import CatalogueRow, catalogue_rows
from zhuanmai.reference.models import Barcode, CatalogueImport, Certainty, Price, PriceCatalogue, Product
from zhuanmai.reference.planning import Plan, Planned, facts_of, packing_of, plan
from zhuanmai.reference.prices import in_force_on, price_on
from zhuanmai.reference.shipped import product_id as shipped_id


@dataclass(frozen=True)
class CatalogueHead:
    """What a catalogue says about itself: region, title as documents name it, issuer, dates."""

    region: str
    title: str
    issuer: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    issued_on: dt.date | None = None


def preview_catalogue(
    *, actor: Officer, file_name: str, content: bytes, head: CatalogueHead
) -> tuple[CatalogueImport, Plan]:
    """Look at a catalogue file: what it would change, which rows are refused and why. No product or price changes."""
    require(actor, "reference.edit")
    _check_head(head)
    found = _plan(file_name, content, head)
    seen = CatalogueImport.objects.create(
        file_name=file_name[-200:],
        file_sha256=files.store(content),
        plan_sha256=found.digest,
        counts=found.counts,
        by_id=actor.id,
        region=head.region,
        title=head.title,
        issuer=head.issuer,
        issued_on=head.issued_on,
        valid_from=head.valid_from,
        valid_to=head.valid_to,
    )
    return seen, found


def plan_of(seen: CatalogueImport) -> Plan:
    """The plan of a file looked at, computed anew against what is kept now."""
    return _plan(seen.file_name, files.load(seen.file_sha256), _head(seen))


def catalogue_import(import_id: uuid.UUID) -> CatalogueImport:
    """The import with this id. Raises NotFound (import_unknown)."""
    found = CatalogueImport.objects.filter(pk=import_id).first()
    if found is None:
        raise NotFound("import_unknown", "没有这次导入；请重新上传文件。")
    return found


def apply_catalogue(*, actor: Officer, import_id: uuid.UUID) -> CatalogueImport:
    """Take a previewed file in: good rows change products and prices, refused rows stay out. Twice is once.

    Raises Conflict (plan_changed) if what is kept has changed since the preview.
    """
    require(actor, "reference.edit")
    with transaction.atomic():
        seen = CatalogueImport.objects.select_for_update().filter(pk=import_id).first()
        if seen is None:
            raise NotFound("import_unknown", "没有这次导入；请重新上传文件。")
        if seen.state == CatalogueImport.State.APPLIED:
            return seen
        if seen.state == CatalogueImport.State.DISCARDED:
            raise Conflict("import_discarded", "这次导入已放弃；请重新上传文件。")
        _check_head(_head(seen))
        found = plan_of(seen)
        if found.digest != seen.plan_sha256:
            raise Conflict("plan_changed", "预览之后目录又有变化；请重新上传文件，再看一次预览。")
        if not found.planned:
            raise Refused("import_nothing", "没有一行可以导入；请按退回原因改好文件后重新上传。", "file")
        rows = _write(seen, found)
        seen.state, seen.applied_at = CatalogueImport.State.APPLIED, now()
        seen.save(update_fields=["state", "applied_at"])
        emit("reference.catalogue_imported", region=seen.region, valid_from=seen.valid_from.isoformat())
        append(
            "reference.catalogue_imported",
            actor_id=actor.id,
            object_kind="reference.price_catalogue",
            object_id=rows[0].pk,
            facts={
                "title": seen.title,
                "region": seen.region,
                "valid_from": seen.valid_from.isoformat(),
                "counts": "，".join(
                    f"{words} {seen.counts[key]}" for key, words in _COUNTED.items() if seen.counts[key]
                ),
                "file_sha256": seen.file_sha256,
            },
            rows=rows,
        )
    return seen


def discard_catalogue(*, actor: Officer, import_id: uuid.UUID) -> None:
    """Put a previewed file aside."""
    require(actor, "reference.edit")
    CatalogueImport.objects.filter(pk=import_id, state=CatalogueImport.State.PREVIEW).update(
        state=CatalogueImport.State.DISCARDED
    )


def change_price(
    *,
    actor: Officer,
    product_id: uuid.UUID,
    amount: Decimal,
    valid_from: dt.date,
    source: str,
    region: str | None = None,
) -> Price:
    """Change one product's price within the catalogue in force, from a day on. Raises Refused, Conflict (same day)."""
    require(actor, "reference.edit")
    region = settings.PRICE_REGION if region is None else region
    if not amount.is_finite() or not Decimal(0) < amount < Decimal(10_000_000):
        raise Refused("price_amount", "价格应大于 0，最多两位小数；请改正。", "amount")
    if not source.strip():
        raise Refused("price_source", "请填写调价依据（文件名称和文号）。", "source")
    with transaction.atomic():
        catalogue = in_force_on(valid_from, region)
        if catalogue is None:
            raise Refused("price_before", f"{valid_from} 之前没有{region}的价格目录；请先导入目录。", "valid_from")
        product = product_of(product_id)
        before = price_on(product.id, valid_from, region)
        try:
            with transaction.atomic():
                price = Price.objects.create(
                    product=product, catalogue=catalogue, amount=amount.quantize(Decimal("0.01")),
                    per=product.priced_per, valid_from=valid_from, source=source.strip(),
                )  # fmt: skip
        except IntegrityError:
            raise Conflict("price_same_day", f"{valid_from} 已有一个价格；请换一天，或先核对。", "valid_from") from None
        append(
            "reference.price_changed",
            actor_id=actor.id,
            object_kind="reference.product",
            object_id=product.id,
            facts={
                "name": product.name,
                "valid_from": valid_from.isoformat(),
                "old": "无" if before.amount is None else plain(before.amount),
                "new": plain(price.amount),
                "source": price.source,
            },
            rows=[price],
        )
    return price


def add_barcode(
    *, actor: Officer, product_id: uuid.UUID, code: str, level: str, valid_from: dt.date | None = None
) -> Barcode:
    """Give a product another barcode (a new design, a pack, a case). Raises Refused for a wrong code."""
    require(actor, "reference.edit")
    value = barcodes.clean(code)
    if not barcodes.is_valid(value):
        detail = barcodes.read(code).message or "不是有效的商品条码；请对照实物核对。"
        raise Refused("barcode_wrong", detail, "code")
    if level not in Barcode.Level.values:
        raise Refused("barcode_level", "请选择条码所在的包装：盒、条或件。", "level")
    with transaction.atomic():
        product = product_of(product_id)
        if Barcode.objects.filter(product=product, code=value, level=level).exists():
            raise Conflict("barcode_there", "该品规已有这个条码。", "code")
        row = Barcode.objects.create(
            product=product, code=value, level=level, valid_from=valid_from, source=f"{actor.name}登记"
        )
        append(
            "reference.barcode_added",
            actor_id=actor.id,
            object_kind="reference.product",
            object_id=product.id,
            facts={"code": value, "level": Unit(level).zh, "name": product.name},
            rows=[row],
        )
    return row


_COUNTED = {
    "new": "新增", "price": "调价", "renamed": "改名", "reassigned": "换品规", "fact": "修改", "listed": "恢复",
    "pack_code": "盒码", "unchanged": "不变", "refused": "退回", "left_out": "退出目录",
}  # fmt: skip


def _check_head(head: CatalogueHead) -> None:
    if not head.region.strip():
        raise Refused("catalogue_region", "请填写目录适用的省份，如 湖南。", "region")
    if not head.title.strip():
        raise Refused("catalogue_title", "请填写目录名称，如 2026年上半年目录。", "title")
    if head.valid_to and head.valid_to < head.valid_from:
        raise Refused("catalogue_period", "截止日早于起始日；请改正。", "valid_to")
    if PriceCatalogue.objects.filter(region=head.region, valid_from=head.valid_from).exists():
        detail = f"{head.region} {head.valid_from} 起的目录已有；改个别价格请到品规页调价。"
        raise Refused("catalogue_there", detail, "valid_from")


def _head(seen: CatalogueImport) -> CatalogueHead:
    return CatalogueHead(seen.region, seen.title, seen.issuer, seen.valid_from, seen.valid_to, seen.issued_on)


def _plan(file_name: str, content: bytes, head: CatalogueHead) -> Plan:
    good, refused = catalogue_rows(file_name, content)
    return plan(good, refused, region=head.region, valid_from=head.valid_from)


def _write(seen: CatalogueImport, found: Plan) -> list[Any]:
    """Write the plan; returns every row as it is left, the catalogue first."""
    catalogue = PriceCatalogue.objects.create(
        region=seen.region, title=seen.title, issuer=seen.issuer, issued_on=seen.issued_on,
        valid_from=seen.valid_from, valid_to=seen.valid_to, source=f"{seen.file_name} {seen.file_sha256[:12]}",
        certainty=Certainty.PRACTICE,
    )  # fmt: skip
    closed = _close_barcodes(found, seen.valid_from)
    made = {one.row.line: _new_product(one.row) for one in found.planned if one.product_id is None}
    Product.objects.bulk_create(made.values())
    altered = _alter_products(found)
    codes = Barcode.objects.bulk_create(_new_barcodes(found, made, seen))
    prices = Price.objects.bulk_create(
        Price(
            product_id=one.product_id or made[one.row.line].id,
            catalogue=catalogue,
            amount=one.row.retail_price,
            per=one.row.per,
            valid_from=seen.valid_from,
            source=seen.title,
        )
        for one in found.planned
    )
    return [catalogue, *made.values(), *altered, *closed, *codes, *prices]


def _new_product(row: CatalogueRow) -> Product:
    packs, sticks = packing_of(row)
    wanted = shipped_id(row.carton_barcode)
    taken = Product.objects.filter(pk=wanted).exists()
    return Product(
        id=new_id() if taken else wanted,
        name=row.name,
        brand=row.brand or row.name.replace("(", "（").split("（")[0][:60],
        initials=initials(row.name),
        manufacturer=row.manufacturer,
        province=row.province,
        origin=row.origin or "domestic",
        kind=row.kind or ("cigar" if row.per == "stick" else "cigarette"),
        price_class=row.price_class,
        packs_per_carton=packs,
        sticks_per_carton=sticks,
        priced_per=row.per,
        wholesale_price=row.wholesale_price,
        set_by_bureau=True,
    )


def _alter_products(found: Plan) -> list[Product]:
    """Bring kept products to what their rows say; returns those that changed."""
    lines = {change.line for change in found.changes if change.kind in ("renamed", "fact", "listed", "price")}
    touched: dict[uuid.UUID, Planned] = {
        one.product_id: one for one in found.planned if one.product_id and one.row.line in lines
    }
    altered = list(Product.objects.select_for_update().filter(pk__in=touched).order_by("pk"))
    for product in altered:
        row = touched[as_found(product).id].row
        for field, value in facts_of(row).items():
            setattr(product, field, value)
        product.name, product.initials = row.name, initials(row.name)
        product.listed, product.priced_per, product.set_by_bureau = True, row.per, True
        product.save()
    return altered


def _close_barcodes(found: Plan, valid_from: dt.date) -> list[Barcode]:
    """End the former owner's claim on barcodes that have a new owner."""
    codes = [one.row.carton_barcode for one in found.planned if one.reassigned]
    rows = list(
        Barcode.objects.select_for_update().filter(code__in=codes, level="carton", valid_to=None).order_by("pk")
    )
    for row in rows:
        as_found(row).valid_to = valid_from - dt.timedelta(days=1)
        row.save(update_fields=["valid_to"])
    return rows


def _new_barcodes(found: Plan, made: dict[int, Product], seen: CatalogueImport) -> list[Barcode]:
    rows, source = [], seen.title
    lines = {change.line for change in found.changes if change.kind == "pack_code"}
    for one in found.planned:
        if one.product_id is None:
            begins = seen.valid_from if one.reassigned else None
            rows.append(Barcode(product=made[one.row.line], code=one.row.carton_barcode, level="carton",
                                valid_from=begins, source=source))  # fmt: skip
        if one.row.pack_barcode and (one.product_id is None or one.row.line in lines):
            owner = one.product_id or made[one.row.line].id
            rows.append(Barcode(product_id=owner, code=one.row.pack_barcode, level="pack", source=source))
    return rows
