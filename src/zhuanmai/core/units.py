"""Units of measure: sticks, packs, cartons and cases of one product; kilograms, pieces, millilitres for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class Unit(StrEnum):
    """What an officer may count in. Cigarettes convert by the product's own packing; the others do not."""

    STICK = "stick"
    PACK = "pack"
    CARTON = "carton"
    CASE = "case"
    KILOGRAM = "kg"
    PIECE = "piece"
    MILLILITRE = "ml"
    TEN_THOUSAND = "10k_sticks"

    @property
    def zh(self) -> str:
        """The unit as printed in documents."""
        return _ZH[self]


_ZH = {
    Unit.STICK: "支",
    Unit.PACK: "包",
    Unit.CARTON: "条",
    Unit.CASE: "件",
    Unit.KILOGRAM: "公斤",
    Unit.PIECE: "个",
    Unit.MILLILITRE: "毫升",
    Unit.TEN_THOUSAND: "万支",
}
CARTONS_PER_CASE = 50


@dataclass(frozen=True)
class Packing:
    """How one product is packed: packs in a carton, sticks in a carton (usually 10 and 200; some 10 and 160)."""

    packs_per_carton: int
    sticks_per_carton: int

    def sticks(self, quantity: Decimal, unit: Unit) -> Decimal:
        """Sticks in a quantity. Raises ValueError for a unit that is not of cigarettes."""
        return quantity * self._sticks_in(unit)

    def cartons(self, quantity: Decimal, unit: Unit) -> Decimal:
        """Cartons in a quantity (not rounded: 25 packs of ten = 2.5). Raises ValueError as `sticks` does."""
        return self.sticks(quantity, unit) / self.sticks_per_carton

    def _sticks_in(self, unit: Unit) -> Decimal:
        match unit:
            case Unit.STICK:
                return Decimal(1)
            case Unit.PACK:
                return Decimal(self.sticks_per_carton) / self.packs_per_carton
            case Unit.CARTON:
                return Decimal(self.sticks_per_carton)
            case Unit.CASE:
                return Decimal(self.sticks_per_carton * CARTONS_PER_CASE)
            case _:
                raise ValueError(f"{unit} is not a unit of cigarettes")


def plain(number: Decimal) -> str:
    """A quantity as documents print it: no trailing zeros, no exponent, no thousands separator (2.5; 500)."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def in_ten_thousands(number: Decimal) -> str:
    """A number as laws and sentences say it: 50000 → 5万; what is no whole ten thousands as it is (3000; 15500)."""
    return f"{plain(number / 10000)}万" if number and number % 10000 == 0 else plain(number)


def money(amount: Decimal) -> str:
    """Yuan with two decimals and thousands separators: 203,250.00."""
    return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def money_in_words(amount: Decimal) -> str:
    """Yuan in capital numerals as printed in decisions (支付结算办法, 附件一): 贰佰元整, 壹仟零伍元叁角."""
    cents = int((amount * 100).to_integral_value(ROUND_HALF_UP))
    if cents < 0:
        raise ValueError("an amount of money in words is not negative")
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    words = _whole_in_words(yuan) + "元" if yuan else ""
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif fen and yuan:
        words += "零"
    if fen:
        words += _DIGITS[fen] + "分"
    return (words or "零元") + ("" if fen else "整")


def _whole_in_words(number: int) -> str:
    groups: list[int] = []
    while number:
        groups.append(number % 10000)
        number //= 10000
    words = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            continue
        if words and (group < 1000 or groups[place + 1] == 0):
            words += "零"
        words += _group_in_words(group) + _GROUPS[place]
    return words


def _group_in_words(group: int) -> str:
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return words
