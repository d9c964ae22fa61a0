"""What a catalogue file would change: compared with what is kept, row by row; nothing is written here."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db.models import Q

from zhuanmai.core.units import Unit, plain
from zhuanmai.ledger.canonical import digest_of
from zhuanmai.reference.importing import CatalogueRow, RefusedRow
from zhuanmai.reference.models import Barcode, Price, Product
from zhuanmai.reference.prices import in_force_on, prices_on

# Columns of a row that change the product where the file says something: row attribute → (model field, words).
_FACTS = {
    "brand": ("brand", "品牌"),
    "manufacturer": ("manufacturer", "生产企业"),
    "price_class": ("price_class", "价类"),
    "packs_per_carton": ("packs_per_carton", "每条盒数"),
    "sticks_per_carton": ("sticks_per_carton", "每条支数"),
    "wholesale_price": ("wholesale_price", "批发价"),
    "origin": ("origin", "来源"),
}
_DEFAULT_PACKING = (10, 200)
_GREAT_JUMP = Decimal("0.5")


@dataclass(frozen=True)
class Change:
    """One thing that a row changes; `alarm` asks to look twice.

    `kind`: new, price, renamed, reassigned (the barcode has a new owner), fact, listed (again), pack_code.
    """

    line: int
    barcode: str
    name: str
    kind: str
    was: str
    becomes: str
    alarm: str = ""


@dataclass(frozen=True)
class Planned:
    """One row with the product that it is about (None: a new one) and whether the barcode changes its owner."""

    row: CatalogueRow
    product_id: uuid.UUID | None
    reassigned: bool


@dataclass(frozen=True)
class Plan:
    """What taking a file in would do. `left_out`: names in force today that the file does not have (退出目录)."""

    planned: tuple[Planned, ...]
    changes: tuple[Change, ...]
    refused: tuple[RefusedRow, ...]
    left_out: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind of change, refused and left out."""
        kinds = Counter(change.kind for change in self.changes)
        changed = {change.line for change in self.changes}
        return {
            "rows": len(self.planned) + len(self.refused),
            **{kind: kinds[kind] for kind in ("new", "price", "renamed", "reassigned", "fact", "listed", "pack_code")},
            "unchanged": len(self.planned) - len(changed),
            "refused": len(self.refused),
            "left_out": len(self.left_out),
        }

    @property
    def digest(self) -> str:
        """SHA-256 over everything that would change, so that an apply can tell whether the preview still holds."""
        return digest_of([[asdict(change) for change in self.changes], [asdict(row) for row in self.refused],
                          list(self.left_out)])  # fmt: skip


def plan(rows: list[CatalogueRow], refused: list[RefusedRow], *, region: str, valid_from: dt.date) -> Plan:
    """Compare the good rows with what is kept on the catalogue's first day."""
    owners = _owners([row.carton_barcode for row in rows], valid_from)
    products = {product.id: product for products in owners.values() for product in products}
    prices = prices_on(products.values(), valid_from, region)
    pack_codes = defaultdict(set)
    for product_id, code in Barcode.objects.filter(level="pack").values_list("product_id", "code"):
        pack_codes[product_id].add(code)
    planned: list[Planned] = []
    changes: list[Change] = []
    turned_away = list(refused)
    for row in rows:
        match = _match(row, owners[row.carton_barcode])
        if isinstance(match, RefusedRow):
            turned_away.append(match)
            continue
        product, reassigned = match
        planned.append(Planned(row, product.id if product and not reassigned else None, reassigned))
        if product is None or reassigned:
            changes.append(_new(row, product))
            continue
        price = prices[product.id]
        changes.extend(_price_change(row, price.amount, price.per))
        changes.extend(_fact_changes(row, product))
        if row.pack_barcode and row.pack_barcode not in pack_codes[product.id]:
            changes.append(Change(row.line, row.carton_barcode, row.name, "pack_code", "", row.pack_barcode))
    kept = {one.product_id for one in planned}
    left_out = _in_force_names(region, valid_from, {pk for pk in kept if pk})
    return Plan(tuple(planned), tuple(changes), tuple(sorted(turned_away, key=lambda r: r.line)), tuple(left_out))


