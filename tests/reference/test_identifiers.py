"""Each identifier accepts what its standard gives, and says what is wrong, where, and what to do."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.reference import identifiers, made_up
from zhuanmai.reference.identifiers import TYPES, Identifier

VECTORS = json.loads((Path(identifiers.__file__).parent / "data" / "identifiers.json").read_text(encoding="utf-8"))
CHECKS: dict[str, Callable[[str], Identifier]] = {
    "citizen_id": identifiers.citizen_id,
    "uscc": identifiers.uscc,
    "retail_licence_no": identifiers.retail_licence_no,
    "phone": identifiers.phone,
    "plate": identifiers.plate,
}


@pytest.mark.parametrize(
    "kind, text", [(kind, text) for kind in ("citizen_id", "uscc", "plate") for text in VECTORS[kind]["valid"]]
)
def test_published_vectors_pass(kind: str, text: str) -> None:
    assert CHECKS[kind](text).value == text


@pytest.mark.parametrize(
    "kind, text", [(kind, text) for kind in ("citizen_id", "uscc", "plate") for text in VECTORS[kind]["invalid"]]
)
def test_published_wrong_vectors_are_refused(kind: str, text: str) -> None:
    with pytest.raises(Refused) as caught:
        CHECKS[kind](text)
    assert "请" in caught.value.detail


@pytest.mark.parametrize(
    "kind, text, code, detail",
    [
        ("citizen_id", "", "citizen_id_empty", "请填写公民身份号码（18 位）。"),
        (
            "citizen_id",
            "11010519491231002",
            "citizen_id_length",
            "公民身份号码应为 18 位，现在是 17 位，少 1 位；请对照证件补正。",
        ),
        (
            "citizen_id",
            "11010519491231002X1",
            "citizen_id_length",
            "公民身份号码应为 18 位，现在是 19 位，多 1 位；请对照证件补正。",
        ),
        (
            "citizen_id",
            "11O10519491231002X",
            "citizen_id_character",
            "公民身份号码第 3 位“O”不是数字，是否应为 0；请对照证件改正。",
        ),
        (
            "citizen_id",
            "1A010519491231002X",
            "citizen_id_character",
            "公民身份号码第 2 位“A”不是数字；请对照证件改正。",
        ),
        (
            "citizen_id",
            "1101051949123100XX",
            "citizen_id_character",
            "公民身份号码第 17 位“X”不是数字；请对照证件改正。",
        ),
        (
            "citizen_id",
            "11010519491231002A",
            "citizen_id_character",
            "公民身份号码最后一位“A”应为数字或 X；请对照证件改正。",
        ),
        (
            "citizen_id",
            "110105194902300021",
            "citizen_id_birth_date",
            "公民身份号码第 7–14 位“19490230”不是有效的出生日期（年月日）；请对照证件改正。",
        ),
        (
            "citizen_id",
            "110105189912310023",
            "citizen_id_birth_date",
            "公民身份号码中的出生日期 1899-12-31 不合理；请对照证件核对第 7–14 位。",
        ),
        (
            "citizen_id",
            "110105299912310023",
            "citizen_id_birth_date",
            "公民身份号码中的出生日期 2999-12-31 不合理；请对照证件核对第 7–14 位。",
        ),
        (
            "citizen_id",
            "110105194912310021",
            "citizen_id_check_digit",
            "公民身份号码校验不符：前 17 位算出的校验码是 X，录入的是 1；请逐位核对。",
        ),
        (
            "citizen_id",
            "11010519491213002X",
            "citizen_id_check_digit",
            "公民身份号码校验不符：前 17 位算出的校验码是 9，录入的是 X；请逐位核对。",
        ),
        (
            "citizen_id",
            "110105491231002",
            "citizen_id_old",
            "这是 15 位旧号码，2013 年起停用；请录入 18 位号码（按旧号推算为 11010519491231002X，请对照证件）。",
        ),
        ("uscc", "", "uscc_empty", "请填写统一社会信用代码（18 位）。"),
        (
            "uscc",
            "9111000060003734I",
            "uscc_length",
            "统一社会信用代码应为 18 位，现在是 17 位，少 1 位；请对照证件补正。",
        ),
        (
            "uscc",
            "9111000060003734IL",
            "uscc_character",
            "统一社会信用代码第 17 位“I”不在允许的字符内（不用 I、O、S、V、Z），是否应为 1；请对照证照改正。",
        ),
        (
            "uscc",
            "9111000060003734VL",
            "uscc_character",
            "统一社会信用代码第 17 位“V”不在允许的字符内（不用 I、O、S、V、Z），是否应为 U 或 Y；请对照证照改正。",
        ),
        (
            "uscc",
            "9111000060003734-@L",
            "uscc_character",
            "统一社会信用代码第 17 位“@”不在允许的字符内（不用 I、O、S、V、Z）；请对照证照改正。",
        ),
        (
            "uscc",
            "911A000060003734LL",
            "uscc_place",
            "统一社会信用代码第 3–8 位“1A0000”应为 6 位登记机关区划数字；请对照证照改正。",
        ),
        *(
            (
                "uscc",
                f"9111000060003734{sign}L",
                "uscc_character",
                f"统一社会信用代码第 17 位“{sign}”不在允许的字符内（不用 I、O、S、V、Z），是否应为 {like}；请对照证照改正。",
            )
            for sign, like in (("O", "0"), ("Z", "2"), ("S", "5"))
        ),
        (
            "uscc",
            "91A10000600037341L",
            "uscc_place",
            "统一社会信用代码第 3–8 位“A10000”应为 6 位登记机关区划数字；请对照证照改正。",
        ),
        *(
            (
                "uscc",
                value,
                "uscc_department",
                f"统一社会信用代码第 1 位“{value[0]}”不是登记管理部门代码；请对照证照改正。",
            )
            for value in ("01110000600037341X", "B1110000600037341J", "X11100006000373410")
        ),
        (
            "uscc",
            "91110000600037341K",
            "uscc_check_digit",
            "统一社会信用代码校验不符：前 17 位算出的校验码是 L，录入的是 K；请逐位核对。",
        ),
        ("retail_licence_no", "", "retail_licence_no_empty", "请填写零售许可证号（12 位）。"),
        (
            "retail_licence_no",
            "35020615079",
            "retail_licence_no_length",
            "零售许可证号应为 12 位，现在是 11 位，少 1 位；请对照证件补正。",
        ),
        (
            "retail_licence_no",
            "3502061507981",
            "retail_licence_no_length",
            "零售许可证号应为 12 位，现在是 13 位，多 1 位；请对照证件补正。",
        ),
        (
            "retail_licence_no",
            "35020G150798",
            "retail_licence_no_character",
            "零售许可证号第 6 位“G”不是数字，是否应为 6；请对照证件改正。",
        ),
        (
            "retail_licence_no",
            "350206350798",
            "retail_licence_no_holder",
            "零售许可证号第 7 位应为 1（个体工商户）或 2（企业或其他），现在是 3；请对照许可证改正。",
        ),
        ("phone", "", "phone_empty", "请填写电话号码。"),
        ("phone", "abc", "phone_character", "电话号码只填数字（固定电话可在区号后加“-”）；请改正。"),
        ("phone", "1390000000", "phone_length", "手机号码应为 11 位，现在是 10 位；请核对。"),
        ("phone", "139000000001", "phone_length", "手机号码应为 11 位，现在是 12 位；请核对。"),
        (
            "phone",
            "12345678901",
            "phone_form",
            "电话号码应为 11 位手机号（1 开头），或带区号的固定电话（如 0592-5551234）；请核对。",
        ),
        (
            "phone",
            "0592555",
            "phone_form",
            "电话号码应为 11 位手机号（1 开头），或带区号的固定电话（如 0592-5551234）；请核对。",
        ),
        ("plate", "", "plate_empty", "请填写车牌号。"),
        ("plate", "闽O12345", "plate_form", "车牌号中不用字母 O（易与数字 0 混淆）；请对照车牌改正。"),
        ("plate", "闽I12345", "plate_form", "车牌号中不用字母 I（易与数字 1 混淆）；请对照车牌改正。"),
        ("plate", "闽D1234", "plate_form", "车牌号应为 7 位（新能源 8 位），现在是 6 位；请对照车牌改正。"),
        ("plate", "闽D1234567", "plate_form", "车牌号应为 7 位（新能源 8 位），现在是 9 位；请对照车牌改正。"),
        ("plate", "D12345", "plate_form", "车牌号应以省份简称开头，如 闽D12345；请对照车牌改正。"),
        ("plate", "闽1D2345", "plate_form", "车牌号“闽1D2345”不符合编号规则；请对照车牌逐位核对。"),
        ("plate", "闽D12!45", "plate_form", "车牌号“闽D12!45”不符合编号规则；请对照车牌逐位核对。"),
    ],
)
def test_a_refusal_says_what_is_wrong_where_and_what_to_do(kind: str, text: str, code: str, detail: str) -> None:
    with pytest.raises(Refused) as caught:
        TYPES[kind].validate(text, field="asked")
    assert (caught.value.code, caught.value.detail, caught.value.field) == (code, detail, "asked")


@pytest.mark.parametrize(
    "kind, field",
    [
        ("citizen_id", "id_no"),
        ("uscc", "uscc"),
        ("retail_licence_no", "licence_no"),
        ("phone", "phone"),
        ("plate", "plate_no"),
    ],
)
def test_a_refusal_stands_at_the_usual_field_or_the_one_asked_for(kind: str, field: str) -> None:
    for where, wanted in (({}, field), ({"field": "other"}, "other")):
        with pytest.raises(Refused) as caught:
            CHECKS[kind]("", **where)
        assert caught.value.field == wanted


def test_an_old_number_comes_with_the_new_one_to_compare() -> None:
    with pytest.raises(Refused) as caught:
        identifiers.citizen_id("110105491231002")
    assert caught.value.extra == {"suggestion": "11010519491231002X"}


@pytest.mark.parametrize("born, right", [("19000101", True), ("18991231", False)])
def test_nobody_was_born_before_1900(born: str, right: bool) -> None:
    body = f"350206{born}001"
    number = body + str(ric.calc_check_digit(body + "0"))
    if right:
        assert identifiers.citizen_id(number).born_on == dt.date(1900, 1, 1)
    else:
        with pytest.raises(Refused, match="不合理"):
            identifiers.citizen_id(number)


@pytest.mark.parametrize("days, right", [(0, True), (1, True), (2, False)])
def test_nobody_is_born_after_tomorrow(days: int, right: bool) -> None:
    born = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)
    body = f"350206{born:%Y%m%d}001"
    number = body + str(ric.calc_check_digit(body + "0"))
    if right:
        assert identifiers.citizen_id(number).born_on == born
    else:
        with pytest.raises(Refused, match="不合理"):
            identifiers.citizen_id(number)


@pytest.mark.parametrize(
    "right, place",
    [("350206197908178556", place) for place in (1, 2, 5, 15)],
)
def test_two_neighbours_that_changed_places_are_named(right: str, place: int) -> None:
    wrong = right[: place - 1] + right[place] + right[place - 1] + right[place + 1 :]
    with pytest.raises(Refused) as caught:
        identifiers.citizen_id(wrong)
    assert caught.value.code == "citizen_id_check_digit"
    swaps = [
        at
        for at in range(1, 17)
        if (text := wrong[: at - 1] + wrong[at] + wrong[at - 1] + wrong[at + 1 :]) != wrong
        and str(ric.calc_check_digit(text)) == text[17]
    ]
    assert place in swaps
    hint = f"可能第 {place}、{place + 1} 位颠倒；" if len(swaps) == 1 else "；请逐位核对"
    assert hint in caught.value.detail


@pytest.mark.parametrize(
    "kind, text, found",
    [
        (
            "citizen_id",
            "11010519491231002X",
            Identifier(
                "citizen_id", "11010519491231002X", "110105", born_on=dt.date(1949, 12, 31), sex="女",
                notices=("号码前六位 110105 不在本局区划表中（外地户籍属正常）。",),
            ),
        ),
        (
            "citizen_id",
            "350206197908178556",
            Identifier("citizen_id", "350206197908178556", "350206", "湖里区", dt.date(1979, 8, 17), "男"),
        ),
        ("uscc", "91110000600037341L", Identifier("uscc", "91110000600037341L", "110000")),
        ("uscc", "913502036000373418", Identifier("uscc", "913502036000373418", "350203", "思明区")),
        (
            "retail_licence_no",
            "350206150798",
            Identifier("retail_licence_no", "350206150798", "350206", "湖里区", holder_kind="个体工商户"),
        ),
        (
            "retail_licence_no",
            "110105250798",
            Identifier(
                "retail_licence_no", "110105250798", "110105", holder_kind="企业或其他",
                notices=("许可证号前六位 110105 不是本市区县，属外地许可证。",),
            ),
        ),
        ("phone", "0592-5551234", Identifier("phone", "05925551234")),
        ("phone", "0086 139 0000 0000", Identifier("phone", "13900000000")),
        ("plate", "闽d·12345", Identifier("plate", "闽D12345")),
    ],
)  # fmt: skip
def test_what_a_number_tells(kind: str, text: str, found: Identifier) -> None:
    assert CHECKS[kind](text) == found


@pytest.mark.parametrize(
    "kind, one, other, alike",
    [
        ("phone", "13900000000", "139-0000-0000", 1.0),
        ("phone", "13900000000", "13900000001", 0.0),
        ("phone", "139****0000", "13900000000", 7 / 11),
        ("phone", "139****0000", "1390***0000", 7 / 11),
        ("phone", "***********", "13900000000", 0.0),
        ("phone", "", "", 0.0),
        ("phone", "1390000000", "13900000000", 0.0),
    ],
)
def test_how_surely_two_texts_are_one(kind: str, one: str, other: str, alike: float) -> None:
    assert TYPES[kind].compare(one, other) == pytest.approx(alike)
    assert TYPES[kind].compare(other, one) == pytest.approx(alike)


@pytest.mark.parametrize(
    "kind, text, sure",
    [
        ("citizen_id", "350206197908178556", 1.0),
        ("uscc", "91110000600037341L", 1.0),
        ("retail_licence_no", "350206150798", 0.95),
        ("phone", "13900000000", 0.7),
        ("phone", "139****0000", 0.7 * 7 / 11),
        ("plate", "闽D12345", 0.8),
        ("phone", "", 0.0),
    ],
)
def test_how_surely_a_text_names_one_thing(kind: str, text: str, sure: float) -> None:
    assert TYPES[kind].specificity(text) == pytest.approx(sure)


def test_every_type_has_its_name_and_says_when_not_to_use_it() -> None:
    assert {one.kind: (one.zh, one.not_for) for one in TYPES.values()} == {
        "citizen_id": ("公民身份号码", "不用来判断户籍现址：号码是首次登记地。"),
        "uscc": ("统一社会信用代码", "不用来认人：同一经营者可有多个代码。"),
        "retail_licence_no": ("零售许可证号", "不用来认店址：变更、新办后同址换号。"),
        "phone": ("电话号码", "不单独用来认人：号码会转手、多人共用。"),
        "plate": ("车牌号", "不用来认驾驶人：只指车辆，且可能套牌。"),
    }


@pytest.mark.parametrize(
    "number, born_on, differs",
    [
        ("350206197908178556", dt.date(1979, 8, 17), False),
        ("350206197908178556", dt.date(1979, 8, 18), True),
        ("350206197908178556", dt.date(1978, 8, 17), True),
        ("350206197908178556", None, False),
    ],
)
def test_a_birth_date_is_that_of_the_number(number: str, born_on: dt.date | None, differs: bool) -> None:
    found = identifiers.citizen_id(number)
    if not differs:
        identifiers.check_birthday(found, born_on, field="born_on")
        return
    with pytest.raises(Refused, match="birthday_differs") as refused:
        identifiers.check_birthday(found, born_on, field="born_on")
    assert refused.value.field == "born_on"
    assert refused.value.detail == f"出生日期 {born_on} 与证件号码中的 1979-08-17 不一致；请核对证件后改正其中一项。"


def test_a_number_without_a_birth_date_contradicts_none() -> None:
    identifiers.check_birthday(Identifier("phone", "1"), dt.date(1979, 8, 7), field="born_on")


def test_a_citizens_number_tells_birth_date_sex_and_place() -> None:
    found = identifiers.citizen_id("350206197908178556")
    assert (found.born_on, found.sex, found.district) == (dt.date(1979, 8, 17), "男", "湖里区")


def test_a_place_that_is_not_ours_is_a_notice_never_a_refusal() -> None:
    assert identifiers.citizen_id("11010519491231002X").notices


def test_what_is_typed_with_blanks_and_small_letters_is_cleaned() -> None:
    assert identifiers.citizen_id(" 110105 19491231 002x").value == "11010519491231002X"
    assert identifiers.phone("+86 139-0000-0000").value == "13900000000"
    assert identifiers.plate("闽D·12345").value == "闽D12345"


@given(st.integers(0, 3), st.text("0123456789X*", min_size=18, max_size=18))
def test_masked_digits_agree_with_anything_and_prove_less(masked: int, number: str) -> None:
    kind = TYPES["citizen_id"]
    assert kind.compare(number, number.replace("X", "X")) == (18 - number.count("*")) / 18
    hidden = number[:4] + "*" * (masked + 10) + number[4 + masked + 10 :]
    assert kind.compare(number, hidden) <= kind.compare(number, number)
    assert kind.specificity(hidden) <= kind.specificity(number)


def test_numbers_that_differ_are_not_one() -> None:
    assert TYPES["citizen_id"].compare("3502**********0175", "350206197908178556") == 0.0


@given(st.text(max_size=30), st.sampled_from(sorted(TYPES)))
def test_no_text_breaks_a_check(text: str, kind: str) -> None:
    try:
        found: Identifier | Refused = TYPES[kind].validate(text, field="x")
    except Refused as refused:
        found = refused
    if isinstance(found, Refused):
        assert (found.field, found.detail[-1]) == ("x", "。")
    else:
        assert TYPES[kind].validate(found.value).value == found.value


def test_a_type_that_is_not_there_is_said_so() -> None:
    with pytest.raises(NotFound) as caught:
        identifiers.of_kind("passport")
    detail = "没有名为 passport 的号码类型；可用：citizen_id、uscc、retail_licence_no、phone、plate。"
    assert (caught.value.code, caught.value.detail, caught.value.field) == ("identifier_unknown", detail, "kind")


def test_made_up_shops_are_well_formed_and_the_same_everywhere() -> None:
    rows = made_up.shops(400)
    assert rows == made_up.shops(3000)[:400]
    assert len({row["licence_no"] for row in rows}) == 400
    for row in rows:
        identifiers.citizen_id(row["holder_id"])
        assert identifiers.retail_licence_no(row["licence_no"]).district_code == row["district_code"]
        identifiers.phone(row["phone"])
        assert not row["uscc"] or identifiers.uscc(row["uscc"])
