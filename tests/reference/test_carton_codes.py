"""The 32-character code: taken apart, put right where only one reading is possible, judged by the register."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhuanmai.core.errors import Refused
from zhuanmai.reference import carton_codes
from zhuanmai.reference.carton_codes import CartonCode, LicenceSeen, Means, decide, read

ON = dt.date(2025, 10, 30)
ROW1, ROW2 = "5090301739465609", "XMYC350212133812"


def seen(number: str) -> LicenceSeen:
    """A licence in force, as the register has it."""
    return LicenceSeen(number, "同安区百味烟酒店", "刘伟强", "valid", dt.date(2023, 6, 28), dt.date(2028, 6, 27))


def test_a_code_is_taken_apart() -> None:
    code = read(ROW1, ROW2, ON)
    assert (code.sorted_on, code.company, code.licence_no) == (dt.date(2025, 9, 3), "XMYC", "350212133812")
    assert (code.case_serial, code.order, code.company_name) == ("017394656", 9, "厦门烟草")
    assert (code.corrections, code.confidence) == ((), 1.0)


@pytest.mark.parametrize(
    "row1, on, sorted_on",
    [
        ("2090100000000001", dt.date(2022, 9, 1), dt.date(2022, 9, 1)),
        ("2090100000000001", dt.date(2022, 8, 31), dt.date(2012, 9, 1)),
        ("4022900000000001", ON, dt.date(2024, 2, 29)),
        ("5123100000000001", ON, dt.date(2015, 12, 31)),
    ],
)
def test_the_decade_is_the_latest_not_in_the_future(row1: str, on: dt.date, sorted_on: dt.date) -> None:
    assert read(row1, ROW2, on).sorted_on == sorted_on


def test_letters_among_digits_are_put_right_and_named() -> None:
    code = read("S09O301739465609", "XMYC35O212I33812", ON)
    assert (code.row1, code.row2) == (ROW1, ROW2)
    assert "第一行第 1 位 S→5" in code.corrections
    assert "第二行第 7 位 O→0" in code.corrections
    assert code.confidence == pytest.approx(0.4)


@pytest.mark.parametrize(
    "row1, row2, field, words",
    [
        ("", ROW2, "row1", "请录入"),
        (ROW1[:-1], ROW2, "row1", "少 1 位"),
        (ROW1, ROW2 + "1", "row2", "多 1 位"),
        ("5?90301739465609", ROW2, "row1", "第 2 位"),
        ("5133001739465609", ROW2, "row1", "不是有效的月日"),
        (ROW1, "12YC350212133812", "row2", "公司字母"),
        (ROW1, "XMYC350212933812", "row2", "第 11 位"),
    ],
)
def test_a_wrong_code_is_refused_at_its_row(row1: str, row2: str, field: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        read(row1, row2, ON)
    assert caught.value.field == field
    assert words in caught.value.detail


@pytest.mark.parametrize(
    "shop, licence, complete, means",
    [
        ("350212133812", seen("350212133812"), dt.date(2025, 10, 1), Means.OWN_SHOP),
        ("350206150798", seen("350212133812"), dt.date(2025, 10, 1), Means.OTHER_SHOP),
        ("", seen("350212133812"), None, Means.OTHER_SHOP),
        ("350206150798", None, dt.date(2025, 10, 1), Means.NO_SUCH_LICENCE),
        ("350206150798", None, dt.date(2025, 8, 20), Means.NO_SUCH_LICENCE),
        ("350206150798", None, dt.date(2025, 7, 1), Means.UNKNOWN_DISTRICT),
        ("350206150798", None, None, Means.UNKNOWN_DISTRICT),
    ],
)
def test_a_missing_licence_is_said_only_of_a_register_that_speaks_for_the_day(
    shop: str, licence: LicenceSeen | None, complete: dt.date | None, means: Means
) -> None:
    assert decide(read(ROW1, ROW2, ON), shop, licence, complete, ON).means == means


@given(
    st.dates(dt.date(2016, 1, 1), ON),
    st.text("0123456789", min_size=11, max_size=11),
    st.integers(0, 99999),
    st.sampled_from("12"),
)
def test_what_is_printed_is_read_back(day: dt.date, serial: str, number: int, holder: str) -> None:
    licence = f"350206{holder}{number:05d}"
    code: CartonCode = read(f"{day.year % 10}{day:%m%d}{serial}", f"XMYC{licence}", ON)
    assert (code.sorted_on, code.licence_no, code.row1[5:]) == (day, licence, serial)


def test_the_layouts_say_who_letters_belong_to() -> None:
    assert carton_codes.read(ROW1, "YCYC320902100001", ON).company_name == "盐城烟草"
    code = read(ROW1, "ABCD320902100001", ON)
    assert decide(code, "", None, None, ON).notices == ("ABCD 不在喷码公司表中，请核对字母。",)
