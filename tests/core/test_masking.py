"""Masks by table, at each border: a name, a number, a phone; the lake's SQL masks as the page does."""

from __future__ import annotations

import pytest

from zhuanmai.core.masking import (
    is_masked,
    masked_id,
    masked_name,
    masked_numbers,
    masked_phone,
    masked_place,
    masked_text,
)
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


@pytest.mark.parametrize("text, shown", [(None, ""), ("", ""), ("厦", "厦…"), ("福建省厦门市枋湖路", "福建省厦门市…")])
def test_of_a_place_six_characters_are_shown(text: str | None, shown: str) -> None:
    assert masked_place(text) == shown


@pytest.mark.parametrize("text, shown", [(None, ""), ("", ""), ("我不知道", "***")])
def test_what_somebody_said_is_hidden_whole(text: str | None, shown: str) -> None:
    assert masked_text(text) == shown


@pytest.mark.parametrize(
    "value, shown",
    [
        ("叶某350206197908178556", "叶某3502**********8556"),
        ("电话13900001234。", "电话139****1234。"),
        ("条码6901028075763", "条码6901028075763"),
        ("139000012345", "139000012345"),
        ("12900001234", "12900001234"),
        ("350206197913178556", "350206197913178556"),
        ({"甲": ["13900001234", 5, None], "乙": ("x", "13900001234")}, {"甲": ["139****1234", 5, None],
                                                                       "乙": ["x", "139****1234"]}),
        (7, 7),
        (None, None),
    ],
)  # fmt: skip
def test_numbers_in_any_text_are_masked_wherever_they_lie(value: object, shown: object) -> None:
    assert masked_numbers(value) == shown


@pytest.mark.parametrize(
    "value, is_one",
    [("叶**", True), ("139****0000", True), ("福建省厦门市…", True), ("等…人", False), ("叶铉森", False), ("", False)],
)
def test_what_a_mask_left_is_known(value: str, is_one: bool) -> None:
    assert is_masked(value) is is_one
