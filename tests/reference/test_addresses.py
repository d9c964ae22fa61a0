"""Addresses, phones and names as people write them: read alike, told apart, found in a register of subjects."""

from __future__ import annotations

import pytest

from zhuanmai.reference.addresses import Address, Register, masked_phone, one_slip, plain_phone, read_address

HERE = Address("枋湖南路", ("88", "103"))


@pytest.mark.parametrize(
    "text, read",
    [
        ("福建省厦门市湖里区枋湖南路88号之103", HERE),
        ("厦门市湖里区枋湖南路88号103室", HERE),
        ("湖里区枋湖南路88号103", HERE),
        ("  枋湖南路 88 号 103 ", HERE),
        ("枋湖南路８８号１０３", HERE),
        ("枋湖南路088号0103", HERE),
        ("枋湖，南、路。88号;103", HERE),
        ("枋湖南路B8号103", Address("枋湖南路B", ("8", "103"))),
        ("枋湖南路S8号1O3", Address("枋湖南路", ("58", "103"))),
        ("枋湖南路8B号lOI", Address("枋湖南路", ("88", "101"))),
        ("枋湖南路8Z号o", Address("枋湖南路", ("82", "0"))),
        ("枋湖南路0号", Address("枋湖南路", ("0",))),
        ("枋湖南路1号2号3号4号5号", Address("枋湖南路", ("1", "2", "3", "4"))),
        ("内蒙古自治区呼伦贝尔盟海拉尔旗胜利街5号", Address("胜利街", ("5",))),
        ("县前街7号", Address("县前街", ("7",))),
        ("湖里区县前街7号", Address("县前街", ("7",))),
        ("集美区福州鼓楼区五四路1号", Address("五四路", ("1",))),
        ("枋湖南路100号", Address("枋湖南路", ("100",))),
        ("路8号", Address("路", ("8",))),
        ("枋湖南路", None),
        ("88号枋湖", None),
        ("。88号", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_its_street_and_its_numbers_however_it_is_written(text: str | None, read: Address | None) -> None:
    assert read_address(text) == read


def test_equal_addresses_have_one_key() -> None:
    assert HERE.key == "枋湖南路|88-103"


@pytest.mark.parametrize(
    "one, other, alike",
    [
        ("枋湖南路", "枋湖南路", True),
        ("枋湖南路", "枋湖北路", True),  # one changed
        ("枋湖南路", "枋湖路", True),  # one lost
        ("枋湖路", "枋湖南路", True),
        ("枋湖南路", "南湖枋路", False),  # two swapped that are no neighbours
        ("枋湖南路", "枋南湖路", True),  # two neighbours swapped
        ("枋湖南路", "湖枋路南", False),
        ("枋湖南路", "枋湖东街", False),  # two changed
        ("枋湖南路", "枋路", False),  # two lost
        ("枋", "枋湖南", False),
        ("枋湖南路", "枋湖南路街道", False),
        ("枋湖路", "枋北南路", False),
        ("枋南", "湖枋", False),  # neighbours, but not swapped
        ("枋南", "南湖", False),
        ("", "枋", True),
    ],
)
def test_one_slip_of_the_hand_is_one_character_or_two_neighbours(one: str, other: str, alike: bool) -> None:
    assert one_slip(one, other) is alike
    assert one_slip(other, one) is alike


@pytest.mark.parametrize(
    "text, plain",
    [("139-0000 1234", "13900001234"), ("１３９****1234", "139****1234"), ("无", ""), ("", ""), (None, "")],
)
def test_a_phone_is_its_digits_and_stars(text: str | None, plain: str) -> None:
    assert plain_phone(text) == plain


@pytest.mark.parametrize(
    "phone, shown",
    [
        ("13900001234", "1391234"),
        ("139****1234", "1391234"),
        ("12345678", "1235678"),
        ("1234567", ""),
        ("13*****1234", ""),
        ("139****12*4", ""),
    ],
)
def test_a_masked_phone_is_known_by_its_ends_where_these_are_shown(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


@pytest.fixture
def register() -> Register:
    """Two shops in one house, one elsewhere; the first was known thrice, first in week 4."""
    kept = Register()
    kept.add(0, 9, phone="139-0000-1234", address="枋湖南路88号103", name="甲")
    kept.add(0, 4, phone="13900001234", address="枋湖南路88号103", name="甲")
    kept.add(0, 7, phone="13900001234", address="枋湖南路88号103", name="甲")
    kept.add(1, 5, phone="13900005678", address="湖里区枋湖南路88号104室", name="甲")
    kept.add(2, 6, phone="159****1234", address="嘉禾路7号")
    kept.add(3, 6, address="没有门牌", name="")
    kept.add(5, 8, address="嘉禾路7号", phone="")
    kept.add(5, 3, address="嘉禾路7号")
    return kept


@pytest.mark.parametrize(
    "phone, found",
    [
        ("13900001234", {0: 4}),
        ("139 0000 5678", {1: 5}),
        ("139****1234", {0: 4}),
        ("159****1234", {2: 6}),
        ("15900001234", {}),  # who was kept with stars is not known by a whole number
        ("13900009999", {}),
        ("13*****1234", {}),
        ("", {}),
        (None, {}),
    ],
)
def test_who_has_a_phone_since_the_earliest_week(register: Register, phone: str | None, found: dict[int, int]) -> None:
    assert register.by_phone(phone) == found


@pytest.mark.parametrize(
    "address, found, exact",
    [
        ("枋湖南路88号103室", {0: 4}, True),
        ("枋湖南路88号", {0: 4, 1: 5}, False),  # the house: all in it
        ("枋湖南路88号105", {}, False),
        ("枋湖北路88号104", {1: 5}, True),  # the only street at one slip
        ("嘉禾路7号", {2: 6, 5: 3}, True),
        ("嘉禾路8号", {}, False),
        ("嘉禾", {}, False),
        ("不在路1号2", {}, False),
        (None, {}, False),
    ],
)
def test_who_is_at_an_address(register: Register, address: str | None, found: dict[int, int], exact: bool) -> None:
    assert register.by_address(address) == found
    assert register.exact(address) is exact


def test_a_street_that_may_be_two_is_neither(register: Register) -> None:
    register.add(4, 1, address="枋湖西路88号103")
    assert register.street("枋湖南路") == "枋湖南路"
    assert register.street("枋湖东路") == "枋湖东路"
    assert register.street("枋湖西路") == "枋湖西路"
    assert register.street("嘉和路") == "嘉禾路"


@pytest.mark.parametrize("name, found", [("甲", {0: 4, 1: 5}), ("乙", {}), ("", {}), (None, {})])
def test_who_bears_a_name(register: Register, name: str | None, found: dict[int, int]) -> None:
    assert register.by_name(name) == found
