"""The lights at their borders, each on both sides, with the shipped figures and causes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.enforcement.conftest import Bureau
from tests.enforcement.test_penalties import cause
from tests.enforcement.test_rules import hearing, line
from zhuanmai.core.ids import new_id
from zhuanmai.enforcement.goods_json import holds_licence
from zhuanmai.enforcement.models import Case, ItemLine, Party
from zhuanmai.enforcement.thresholds import Licence, Light, lights
from zhuanmai.enforcement.totals import total
from zhuanmai.reference.models import Licensee
from zhuanmai.reference.thresholds import thresholds

D = Decimal


def lit(lines: list[ItemLine], *codes: str, holds: bool | None = False) -> dict[str, Light]:
    """The lights of lines under these causes, by code; the unit has a high figure for the hearing."""
    chosen = [cause(code) for code in codes]
    figures = hearing("99999999", "99999999")
    found = lights(total(lines), causes=chosen, thresholds=thresholds(), licence=Licence(holds), hearing=figures)
    return {one.code: one for one in found}


@pytest.mark.parametrize(
    "cartons, lit_up", [("49.9", False), ("49.9999", False), ("50", True), ("50.1", True), ("51", True)]
)
def test_wholesale_is_presumed_from_fifty_cartons_on(cartons: str, lit_up: bool) -> None:
    found = lit([line("diverted", cartons, "1")])
    assert ("wholesale_presumed" in found) == lit_up
    if lit_up:
        assert found["wholesale_presumed"].level == "info"
        assert "50 条以上" in found["wholesale_presumed"].words
        assert found["wholesale_presumed"].article == "实施条例 24"


def test_fifty_cartons_add_up_over_lines() -> None:
    assert "wholesale_presumed" in lit([line("diverted", "25", "1"), line("smuggled", "25", "1")])
    assert "wholesale_presumed" not in lit([line("diverted", "25", "1"), line("smuggled", "24.9", "1")])


@pytest.mark.parametrize(
    "cartons, price, codes",
    [
        ("1", "50000", set()),  # 超过5万元: not at it
        ("1", "50000.01", {"transport_aggravated_value"}),
        ("1", "49999.99", set()),
        ("5000", "0.01", set()),  # 100 cases of 10,000 sticks
        ("5000.005", "0.01", {"transport_aggravated_sticks"}),
        ("5001", "10", {"transport_aggravated_value", "transport_aggravated_sticks"}),
    ],
)
def test_transport_is_aggravated_above_its_figures(cartons: str, price: str, codes: set[str]) -> None:
    goods = [line("diverted", cartons, price)]
    found = lit(goods, "R04")
    assert {code for code in found if code.startswith("transport")} == codes
    for code in codes:
        assert found[code].level == "danger"
        assert found[code].detail == "情节严重：没收违法所得、没收违法物品"
        assert found[code].article == "实施条例 52(二)1"
    for other in ("R01", "R05", "R06"):
        assert not {code for code in lit(goods, other) if code.startswith("transport")}


def test_leaf_is_weighed_over_all_its_lines() -> None:
    some, more = (
        line("diverted", kilograms, "1", goods="leaf", unit="kg", per="kg", packs_per_carton=None)
        for kilograms in ("600", "400")
    )
    assert "leaf_aggravated" in lit([some, more], "P03")
    assert "leaf_aggravated" not in lit([some], "P03")


@pytest.mark.parametrize(
    "kilograms, goods, code, lit_up",
    [
        ("1000", "leaf", "P03", True),
        ("999.99", "leaf", "P03", False),
        ("1000", "cut", "P03", False),
        ("1000", "leaf", "R04", False),
    ],
)
def test_a_ton_of_leaf_bought_is_aggravated(kilograms: str, goods: str, code: str, lit_up: bool) -> None:
    leaf = line("diverted", kilograms, "1", goods=goods, unit="kg", per="kg", packs_per_carton=None)
    assert ("leaf_aggravated" in lit([leaf], code)) == lit_up


@pytest.mark.parametrize(
    "cartons, price, level, words",
    [
        ("1", "49999.99", "info", "未达 50,000 元或 200,000 支"),
        ("1", "50000", "danger", "情节严重"),
        ("1", "249999.99", "danger", "情节严重"),
        ("1", "250000", "danger", "情节特别严重"),
        ("999.995", "0.01", "info", "未达"),
        ("1000", "0.01", "danger", "情节严重"),
        ("4999.995", "0.01", "danger", "情节严重"),
        ("5000", "0.01", "danger", "情节特别严重"),
    ],
)
def test_illegal_business_at_its_figures(cartons: str, price: str, level: str, words: str) -> None:
    found = lit([line("unlicensed", cartons, price)])["illegal_business"]
    assert found.level == level
    assert words in found.words
    assert lit([line("unlicensed", cartons, price)], holds=True)["illegal_business"].level == "off"


@pytest.mark.parametrize(
    "kind, price, level",
    [
        ("counterfeit", "150000", "danger"),
        ("counterfeit", "149999.99", "info"),
        ("to_test", "150000", "warning"),
        ("to_test", "149999.99", "info"),
    ],
)
def test_fakes_at_their_figure(kind: str, price: str, level: str) -> None:
    assert lit([line(kind, "1", price)])["fakes_unsold"].level == level


@pytest.mark.parametrize(
    "code, heard",
    [
        ("W01", True), ("P01", True), ("P02", True), ("W02", True), ("A01", True), ("R01", False), ("R03", False),
        ("R04", False), ("W03", False), ("M01", False),
    ],
)  # fmt: skip
def test_who_loses_the_trade_is_always_heard(code: str, heard: bool) -> None:
    found = lit([line("diverted", "1", "1")], code)["hearing"]
    assert found.words.startswith("应告知听证权利：") == heard
    assert (found.level == "danger") == heard


@pytest.mark.parametrize(
    "code, fine", [("R01", "100.00"), ("R03", "500.00"), ("P01", "2,000.00"), ("M02", "50,000.00")]
)
def test_the_highest_fine_is_the_articles(code: str, fine: str) -> None:
    found = lights(
        total([line("diverted", "1", "1000")]), causes=[cause("R01"), cause(code)], thresholds=(), licence=Licence(True)
    )
    assert f"{fine} 元" in next(one for one in found if one.code == "hearing").detail


def test_goods_that_any_chosen_cause_takes_count_for_the_hearing() -> None:
    """M02 has the highest fine, R03 destroys the goods."""
    figures = hearing("60000", "1000")
    for value, level in (("1000", "danger"), ("999.99", "off")):
        found = lights(
            total([line("diverted", "1", value)]), causes=[cause("M02"), cause("R03")], thresholds=(),
            licence=Licence(True), hearing=figures,
        )  # fmt: skip
        assert next(one.level for one in found if one.code == "hearing") == level


DAY = dt.date(2025, 10, 30)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "status, valid_to, holds",
    [
        ("valid", DAY, True),
        ("valid", DAY - dt.timedelta(days=1), False),
        ("valid", None, True),
        ("suspended", DAY, True),  # trade is stopped, the licence is held
        ("suspended", DAY - dt.timedelta(days=1), False),
        ("closed", DAY, False),
        ("revoked", DAY, False),
        ("revoked", None, False),
        (None, DAY, True),  # the register does not know it; the certificate was shown
        (None, DAY - dt.timedelta(days=1), False),
    ],
)
def test_a_suspended_licence_is_held_a_closed_or_revoked_one_is_not(
    bureau: Bureau, status: str | None, valid_to: dt.date | None, holds: bool
) -> None:
    case = Case.objects.select_related("inspection").get(pk=bureau.open_case().case_id)
    case.inspection.began_at = dt.datetime(2025, 10, 30, 15, 30, tzinfo=dt.UTC)  # 23:30 in Shanghai
    number = "350206199999"
    if status:
        Licensee.objects.create(licence_no=number, holder_name="某", district_code="350206", status=status)
    party = Party(id=new_id(), case=case, licence_no=number, licence_valid_to=valid_to)
    assert holds_licence(case, [party]) is holds
    assert holds_licence(case, [Party(id=new_id(), case=case), party]) is holds
    assert holds_licence(case, [Party(id=new_id(), case=case)]) is False
    assert holds_licence(case, []) is None


@pytest.mark.parametrize(
    "code, price, cartons, level",
    [
        ("R04", "5000", "1", "off"),  # not aggravated: bought up at most
        ("R04", "50000", "1", "off"),
        ("R04", "50000.01", "1", "danger"),  # 超过5万元: confiscated
        ("R04", "0.01", "5000.005", "off"),  # confiscated, but worth less than the figure
        ("R03", "5000", "1", "danger"),  # destroyed
        ("R03", "4999.99", "1", "off"),
        ("W03", "99999", "1", "off"),  # neither taken nor destroyed
    ],
)
def test_what_the_party_loses_counts_as_confiscated(code: str, price: str, cartons: str, level: str) -> None:
    found = lights(
        total([line("diverted", cartons, price)]),
        causes=[cause(code)],
        thresholds=thresholds(),
        licence=Licence(True),
        hearing=hearing("99999999", "5000"),
    )
    assert next(one.level for one in found if one.code == "hearing") == level


def test_a_hearing_on_goods_to_be_destroyed_says_so() -> None:
    found = lights(
        total([line("counterfeit", "1", "6000")]),
        causes=[cause("R03")],
        thresholds=thresholds(),
        licence=Licence(True),
        hearing=hearing("99999999", "5000"),
    )
    said = next(one for one in found if one.code == "hearing")
    assert said.words == "达到听证标准：没收 5,000.00 元"
    assert said.detail.startswith("销售非法生产的烟草专卖品：应公开销毁物品，货值 6,000.00 元")
