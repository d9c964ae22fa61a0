"""What a scanned barcode is: product, packing unit and price on that day, or a clear answer and a way on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from zhuanmai.core.units import Unit
from zhuanmai.reference import barcodes
from zhuanmai.reference.barcodes import Reading
from zhuanmai.reference.models import Barcode, Product
from zhuanmai.reference.prices import PriceFound, prices_on


class Status(StrEnum):
    """The answer's kind. A misread or a text that is no barcode is never counted; an unknown one may be registered."""

    KNOWN = "known"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"
    FOREIGN_UNKNOWN = "foreign_unknown"
    MISREAD = "misread"
    NOT_A_BARCODE = "not_a_barcode"


@dataclass(frozen=True)
class Candidate:
    """A product that a barcode names: in which packing unit, at which price on that day."""

    product: Product
    unit: Unit
    price: PriceFound


@dataclass(frozen=True)
class Way:
    """A way on: its code (rescan, tail, search, choose, register) and the words on its button."""

    code: str
    words: str


@dataclass(frozen=True)
class Identification:
    """The answer. `candidates`: one if known, several if ambiguous; `near`: what a misread code may have been."""

    barcode: str
    status: Status
    candidates: tuple[Candidate, ...]
    message: str
    ways_on: tuple[Way, ...]
    near: tuple[Candidate, ...] = ()

    @property
    def candidate(self) -> Candidate | None:
        """The product, if there is exactly one."""
        return self.candidates[0] if self.status is Status.KNOWN else None


_RESCAN = Way("rescan", "重扫")
_TAIL = Way("tail", "输末六位")
_SEARCH = Way("search", "按名称找")
_CHOOSE = Way("choose", "看图选择")
_REGISTER = Way("register", "起名登记")


def identify(barcode: str, on: dt.date, *, region: str | None = None) -> Identification:
    """Say what a barcode is on a day. Never raises for what a gun may send."""
    read = barcodes.read(barcode)
    match read.reading:
        case Reading.NOT_A_BARCODE | Reading.NOT_GOODS:
            return Identification(read.value, Status.NOT_A_BARCODE, (), read.message, (_RESCAN, _TAIL, _SEARCH))
        case Reading.MISREAD:
            near = _candidates(barcodes.one_digit_away(read.value), on, region)
            ways = (_RESCAN, _TAIL, _SEARCH)
            return Identification(read.value, Status.MISREAD, (), read.message, ways, near)
    found = _candidates([read.value], on, region)
    if len(found) == 1:
        return Identification(read.value, Status.KNOWN, found, _words(found[0]), ())
    if found:
        names = "、".join(one.product.name for one in found)
        return Identification(read.value, Status.AMBIGUOUS, found, f"一码多品：{names}；请看实物选择。", (_CHOOSE,))
    return _unknown(read)


def _unknown(read: barcodes.Barcode) -> Identification:
    ways = (_REGISTER, _SEARCH)
    if read.reading is Reading.FOREIGN:
        words = f"境外条码（{read.place}），目录中没有：不是误读；请起名登记并拍照，核对是否走私。"
        return Identification(read.value, Status.FOREIGN_UNKNOWN, (), words, ways)
    if read.reading is Reading.IN_STORE:
        words = "店内自编条码，不是商品条码；请扫条盒侧面的条码，或起名登记。"
        return Identification(read.value, Status.UNKNOWN, (), words, (_RESCAN, *ways))
    words = "条码校验正确，但目录中没有；请起名登记并拍照，或按名称找。"
    return Identification(read.value, Status.UNKNOWN, (), words, ways)


def _candidates(codes: list[str], on: dt.date, region: str | None) -> tuple[Candidate, ...]:
    rows = list(
        Barcode.objects.filter(
            Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on), code__in=codes
        )
        .select_related("product")
        .order_by("product__name", "level")
    )
    if not rows:
        return ()
    prices = prices_on({row.product_id: row.product for row in rows}.values(), on, region)
    seen = {(row.product_id, row.level): row for row in rows}
    return tuple(Candidate(row.product, Unit(row.level), prices[row.product_id]) for row in seen.values())


def _words(found: Candidate) -> str:
    price = found.price
    if price.amount is None:
        return f"{found.product.name}（{found.unit.zh}），未核价。"
    per = Unit(price.per).zh
    mark = f"，{price.mark}" if price.mark else ""
    return f"{found.product.name}（{found.unit.zh}），¥{price.amount}/{per}{mark}。"
