"""A gun's text is read for what it is: check digits right in every length, misreads told from unknown numbers."""

from __future__ import annotations

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
