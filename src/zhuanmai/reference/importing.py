"""Read a price catalogue or a register from XLSX or CSV: rows by column name, each with its line in the file. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from zhuanmai.core import sheets
from zhuanmai.core.errors import Refused
from zhuanmai.reference import barcodes

# A column's possible headings; the first is the name of the column in our own files.
_HEADINGS: dict[str, tuple[str, ...]] = {
    "carton_barcode": ("carton_barcode", "条码", "条盒条码", "条包条码", "条形码", "商品条码", "条装条码"),
    "pack_barcode": ("pack_barcode", "盒条码", "小盒条码", "包条码", "盒码"),
    "name": ("name", "品名", "品规", "品规名称", "名称", "卷烟名称", "商品名称", "品牌规格"),
    "brand": ("brand", "品牌"),
    "manufacturer": ("manufacturer", "生产企业", "厂家", "生产厂家"),
    "province": ("province", "产地", "省份"),
    "origin": ("origin", "来源"),
    "type": ("type", "类别", "品类"),
    "price_class": ("price_class", "类", "价类", "卷烟类别"),
    "packs_per_carton": ("packs_per_carton", "每条盒数", "盒/条"),
    "sticks_per_carton": ("sticks_per_carton", "每条支数", "支/条"),
    "retail_price": ("retail_price", "零售价", "零售价格", "建议零售价", "零售指导价", "统一零售价"),
    "wholesale_price": ("wholesale_price", "批发价", "批发价格"),
    "per": ("per", "priced_per", "计价单位", "单位"),
}
_NEEDED = ("carton_barcode", "name", "retail_price")
_PER = {
    "": "", "条": "carton", "carton": "carton", "元/条": "carton", "支": "stick", "stick": "stick", "元/支": "stick",
}  # fmt: skip
_KINDS = {"": "", "卷烟": "cigarette", "cigarette": "cigarette", "雪茄": "cigar", "雪茄烟": "cigar", "cigar": "cigar"}
_ORIGINS = {"": "", "国产": "domestic", "domestic": "domestic", "进口": "imported", "imported": "imported"}


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not taken: its line in the file, the column, what stood there, and why."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class CatalogueRow:
    """One good row of a price catalogue. Empty text and None mean: the file does not say."""

    line: int
    carton_barcode: str
    pack_barcode: str
    name: str
    brand: str
    manufacturer: str
    province: str
    origin: str
    kind: str
    price_class: str
    packs_per_carton: int | None
    sticks_per_carton: int | None
    retail_price: Decimal
    wholesale_price: Decimal | None
    per: str


def table(file_name: str, content: bytes) -> list[tuple[int, dict[str, str]]]:
    """The rows of a file, by heading as written, each with its line. Raises Refused if it cannot be read."""
    rows = sheets.table(file_name, content)
    if not rows:
        raise Refused("import_empty", "文件中没有数据行；请确认第一行是表头，其下是数据。", "file")
    return rows


def catalogue_rows(file_name: str, content: bytes) -> tuple[list[CatalogueRow], list[RefusedRow]]:
    """The good and the refused rows of a price catalogue. Raises Refused if a needed column is missing."""
    rows = table(file_name, content)
    columns = _columns(rows[0][1])
    good: list[CatalogueRow] = []
    refused: list[RefusedRow] = []
    seen: dict[str, int] = {}
    for line, cells in rows:
        values = {name: cells.get(heading, "").strip() for name, heading in columns.items()}
        try:
            row = _catalogue_row(line, values)
            _only_once(row, seen)
        except Refused as error:
            column = columns.get(error.field, error.field)
            refused.append(RefusedRow(line, column, values.get(error.field, ""), error.detail))
            continue
        good.append(row)
    return good, refused


def _columns(headings: Iterable[str]) -> dict[str, str]:
    given = {heading.strip().replace("（", "(").split("(")[0].strip().lower(): heading for heading in headings}
    found = {
        name: given[wanted]
        for name, possible in _HEADINGS.items()
        if (wanted := next((one for one in possible if one in given), None))
    }
    missing = [_HEADINGS[name][1] for name in _NEEDED if name not in found]
    if missing:
        detail = f"缺少列：{'、'.join(missing)}；请在表头补上（也可用 {'、'.join(_NEEDED)}）后再导入。"
        raise Refused("import_columns", detail, "file")
    return found


def _catalogue_row(line: int, values: dict[str, str]) -> CatalogueRow:
    kind = _choice(values, "type", _KINDS, "卷烟、雪茄烟")
    per = _choice(values, "per", _PER, "条、支") or ("stick" if kind == "cigar" else "carton")
    packs = _whole(values, "packs_per_carton")
    sticks = _whole(values, "sticks_per_carton")
    if (packs is None) != (sticks is None):
        raise Refused("row_packing", "每条盒数与每条支数要么都填，要么都不填；请补全。", "sticks_per_carton")
    price = _money(values, "retail_price")
    if price is None:
        raise Refused("row_price", "没有零售价；请补上。", "retail_price")
    name = values.get("name", "")
    if not name:
        raise Refused("row_name", "没有品规名称；请补上。", "name")
    if len(name) > 120:
        raise Refused("row_name", "品规名称超过 120 个字；请核对是否错列。", "name")
    return CatalogueRow(
        line=line,
        carton_barcode=_barcode(values, "carton_barcode", needed=True),
        pack_barcode=_barcode(values, "pack_barcode", needed=False),
        name=name,
        origin=_choice(values, "origin", _ORIGINS, "国产、进口"),
        kind=kind,
        packs_per_carton=packs,
        sticks_per_carton=sticks,
        retail_price=price,
        wholesale_price=_money(values, "wholesale_price"),
        per=per,
        **{key: values.get(key, "")[:60] for key in ("brand", "manufacturer")},
        **{key: values.get(key, "")[:10] for key in ("province", "price_class")},
    )


def _only_once(row: CatalogueRow, seen: dict[str, int]) -> None:
    if row.carton_barcode in seen:
        detail = f"与第 {seen[row.carton_barcode]} 行条码重复；请只留一行。"
        raise Refused("row_twice", detail, "carton_barcode")
    seen[row.carton_barcode] = row.line


def _barcode(values: dict[str, str], column: str, *, needed: bool) -> str:
    text = values.get(column, "")
    if not text and not needed:
        return ""
    if "E+" in text.upper():
        raise Refused("row_barcode", "条码被表格软件改成了科学计数；请把该列设为文本后重新填写。", column)
    value = barcodes.clean(text[:-2] if text.endswith(".0") else text)
    if not value:
        raise Refused("row_barcode", "没有条码；请补上。", column)
    if not (value.isascii() and value.isdigit()) or len(value) not in (8, 13):
        raise Refused("row_barcode", f"条码应为 13 位数字，现在是 {len(value)} 位；请核对。", column)
    if not barcodes.is_valid(value):
        wanted = barcodes.check_digit(value[:-1])
        raise Refused("row_barcode", f"校验位应为 {wanted}，现为 {value[-1]}；请对照实物核对。", column)
    return value


def _choice(values: dict[str, str], column: str, known: dict[str, str], words: str) -> str:
    text = values.get(column, "")
    if text.lower() not in known:
        raise Refused("row_choice", f"“{text}”不在 {words} 之中；请改正。", column)
    return known[text.lower()]


def _whole(values: dict[str, str], column: str) -> int | None:
    number = _money(values, column)
    if number is None:
        return None
    if number != number.to_integral_value() or not 1 <= number <= 10_000:
        raise Refused("row_number", f"“{values[column]}”应为 1–10000 的整数；请改正。", column)
    return int(number)


def _money(values: dict[str, str], column: str) -> Decimal | None:
    text = values.get(column, "").replace(",", "").replace("，", "").lstrip("¥￥").strip()
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Refused("row_number", f"“{values[column]}”不是数字；请改正。", column) from None
    if not number.is_finite() or not 0 < number < 10_000_000:
        raise Refused("row_number", f"“{values[column]}”应大于 0；请改正。", column)
    return number.quantize(Decimal("0.01"))