def plain_name(name: str) -> str:
    """A name without the differences that do not count: full width, brackets' shape, blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).lower()


def _owners(codes: list[str], on: dt.date) -> dict[str, list[Product]]:
    found: dict[str, list[Product]] = defaultdict(list)
    then = Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on)
    rows = Barcode.objects.filter(*then, code__in=codes, level="carton").select_related("product")
    for row in rows:
        found[row.code].append(row.product)
    return found


def _match(row: CatalogueRow, owners: list[Product]) -> tuple[Product | None, bool] | RefusedRow:
    """The product a row is about: of one name; else the only owner, renamed; of another brand, it has a new owner."""
    alike = [one for one in owners if plain_name(one.name) == plain_name(row.name)]
    if alike or not owners:
        return (alike[0] if alike else None), False
    if len(owners) > 1:
        names = "、".join(one.name for one in owners)
        reason = f"该条码为多个品规共用（{names}），名称与哪一个都不同；请改成其中一个名称。"
        return RefusedRow(row.line, "条码", row.carton_barcode, reason)
    return owners[0], _brand(row.name) != _brand(owners[0].name)


def _brand(name: str) -> str:
    return plain_name(name).split("(")[0]


def _new(row: CatalogueRow, former: Product | None) -> Change:
    packs, sticks = packing_of(row)
    size = f"{packs}×{sticks // packs}" if packs and sticks else "未知装量"
    words = f"{row.name}，{size}，¥{plain(row.retail_price)}/{Unit(row.per).zh}"
    kind, was = ("reassigned", former.name) if former else ("new", "")
    alarm = "条码换了品牌，请对照实物" if former else ""
    return Change(row.line, row.carton_barcode, row.name, kind, was, words, alarm)


def packing_of(row: CatalogueRow) -> tuple[int | None, int | None]:
    """Packs and sticks a carton of a new product: as the file says, else 10 and 200 for cigarettes, none for cigars."""
    if row.packs_per_carton or row.kind == "cigar" or row.per == "stick":
        return row.packs_per_carton, row.sticks_per_carton
    return _DEFAULT_PACKING


def _price_change(row: CatalogueRow, old: Decimal | None, per: str) -> list[Change]:
    if old == row.retail_price and per == row.per:
        return []
    was = "" if old is None else f"¥{plain(old)}/{Unit(per).zh}"
    jump = old is not None and (per != row.per or abs(row.retail_price - old) > old * _GREAT_JUMP)
    alarm = "变动超过一半，请核对" if jump else ""
    becomes = f"¥{plain(row.retail_price)}/{Unit(row.per).zh}"
    return [Change(row.line, row.carton_barcode, row.name, "price", was, becomes, alarm)]


def _fact_changes(row: CatalogueRow, product: Product) -> list[Change]:
    found = []
    if plain_name(product.name) != plain_name(row.name):
        found.append(Change(row.line, row.carton_barcode, row.name, "renamed", product.name, row.name))
    if not product.listed:
        found.append(Change(row.line, row.carton_barcode, row.name, "listed", "退出目录", "在目录"))
    for attribute, (field, words) in _FACTS.items():
        value, old = getattr(row, attribute), getattr(product, field)
        if value not in ("", None) and value != old:
            alarm = "装量变化会影响支数，请核对" if "per_carton" in field else ""
            was = "" if old is None else str(old)
            found.append(Change(row.line, row.carton_barcode, row.name, "fact", f"{words} {was}", str(value), alarm))
    return found


def facts_of(row: CatalogueRow) -> dict[str, object]:
    """What a row says about its product, by model field."""
    given = {field: getattr(row, attribute) for attribute, (field, _) in _FACTS.items()}
    return {field: value for field, value in given.items() if value not in ("", None)}


def _in_force_names(region: str, on: dt.date, kept: set[uuid.UUID]) -> list[str]:
    """Names priced in the catalogue in force before that day and not among those kept."""
    before = in_force_on(on - dt.timedelta(days=1), region)
    if before is None:
        return []
    left = Price.objects.filter(catalogue=before).exclude(product_id__in=kept)
    return sorted(name for _, name in left.values_list("product_id", "product__name").distinct())
