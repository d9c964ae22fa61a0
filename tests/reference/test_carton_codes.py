"""The 32-character code: taken apart, put right where only one reading is possible, judged by the register."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhuanmai.core.errors import Refused
from zhuanmai.reference import carton_codes
from zhuanmai.reference.carton_codes import CartonCode, Judgement, LicenceSeen, Means, decide, read

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


@pytest.mark.parametrize(
    "row1, row2, code, field, detail",
    [
        ("", ROW2, "carton_code_empty", "row1", "请录入喷码第一行（16 位）。"),
        (ROW1, " ", "carton_code_empty", "row2", "请录入喷码第二行（16 位）。"),
        (
            ROW1[:-1],
            ROW2,
            "carton_code_length",
            "row1",
            "喷码第一行应为 16 位，现在是 15 位，少 1 位；请对照条盒补正。",
        ),
        (
            ROW1,
            ROW2 + "12",
            "carton_code_length",
            "row2",
            "喷码第二行应为 16 位，现在是 18 位，多 2 位；请对照条盒补正。",
        ),
        ("5?90301739465609", ROW2, "carton_code_character", "row1", "喷码第一行第 2 位“?”应为数字；请对照条盒改正。"),
        (ROW1, "XMYC3502?2133812", "carton_code_character", "row2", "喷码第二行第 9 位“?”应为数字；请对照条盒改正。"),
        (
            ROW1,
            "12YC350212133812",
            "carton_code_character",
            "row2",
            "喷码第二行第 1 位“1”应为公司字母（如 XMYC）；请对照条盒改正。",
        ),
        (
            ROW1,
            "XM?C350212133812",
            "carton_code_character",
            "row2",
            "喷码第二行第 3 位“?”应为公司字母（如 XMYC）；请对照条盒改正。",
        ),
        (
            ROW1,
            "XMYC350212933812",
            "carton_code_licence",
            "row2",
            "喷码第二行第 11 位应为 1（个体）或 2（企业），读到 9；请对照条盒改正。",
        ),
        (
            "5133001739465609",
            ROW2,
            "carton_code_date",
            "row1",
            "喷码第一行第 2–5 位“1330”不是有效的月日；请对照条盒改正。",
        ),
    ],
)
def test_a_refusal_says_which_row_which_place_and_what_to_do(
    row1: str, row2: str, code: str, field: str, detail: str
) -> None:
    with pytest.raises(Refused) as caught:
        read(row1, row2, ON)
    assert (caught.value.code, caught.value.field, caught.value.detail) == (code, field, detail)


def test_blanks_wide_signs_and_small_letters_are_the_same_code() -> None:
    assert read("５０９０ 3017-3946·5609", " xmyc 3502 1213 3812", ON) == read(ROW1, ROW2, ON)


def test_confidence_falls_by_each_correction_and_not_below_nothing() -> None:
    assert read("S" + ROW1[1:], ROW2, ON).confidence == 0.85
    eight = "SO9O3OI7394656O9"
    assert len(read(eight, ROW2, ON).corrections) == 6
    assert read(eight, ROW2, ON).confidence == pytest.approx(0.1)
    assert read(eight, "XMYC35O2I2I33812", ON).confidence == 0.0


def test_the_day_of_the_leap_is_found_within_twenty_years() -> None:
    assert read("6022900000000001", ROW2, dt.date(2035, 1, 1)).sorted_on == dt.date(2016, 2, 29)
    with pytest.raises(Refused, match="0229"):
        read("6022900000000001", ROW2, dt.date(2036, 2, 28))


def test_an_enterprise_holds_licences_too() -> None:
    assert read(ROW1, "XMYC350212233812", ON).licence_no == "350212233812"


SHOP = "喷码指向 同安区百味烟酒店（350212133812），不是本店：真烟外流线索。"


@pytest.mark.parametrize(
    "shop, licence, complete, means, message, notices",
    [
        ("350212133812", None, None, Means.OWN_SHOP, "喷码为本店许可证号，系配送给本店。", ()),
        ("350206150798", seen("350212133812"), None, Means.OTHER_SHOP, SHOP, ()),
        (
            "",
            dataclasses.replace(seen("350212133812"), shop_name="", status="closed", valid_to=dt.date(2025, 9, 2)),
            None,
            Means.OTHER_SHOP,
            "喷码指向 350212133812（350212133812），不是本店：真烟外流线索。",
            ("该许可证现已歇业或收回，请核对分拣日的状态。", "该许可证有效期至 2025-09-02，早于分拣日 2025-09-03。"),
        ),
        (
            "",
            dataclasses.replace(seen("350212133812"), status="revoked", valid_to=dt.date(2025, 9, 3)),
            None,
            Means.OTHER_SHOP,
            SHOP,
            ("该许可证现已歇业或收回，请核对分拣日的状态。",),
        ),
        (
            "",
            dataclasses.replace(seen("350212133812"), status="suspended", valid_to=None),
            None,
            Means.OTHER_SHOP,
            SHOP,
            (),
        ),
        (
            "",
            None,
            None,
            Means.UNKNOWN_DISTRICT,
            "同安区的登记簿未收录完整，不能断定许可证 350212133812 是否存在；请向发证机关核查。",
            (),
        ),
        (
            "",
            None,
            dt.date(2025, 8, 2),
            Means.UNKNOWN_DISTRICT,
            "同安区的登记簿只完整到 2025-08-02，不能断定许可证 350212133812 是否存在；请向发证机关核查。",
            (),
        ),
        (
            "",
            None,
            dt.date(2025, 8, 3),
            Means.NO_SUCH_LICENCE,
            "同安区登记簿中没有许可证 350212133812：涉嫌假冒，请送检。",
            ("登记簿完整到 2025-08-03，分拣日在其后 31 天。",),
        ),
        (
            "",
            None,
            dt.date(2025, 9, 2),
            Means.NO_SUCH_LICENCE,
            "同安区登记簿中没有许可证 350212133812：涉嫌假冒，请送检。",
            ("登记簿完整到 2025-09-02，分拣日在其后 1 天。",),
        ),
        (
            "",
            None,
            dt.date(2025, 9, 3),
            Means.NO_SUCH_LICENCE,
            "同安区登记簿中没有许可证 350212133812：涉嫌假冒，请送检。",
            (),
        ),
    ],
)
def test_what_a_code_means_is_said_in_full(
    shop: str,
    licence: LicenceSeen | None,
    complete: dt.date | None,
    means: Means,
    message: str,
    notices: tuple[str, ...],
) -> None:
    assert decide(read(ROW1, ROW2, ON), shop, licence, complete, ON) == Judgement(
        means, licence if means in (Means.OWN_SHOP, Means.OTHER_SHOP) else None, message, notices
    )


def test_a_district_of_elsewhere_is_named_by_its_code() -> None:
    found = decide(read(ROW1, "XMYC320902100001", ON), "", None, None, ON)
    assert found.message == "区划 320902的登记簿未收录完整，不能断定许可证 320902100001 是否存在；请向发证机关核查。"


def test_the_shops_own_code_comes_with_what_the_register_has() -> None:
    own = seen("350212133812")
    found = decide(read(ROW1, ROW2, ON), "350212133812", own, None, ON)
    assert (found.means, found.licence, found.notices) == (Means.OWN_SHOP, own, ())
    strange = decide(read(ROW1, "ABCD350212133812", ON), "350212133812", own, None, ON)
    assert (strange.means, strange.notices) == (Means.OWN_SHOP, ("ABCD 不在喷码公司表中，请核对字母。",))


def test_a_district_of_elsewhere_without_the_licence_is_not_named_at_all() -> None:
    found = decide(read(ROW1, "XMYC320902100001", ON), "", None, dt.date(2025, 9, 3), ON)
    assert found.message == "登记簿中没有许可证 320902100001：涉嫌假冒，请送检。"


@pytest.mark.parametrize(
    "printed, company, corrections",
    [
        ("SMBO", "SMBO", ()),
        ("5M80", "SMBO", ("第二行第 1 位 5→S", "第二行第 3 位 8→B", "第二行第 4 位 0→O")),
        ("SMBD", "SMBO", ("第二行第 4 位 D→O",)),
        ("SMBX", "SMBX", ()),
        ("XMYC", "XMYC", ()),
    ],
)
def test_a_companys_letters_are_the_one_known_name_they_can_have_been(
    monkeypatch: pytest.MonkeyPatch, printed: str, company: str, corrections: tuple[str, ...]
) -> None:
    layouts = carton_codes._layouts()
    more = {**layouts, "companies": [*layouts["companies"], {"letters": "SMBO", "name": "试验烟草"}]}
    monkeypatch.setattr(carton_codes, "_layouts", lambda: more)
    found = read(ROW1, f"{printed}350212133812", ON)
    assert (found.company, found.corrections) == (company, corrections)


def test_letters_that_may_be_either_of_two_companies_are_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    layouts = carton_codes._layouts()
    both = [{"letters": letters, "name": letters} for letters in ("SMBO", "SMBD")]
    monkeypatch.setattr(carton_codes, "_layouts", lambda: {**layouts, "companies": both})
    assert read(ROW1, "SMBQ350212133812", ON).company == "SMBQ"
    with pytest.raises(Refused, match="第 4 位“0”应为公司字母"):
        read(ROW1, "SMB0350212133812", ON)
