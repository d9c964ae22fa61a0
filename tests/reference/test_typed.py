"""How typed words are read: a table with both sides of each border, and words that must be nothing."""

from __future__ import annotations

import pytest

from zhuanmai.core.search import LONGEST, spelled
from zhuanmai.reference.typed import readings

ENDS = {"barcode_end", "licence_end", "phone_end", "id_end", "code_end"}
PEOPLE = {"phone_end", "id_end"}
CODE = "1234567890123456XMYC350206150798"


def read(text: str) -> dict[str, str]:
    """What the words may be, each with its value (of a name in both widths, the first)."""
    found: dict[str, str] = {}
    for reading in readings(text):
        found.setdefault(reading.what, reading.value)
    return found


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("6901028314985", {"barcode": "6901028314985"}),
        ("6901028314984", {}),  # a wrong check digit
        ("69-0102-8314985", {"barcode": "6901028314985"}),
        ("６９０１０２８３１４９８５", {"barcode": "6901028314985"}),
        ("690102831498", {"barcode_end": "690102831498"}),
        ("4985", dict.fromkeys(ENDS, "4985")),
        ("985", {}),
        ("49 85", dict.fromkeys(ENDS, "4985")),
        ("14985", dict.fromkeys(ENDS - PEOPLE, "14985")),  # the fifth sign is hidden by the mask
        ("3149 85", dict.fromkeys(ENDS - PEOPLE, "314985")),
        ("12345678", dict.fromkeys(ENDS - PEOPLE, "12345678")),
        ("123456789", dict.fromkeys(ENDS - PEOPLE, "123456789")),
        ("350206197908178556", {"id": "350206197908178556"}),
        ("350206197908178557", {}),  # a wrong check digit
        ("35020619790817855", {}),  # 17 digits
        ("3502061979081785567", {}),  # 19
        ("11010519491231002x", {"id": "11010519491231002X"}),
        ("002x", {"id_end": "002X"}),
        ("02x", {}),
        ("1002x", {}),
        ("E12345678", {"id": "E12345678"}),
        ("91350200MA2XY5QH3R", {}),  # a wrong check digit
        ("91350100M000100Y43", {"credit_code": "91350100M000100Y43"}),
        ("350206150798", {"licence": "350206150798", "barcode_end": "350206150798"}),
        ("350206350798", {"barcode_end": "350206350798"}),  # the seventh digit is 1 or 2
        ("35020615079", dict.fromkeys(ENDS - PEOPLE, "35020615079")),
        ("13900000000", {"phone": "13900000000", **dict.fromkeys(ENDS - PEOPLE, "13900000000")}),
        ("+86 139 0000 0000", {"phone": "13900000000"}),
        ("0592-5551234", {"phone": "05925551234", **dict.fromkeys(ENDS - PEOPLE, "05925551234")}),
        (CODE, {"code_1": CODE[:16], "code_2": CODE[16:]}),
        (f"{CODE[:16]}\n{CODE[16:].lower()}", {"code_1": CODE[:16], "code_2": CODE[16:]}),
        (CODE[:16], {"code_1": CODE[:16]}),
        (CODE[16:], {"code_2": CODE[16:]}),
        (CODE[:15], {}),
        (CODE[:-1], {}),
        ("厦湖烟-20261130-01", {"number": "厦湖烟-20261130-01"}),
        ("厦湖烟 20261130 01", {"number": "厦湖烟-20261130-01"}),
        ("厦湖烟－20261130－01", {"number": "厦湖烟-20261130-01"}),
        ("厦湖烟-20261130", {"number_part": "厦湖烟-20261130", "name": "厦湖烟-20261130"}),
        ("2026113001", {"number_part": "-20261130-01", **dict.fromkeys(ENDS - PEOPLE, "2026113001")}),
        ("202611", {"number_part": "-202611", **dict.fromkeys(ENDS - PEOPLE, "202611")}),
        ("202613", dict.fromkeys(ENDS - PEOPLE, "202613")),  # no month
        ("厦湖烟立〔2026〕第12号", {"number": "厦湖烟立〔2026〕第12号"}),
        ("厦湖烟立[2026]12", {"number": "厦湖烟立〔2026〕第12号"}),
        ("厦湖烟立（２０２６）第０１２号", {"number": "厦湖烟立〔2026〕第12号"}),
        ("厦湖烟立【2026】 第 12 号", {"number": "厦湖烟立〔2026〕第12号"}),
        ("立2026年第12号", {"number_part": "立〔2026〕第12号", "name": "立2026年第12号"}),
        ("〔2026〕12", {"number_part": "〔2026〕第12号"}),
        ("12号", {"number_part": "第12号", "name": "12号"}),
        ("12", {}),
        ("顺和盛", {"name": "顺和盛"}),
        ("顺和盛 食杂店", {"name": "顺和盛食杂店"}),
        ("叶", {"name": "叶"}),
        ("esse change", {"name": "esse change"}),
        ("e", {}),
        ("1mg", {"name": "1mg"}),
        ("ab12", {"name": "ab12"}),
        ("ab123", {}),
        ("七匹狼（红）", {"name": "七匹狼(红)"}),
        ("𬭎森", {"name": "𬭎森"}),
    ],
)  # fmt: skip
def test_words_are_read_as_an_officer_means_them(text: str, wanted: dict[str, str]) -> None:
    assert read(text) == wanted


@pytest.mark.parametrize(
    "text", ["", " ", "%", "_", "%%%%", "____", "\x00", "\ud800", "\u200b\u202e", "…", "()", "字" * 65]
)
def test_what_is_no_name_and_no_number_is_read_as_nothing(text: str) -> None:
    assert readings(text) == ()


def test_what_cannot_be_printed_is_left_out_and_a_text_may_be_as_long_as_a_number_gets() -> None:
    assert spelled("顺\x00和\ud800盛\u200b") == "顺和盛"
    assert spelled("字" * LONGEST) == "字" * LONGEST
    assert spelled("字" * (LONGEST + 1)) == ""
    assert spelled("１" * 5000) == ""


def test_a_name_is_looked_for_with_brackets_of_both_widths() -> None:
    assert [one.value for one in readings("七匹狼(红)")] == ["七匹狼(红)", "七匹狼（红）"]
