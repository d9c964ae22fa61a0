"""Barcodes as printed (EAN-13, EAN-8, UPC-A, ITF-14): clean, check digit, where the number was issued. Pure."""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

_DATA = Path(__file__).resolve().parent / "data"
_LENGTHS = (8, 12, 13, 14)


class Reading(StrEnum):
    """What a gun's text is, before any catalogue is asked."""

    CHINA = "china"
    FOREIGN = "foreign"
    IN_STORE = "in_store"
    NOT_GOODS = "not_goods"
    MISREAD = "misread"
    NOT_A_BARCODE = "not_a_barcode"


@dataclass(frozen=True)
class Barcode:
    """A text from the gun: `value` cleaned (UPC-A given its leading 0), what it is, where issued, and words for it."""

    value: str
    reading: Reading
    place: str = ""
    message: str = ""


def clean(text: str) -> str:
    """The text without blanks and hyphens, full-width digits made plain; a UPC-A (12 digits) becomes EAN-13."""
    plain = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text))
    return "0" + plain if len(plain) == 12 and plain.isascii() and plain.isdigit() else plain


def check_digit(body: str) -> str:
    """The check digit of a GTIN without its last digit: weights 3 and 1 from the right, complement to 10."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def is_valid(value: str) -> bool:
    """Whether a cleaned text has a barcode's length and its check digit is right."""
    return len(value) in _LENGTHS and value.isascii() and value.isdigit() and check_digit(value[:-1]) == value[-1]


def read(text: str) -> Barcode:
    """Say what a gun's text is. A wrong check digit is the only misreading; an unknown number is not."""
    value = clean(text)
    strange = _not_a_barcode(value)
    if strange:
        return Barcode(value, Reading.NOT_A_BARCODE, message=strange)
    wanted = check_digit(value[:-1])
    if wanted != value[-1]:
        words = f"条码 {value} 的校验位应为 {wanted}，读到 {value[-1]}：误读或录错，未计数；请重扫，或输入条码末六位。"
        return Barcode(value, Reading.MISREAD, message=words)
    return _placed(value)


def one_digit_away(value: str) -> list[str]:
    """Right barcodes that differ from a misread one by one digit, or by two neighbours having changed places."""
    found = {value[:i] + digit + value[i + 1 :] for i in range(len(value)) for digit in "0123456789"}
    found |= {value[:i] + value[i + 1] + value[i] + value[i + 2 :] for i in range(len(value) - 1)}
    return sorted(near for near in found - {value} if is_valid(near))


def _not_a_barcode(value: str) -> str:
    if not value:
        return "没有读到内容；请重扫。"
    if re.match(r"(?i)https?://|www\.", value):
        return "这是二维码的网址，不是商品条码；请扫条盒侧面的 13 位商品条码。"
    if re.fullmatch(r"\d{16}|[A-Z]{4}\d{12}|\d{16}[A-Z]{4}\d{12}", value.upper()):
        return "这是条烟 32 位喷码，不是商品条码；请在该行的「喷码」中录入。"
    if not (value.isascii() and value.isdigit()):
        return f"“{value[:20]}”不是商品条码（条码只有数字）；请扫条盒侧面的 13 位商品条码。"
    if len(value) not in _LENGTHS:
        return f"读到 {len(value)} 位数字，商品条码为 13 位；请重扫，或输入条码末六位。"
    return ""


def _placed(value: str) -> Barcode:
    """Where the number was issued. An EAN-8's prefix is its first three digits, an ITF-14's follows the indicator."""
    prefix = value[1:4] if len(value) == 14 else value[:3]
    table = _prefixes()
    if prefix in table["not_goods"]:
        what = table["not_goods"][prefix]
        words = f"条码 {value} 是{what}的编码，不是卷烟；请扫条盒侧面的商品条码。"
        return Barcode(value, Reading.NOT_GOODS, what, words)
    if _within(prefix, table["in_store"]):
        return Barcode(value, Reading.IN_STORE, "店内码")
    if _within(prefix, table["china"]):
        return Barcode(value, Reading.CHINA, "中国大陆")
    places = [place for low, high, place in table["places"] if low <= prefix <= high]
    return Barcode(value, Reading.FOREIGN, places[0] if places else "境外")


def _within(prefix: str, ranges: list[list[str]]) -> bool:
    return any(low <= prefix <= high for low, high in ranges)


@functools.cache
def _prefixes() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((_DATA / "barcode_prefixes.json").read_text(encoding="utf-8"))
    return loaded
