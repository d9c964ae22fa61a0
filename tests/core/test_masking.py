"""Masks by table, at each border: a name, a number, a phone; the lake's SQL masks as the page does."""

from __future__ import annotations

import pytest

from zhuanmai.core.masking import masked_id, masked_name, masked_phone
from zhuanmai.lake.masking import masked
from zhuanmai.lake.schema import Column, Personal


@pytest.mark.parametrize("name, shown", [(None, ""), ("", ""), ("叶", "叶**"), ("欧阳娜娜", "欧**")])
def test_of_a_name_the_first_character_is_shown(name: str | None, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    "number, shown",
    [
        (None, ""),
        ("", ""),
        ("123", "1***"),
        ("12345678", "1***"),
        ("123456789", "12*****89"),
        ("12345678901234", "12**********34"),
        ("123456789012345", "1234*******2345"),
        ("350206197908178556", "3502**********8556"),
    ],
)
def test_of_a_long_number_four_are_shown_at_each_end_of_a_shorter_less(number: str | None, shown: str) -> None:
    assert masked_id(number) == shown


@pytest.mark.parametrize(
    "number, shown",
    [
        (None, ""),
        ("", ""),
        ("1234567", "1***"),
        ("12345678", "123****5678"),
        ("13900001234", "139****1234"),
    ],
)
def test_of_a_phone_three_and_four_are_shown(number: str | None, shown: str) -> None:
    assert masked_phone(number) == shown


@pytest.mark.parametrize(
    "personal, value, shown",
    [
        (Personal.NAME, "叶铉森", "叶**"),
        (Personal.PHONE, "13900001234", "139****1234"),
        (Personal.NUMBER, "350206197908178556", "3502**********8556"),
        (Personal.NUMBER, "123456789", "12*****89"),
        (Personal.NUMBER, "12345678", "1***"),
        (Personal.PLACE, "枋湖南路88号之103", "枋湖南路88…"),
        (Personal.TEXT, "说明", "***"),
        (Personal.NO, "厦门", "厦门"),
        *((personal, "", "") for personal in Personal),
    ],
)
def test_a_column_of_the_lake_is_masked_by_what_it_holds(personal: Personal, value: str, shown: str) -> None:
    column = Column("x", personal=personal)
    assert masked(column, value) == shown
