"""Each identifier accepts what its standard gives, and says what is wrong, where, and what to do."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    "kind, text, code, words",
    [
        ("citizen_id", "", "citizen_id_empty", "请填写"),
        ("citizen_id", "11010519491231002", "citizen_id_length", "少 1 位"),
        ("citizen_id", "11O10519491231002X", "citizen_id_character", "第 3 位“O”不是数字，是否应为 0"),
        ("citizen_id", "110105194902300021", "citizen_id_birth_date", "第 7–14 位"),
        ("citizen_id", "110105194912310021", "citizen_id_check_digit", "校验码是 X，录入的是 1"),
        ("citizen_id", "110105491231002", "citizen_id_old", "11010519491231002X"),
        ("uscc", "9111000060003734IL", "uscc_character", "第 17 位“I”"),
        ("uscc", "91110000600037341K", "uscc_check_digit", "录入的是 K"),
        ("retail_licence_no", "35020615079", "retail_licence_no_length", "少 1 位"),
        ("retail_licence_no", "350206350798", "retail_licence_no_holder", "第 7 位应为 1"),
        ("phone", "1390000000", "phone_length", "10 位"),
        ("phone", "12345678901", "phone_form", "0592-5551234"),
        ("plate", "闽O12345", "plate_form", "不用字母 O"),
        ("plate", "闽D1234", "plate_form", "现在是 6 位"),
        ("plate", "D12345", "plate_form", "省份简称"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_where(kind: str, text: str, code: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        CHECKS[kind](text)
    assert caught.value.code == code
    assert words in caught.value.detail


def test_a_citizens_number_tells_birth_date_sex_and_place() -> None:
    found = identifiers.citizen_id("350206197908178556")
    assert (found.born_on, found.sex, found.district) == (dt.date(1979, 8, 17), "男", "湖里区")
    asked = identifiers.differences(found, born_on=dt.date(1979, 8, 7), sex="女")
    assert len(asked) == 2
    assert identifiers.differences(found, born_on=dt.date(1979, 8, 17), sex="男") == []


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
    with pytest.raises(NotFound):
        identifiers.of_kind("passport")


def test_made_up_shops_are_well_formed_and_the_same_everywhere() -> None:
    rows = made_up.shops(400)
    assert rows == made_up.shops(3000)[:400]
    assert len({row["licence_no"] for row in rows}) == 400
    for row in rows:
        identifiers.citizen_id(row["holder_id"])
        assert identifiers.retail_licence_no(row["licence_no"]).district_code == row["district_code"]
        identifiers.phone(row["phone"])
        assert not row["uscc"] or identifiers.uscc(row["uscc"])
