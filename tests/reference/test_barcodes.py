"""A gun's text is read for what it is: check digits right in every length, misreads told from unknown numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhuanmai.reference import barcodes
from zhuanmai.reference.barcodes import Reading

digits = st.text("0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize(
    "text, reading",
    [
        ("6901028316897", Reading.CHINA),
        (" 6901028 316897 ", Reading.CHINA),
        ("６９０１０２８３１６８９７", Reading.CHINA),
        ("4890003714297", Reading.FOREIGN),
        ("012300898409", Reading.FOREIGN),
        ("2000000000008", Reading.IN_STORE),
        ("9787111111115", Reading.NOT_GOODS),
        ("6901028917894", Reading.MISREAD),
        ("", Reading.NOT_A_BARCODE),
        ("12345", Reading.NOT_A_BARCODE),
        ("https://example.cn/1", Reading.NOT_A_BARCODE),
        ("5090301739465609XMYC350212133812", Reading.NOT_A_BARCODE),
        ("XMYC350212133812", Reading.NOT_A_BARCODE),
    ],
)
def test_what_a_gun_sends(text: str, reading: Reading) -> None:
    assert barcodes.read(text).reading == reading


@given(digits)
def test_the_check_digit_catches_every_single_wrong_digit(body: str) -> None:
    good = body + barcodes.check_digit(body)
    assert barcodes.is_valid(good)
    for place in range(13):
        for digit in set("0123456789") - {good[place]}:
            assert not barcodes.is_valid(good[:place] + digit + good[place + 1 :])


@given(digits, st.integers(0, 12), st.integers(1, 9))
def test_a_misread_code_is_among_its_own_neighbours(body: str, place: int, shift: int) -> None:
    good = body + barcodes.check_digit(body)
    bad = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]
    assert good in barcodes.one_digit_away(bad)


@given(st.text(max_size=40))
def test_nothing_that_a_gun_may_send_raises(text: str) -> None:
    read = barcodes.read(text)
    assert read.message or read.reading in (Reading.CHINA, Reading.FOREIGN, Reading.IN_STORE)


@pytest.mark.parametrize(
    "text, value, place, message",
    [
        ("6901028316897", "6901028316897", "中国大陆", ""),
        ("16901028316894", "16901028316894", "中国大陆", ""),
        ("012300898409", "0012300898409", "美国、加拿大", ""),
        ("12345670", "12345670", "美国、加拿大", ""),
        ("2000000000008", "2000000000008", "店内码", ""),
        (
            "9787111111115",
            "9787111111115",
            "图书",
            "条码 9787111111115 是图书的编码，不是卷烟；请扫条盒侧面的商品条码。",
        ),
        (
            "6901028917894",
            "6901028917894",
            "",
            "条码 6901028917894 的校验位应为 6，读到 4：误读或录错，未计数；请重扫，或输入条码末六位。",
        ),
        ("", "", "", "没有读到内容；请重扫。"),
        ("12345", "12345", "", "读到 5 位数字，商品条码为 13 位；请重扫，或输入条码末六位。"),
        ("123456789012345", "123456789012345", "", "读到 15 位数字，商品条码为 13 位；请重扫，或输入条码末六位。"),
        ("HTTPS://a", "HTTPS://a", "", "这是二维码的网址，不是商品条码；请扫条盒侧面的 13 位商品条码。"),
        ("www.a.cn", "www.a.cn", "", "这是二维码的网址，不是商品条码；请扫条盒侧面的 13 位商品条码。"),
        ("5090301739465609", "5090301739465609", "", "这是条烟 32 位喷码，不是商品条码；请在该行的「喷码」中录入。"),
        ("xmyc350212133812", "xmyc350212133812", "", "这是条烟 32 位喷码，不是商品条码；请在该行的「喷码」中录入。"),
        (
            "690102831689a",
            "690102831689a",
            "",
            "“690102831689a”不是商品条码（条码只有数字）；请扫条盒侧面的 13 位商品条码。",
        ),
        ("a" * 21, "a" * 21, "", "“" + "a" * 20 + "”不是商品条码（条码只有数字）；请扫条盒侧面的 13 位商品条码。"),
    ],
)
def test_what_is_read_is_said_in_full(text: str, value: str, place: str, message: str) -> None:
    found = barcodes.read(text)
    assert (found.value, found.place, found.message) == (value, place, message)


@given(digits, st.integers(0, 11))
def test_neighbours_that_changed_places_are_found_too(body: str, place: int) -> None:
    good = body + barcodes.check_digit(body)
    bad = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
    near = barcodes.one_digit_away(bad)
    assert good in near or good == bad
    assert bad not in near
    assert all(barcodes.is_valid(one) and len(one) == 13 for one in near)
    assert near == sorted(set(near))


TABLE = json.loads((Path(barcodes.__file__).parent / "data" / "barcode_prefixes.json").read_text(encoding="utf-8"))
BORDERS = [
    *((end, Reading.IN_STORE, "店内码") for low, high in TABLE["in_store"] for end in (low, high)),
    *((end, Reading.CHINA, "中国大陆") for low, high in TABLE["china"] for end in (low, high)),
    *((prefix, Reading.NOT_GOODS, what) for prefix, what in TABLE["not_goods"].items()),
    *((end, Reading.FOREIGN, place) for low, high, place in TABLE["places"] for end in (low, high)),
    *((prefix, Reading.FOREIGN, "境外") for prefix in ("050", "059", "140")),
]


@pytest.mark.parametrize("prefix, reading, place", BORDERS)
@pytest.mark.parametrize("before, after", [("", "123456789"), ("1", "999999999"), ("", "1234")])
def test_a_prefix_says_where_a_number_was_issued(
    prefix: str, reading: Reading, place: str, before: str, after: str
) -> None:
    body = f"{before}{prefix}{after}"
    found = barcodes.read(body + barcodes.check_digit(body))
    assert (found.reading, found.place) == (reading, place)
