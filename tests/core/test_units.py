"""Units of measure: conversions by the product's own packing, and money in capital numerals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhuanmai.core.units import Packing, Unit, in_ten_thousands, money, money_in_words, plain

TEN_BY_TWENTY = Packing(packs_per_carton=10, sticks_per_carton=200)
TEN_BY_SIXTEEN = Packing(packs_per_carton=10, sticks_per_carton=160)


@pytest.mark.parametrize(
    "packing, quantity, unit, sticks, cartons",
    [
        (TEN_BY_TWENTY, "1", Unit.CARTON, "200", "1"),
        (TEN_BY_TWENTY, "25", Unit.PACK, "500", "2.5"),
        (TEN_BY_SIXTEEN, "4", Unit.CARTON, "640", "4"),
        (TEN_BY_SIXTEEN, "1", Unit.PACK, "16", "0.1"),
        (TEN_BY_TWENTY, "1", Unit.CASE, "10000", "50"),
        (TEN_BY_TWENTY, "30", Unit.STICK, "30", "0.15"),
    ],
)
def test_conversion(packing: Packing, quantity: str, unit: Unit, sticks: str, cartons: str) -> None:
    assert packing.sticks(Decimal(quantity), unit) == Decimal(sticks)
    assert packing.cartons(Decimal(quantity), unit) == Decimal(cartons)


def test_kilograms_are_not_cigarettes() -> None:
    with pytest.raises(ValueError, match="not a unit of cigarettes"):
        TEN_BY_TWENTY.sticks(Decimal(1), Unit.KILOGRAM)


@pytest.mark.parametrize(
    "amount, words",
    [
        ("0", "零元整"),
        ("200", "贰佰元整"),
        ("3000", "叁仟元整"),
        ("1005.30", "壹仟零伍元叁角整"),
        ("10000", "壹万元整"),
        ("100010", "壹拾万零壹拾元整"),
        ("203250.00", "贰拾万叁仟贰佰伍拾元整"),
        ("20325.07", "贰万零叁佰贰拾伍元零柒分"),
        ("100000005", "壹亿零伍元整"),
        ("0.08", "捌分"),
        ("0.005", "壹分"),
        ("0.0049", "零元整"),
        ("1000", "壹仟元整"),
        ("10999", "壹万零玖佰玖拾玖元整"),
        ("11000", "壹万壹仟元整"),
        ("11001", "壹万壹仟零壹元整"),
        ("100001000", "壹亿零壹仟元整"),
        ("100011000", "壹亿零壹万壹仟元整"),
        ("120000500", "壹亿贰仟万零伍佰元整"),
        ("1000010000000", "壹万亿零壹仟万元整"),
    ],
)
def test_money_in_words(amount: str, words: str) -> None:
    assert money_in_words(Decimal(amount)) == words


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_money_in_words_reads_back(amount: Decimal) -> None:
    assert _read(money_in_words(amount)) == amount


def _read(words: str) -> Decimal:
    """An independent reader of capital numerals."""
    digits = {char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
    places = {"拾": 10, "佰": 100, "仟": 1000}
    yuan_words, mark, rest = words.partition("元")
    if not mark:
        yuan_words, rest = "", words
    total = group = digit = 0
    for char in yuan_words:
        if char in digits:
            digit = digits[char]
        elif char in places:
            group, digit = group + digit * places[char], 0
        elif char == "万":
            total, group, digit = total + (group + digit) * 10_000, 0, 0
        elif char == "亿":
            total, group, digit = (total + group + digit) * 100_000_000, 0, 0
    cents = 0
    for char in rest:
        if char in digits:
            digit_of_cents = digits[char]
        elif char == "角":
            cents += digit_of_cents * 10
        elif char == "分":
            cents += digit_of_cents
    return Decimal(total + group + digit) + Decimal(cents) / 100


def test_print_forms() -> None:
    assert plain(Decimal("2.50")) == "2.5"
    assert plain(Decimal("500")) == "500"
    assert plain(Decimal("1E+3")) == "1000"
    assert plain(Decimal("0.00")) == "0"
    assert plain(Decimal("1.0")) == "1"
    assert money(Decimal("203250")) == "203,250.00"
    assert (money(Decimal("0.005")), money(Decimal("0.0049")), money(Decimal("2.675"))) == ("0.01", "0.00", "2.68")


def test_money_in_words_is_not_negative() -> None:
    with pytest.raises(ValueError, match="^an amount of money in words is not negative$"):
        money_in_words(Decimal("-0.01"))


@pytest.mark.parametrize(
    "number, said",
    [("50000", "5万"), ("10000", "1万"), ("150000", "15万"), ("3000", "3000"), ("15500", "15500"), ("10001", "10001"),
     ("9999", "9999"), ("0", "0"), ("20000.00", "2万")],
)  # fmt: skip
def test_a_number_as_laws_say_it(number: str, said: str) -> None:
    assert in_ten_thousands(Decimal(number)) == said
