"""Pure rules by table: conversion of units, value, thresholds, lawful moves (the database holds the same)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pgtrigger
import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.enforcement.conftest import Bureau
from zhuanmai.core.errors import Conflict, Refused
from zhuanmai.core.ids import new_id
from zhuanmai.core.units import Unit
from zhuanmai.enforcement import procedure
from zhuanmai.enforcement.models import Case, ItemLine
from zhuanmai.enforcement.procedure import Act, State
from zhuanmai.enforcement.quantities import Counted, unit_of
from zhuanmai.enforcement.thresholds import Hearing, Licence, lights
from zhuanmai.enforcement.totals import Totals, total
from zhuanmai.enforcement.valuation import value
from zhuanmai.reference.allowed import Source, allowed
from zhuanmai.reference.causes import CauseFound
from zhuanmai.reference.thresholds import thresholds

D = Decimal


@pytest.mark.parametrize(
    "amount, unit, packs, sticks, cartons",
    [
        (25, Unit.PACK, 10, 200, "2.5"),
        (1, Unit.CASE, 10, 200, "50"),
        (16, Unit.STICK, 10, 160, "0.1"),
        (3, Unit.PACK, 5, 100, "0.6"),
        (1, Unit.CARTON, None, None, "1"),
        (4, Unit.PACK, None, None, "0.4"),
    ],
)
def test_what_is_keyed_becomes_cartons_by_the_products_own_packing(
    amount: int, unit: Unit, packs: int | None, sticks: int | None, cartons: str
) -> None:
    line = Counted(D(0), Unit.CARTON, packs, sticks)
    assert line.in_own_unit(D(amount), unit) == D(cartons)


@pytest.mark.parametrize(
    "unit, own, sticks, code",
    [
        (Unit.KILOGRAM, Unit.CARTON, 200, "unit_mismatch"),
        (Unit.CARTON, Unit.KILOGRAM, None, "unit_mismatch"),
        (Unit.STICK, Unit.CARTON, None, "sticks_unknown"),
    ],
)
def test_a_unit_that_cannot_be_converted_is_refused_in_words(
    unit: Unit, own: Unit, sticks: int | None, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        Counted(D(1), own, 10, sticks).in_own_unit(D(1), unit)
    assert refusal.value.code == code


@given(st.integers(1, 9999), st.sampled_from([(10, 200), (10, 160), (5, 100), (8, 160)]))
def test_packs_added_and_taken_back_leave_nothing(n: int, packing: tuple[int, int]) -> None:
    line = Counted(D(0), Unit.CARTON, *packing)
    assert line.in_own_unit(D(n), Unit.PACK) + line.in_own_unit(D(-n), Unit.PACK) == 0


@pytest.mark.parametrize(
    "quantity, unit, packing, price, per, worth",
    [
        ("12", Unit.CARTON, (10, 200), "80", Unit.CARTON, "960.00"),
        ("2.5", Unit.CARTON, (10, 200), "33.33", Unit.CARTON, "83.33"),
        ("12", Unit.STICK, (None, None), "12.5", Unit.STICK, "150.00"),
        ("2", Unit.CARTON, (5, 25), "12.5", Unit.STICK, "625.00"),
        ("3", Unit.CARTON, (None, None), "12.5", Unit.STICK, None),
        ("7.25", Unit.KILOGRAM, (None, None), "66.14", Unit.KILOGRAM, "479.52"),
        ("1", Unit.CARTON, (10, 200), None, Unit.CARTON, None),
    ],
)
def test_value_is_quantity_times_the_price_in_the_prices_own_unit(
    quantity: str, unit: Unit, packing: tuple[int | None, int | None], price: str | None, per: Unit, worth: str | None
) -> None:
    found = value(Counted(D(quantity), unit, *packing), D(price) if price else None, per)
    assert found == (D(worth) if worth else None)


@pytest.mark.parametrize(
    "text, unit", [("条", Unit.CARTON), ("盒", Unit.PACK), ("kg", Unit.KILOGRAM), ("万支", "10k_sticks")]
)
def test_units_are_known_by_code_and_word(text: str, unit: str) -> None:
    assert unit_of(text) == unit


DAY = dt.datetime(2025, 10, 30, 9, 12, tzinfo=dt.UTC)


def line(kind: str, cartons: str, price: str | None, name: str = "某烟", **more: object) -> ItemLine:
    """A line of 200-stick cartons that is kept nowhere."""
    row = ItemLine(id=new_id(), created_at=DAY, last_at=DAY, name=name, kind=kind, quantity=D(cartons))
    row.packs_per_carton, row.sticks_per_carton = 10, 200
    row.price = D(price) if price else None
    for field, given_value in more.items():
        setattr(row, field, given_value)
    return row


def cause(code: str, low: str, high: str, **more: object) -> CauseFound:
    """A cause with a fine by share, read as a row of `case_causes.json` is."""
    fine = {"min": low, "max": high, "base": "进货总额", "optional": False}
    row = {"penalised": ["实施条例 56"], "fine": fine, **more}
    return CauseFound(code, code, "", "", (), (), allowed(row, Source("", code)), (), "", True, "", ())


def lit(totals: Totals, **more: object) -> dict[str, tuple[str, str]]:
    """The lights by code: level and words."""
    arguments: dict[str, object] = {"causes": [], "licence": Licence(False), **more}
    return {one.code: (one.level, one.words) for one in lights(totals, thresholds=thresholds(), **arguments)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "lines, holds, level",
    [
        ([line("unlicensed", "500", "99")], False, "info"),
        ([line("unlicensed", "500", "100")], False, "danger"),
        ([line("unlicensed", "1000", "1")], False, "danger"),
        ([line("unlicensed", "999", "1")], False, "info"),
        ([line("diverted", "5000", "500")], True, "off"),
        ([line("diverted", "5000", "500")], None, "off"),
    ],
)
def test_illegal_business_is_judged_only_without_a_licence_that_day(
    lines: list[ItemLine], holds: bool | None, level: str
) -> None:
    assert lit(total(lines), licence=Licence(holds))["illegal_business"][0] == level


def test_the_grave_threshold_is_named() -> None:
    assert "情节特别严重" in lit(total([line("unlicensed", "2500", "100")]))["illegal_business"][1]


@pytest.mark.parametrize(
    "lines, level, words",
    [
        ([line("counterfeit", "1000", "150")], "danger", "移送公安"),
        ([line("to_test", "1000", "150")], "warning", "如检验为假"),
        ([line("counterfeit", "500", "150"), line("to_test", "500", "150")], "warning", "如检验为假"),
        ([line("to_test", "10", "150")], "info", "如检验为假"),
        ([line("diverted", "9999", "150")], None, ""),
    ],
)
def test_substandard_goods_are_judged_on_fakes_and_shown_if_tested(
    lines: list[ItemLine], level: str | None, words: str
) -> None:
    found = lit(total(lines)).get("fakes_unsold")
    assert (found[0] if found else None) == level
    assert words in (found[1] if found else "")


def test_smuggled_goods_light_without_a_figure() -> None:
    level, words = lit(total([line("smuggled", "3", None)]))["smuggled"]
    assert (level, words) == ("warning", "移送海关/公安—核对走私数额")


def hearing(fine: str | None, confiscation: str | None = None) -> Hearing:
    """A unit's figures."""
    sums = [D(text) if text else None for text in (fine, confiscation)]
    return Hearing(sums[0], sums[1], "行政处罚法 63", "闽烟规〔2026〕1号")


@pytest.mark.parametrize(
    "at, level",
    [
        (None, "warning"),
        (hearing("20000"), "danger"),
        (hearing("20325.01"), "off"),
        (hearing("20325.00"), "danger"),
        (hearing(None, "5000"), "warning"),
        (hearing("20000", None), "danger"),
    ],
)
def test_the_hearing_follows_the_highest_fine_of_the_chosen_cause(at: Hearing | None, level: str) -> None:
    sums = total([line("diverted", "1", "203250")])
    found = lit(sums, causes=[cause("R01", "0.05", "0.1")], hearing=at)
    assert found["hearing"][0] == level


@pytest.mark.parametrize(
    "price, at, level",
    [
        ("0", None, "off"),
        ("10", None, "warning"),  # a fine of one yuan
        ("0", hearing(None, "5000"), "off"),
        ("10", hearing(None, "5000"), "warning"),
    ],
)
def test_without_a_figure_any_fine_is_heard_and_none_is_not(price: str, at: Hearing | None, level: str) -> None:
    found = lit(total([line("diverted", "1", price)]), causes=[cause("R01", "0.05", "0.1")], hearing=at)
    assert found["hearing"][0] == level


def test_the_cause_with_the_highest_fine_is_named() -> None:
    sums = total([line("diverted", "1", "1000")])
    for chosen in (
        [cause("R01", "0.05", "0.1"), cause("R02", "0.2", "0.5")],
        [cause("R02", "0.2", "0.5"), cause("R01", "0.05", "0.1")],
        [cause("R02", "0.2", "0.5"), cause("R03", "0.2", "0.5")],  # the first of two alike
    ):
        found = lights(sums, causes=chosen, thresholds=thresholds(), licence=Licence(False), hearing=hearing("90000"))
        assert (
            next(one.detail for one in found if one.code == "hearing")
            == "R02：1,000.00 元 × 50% = 500.00 元；闽烟规〔2026〕1号"
        )


def of_goods(kind: str, when: str = "always") -> dict[str, str]:
    """What an article says of the goods."""
    return {"kind": kind, "duty": "must", "when": when}


@pytest.mark.parametrize(
    "parts, level",
    [
        ([of_goods("confiscate_goods")], "danger"),
        ([of_goods("purchase", "plain"), of_goods("confiscate_goods", "aggravated")], "off"),
        ([of_goods("destroy")], "danger"),
        ([of_goods("purchase")], "off"),
        ([], "off"),
    ],
)
def test_the_hearing_follows_what_may_be_confiscated_too(parts: list[dict[str, str]], level: str) -> None:
    sums = total([line("diverted", "1", "203250")])
    chosen = cause("R04", "0.05", "0.1", parts=parts)
    assert lit(sums, causes=[chosen], hearing=hearing("50000", "200000"))["hearing"][0] == level
    assert lit(sums, causes=[chosen], hearing=hearing("50000", "203250.01"))["hearing"][0] == "off"
    assert (lit(sums, causes=[chosen], hearing=hearing("50000", "203250"))["hearing"][0] == "danger") == (
        level != "off"
    )


def test_some_causes_are_always_heard_whatever_the_figure() -> None:
    sums = total([line("diverted", "1", "100")])
    closing = cause("W01", "0.05", "0.1", order="责令关闭或者停止经营烟草制品批发业务")
    found = lit(sums, causes=[cause("R01", "0.05", "9"), closing], hearing=hearing("50000"))
    assert found["hearing"] == ("danger", "应告知听证权利：责令关闭")
    said = lights(sums, causes=[closing], thresholds=thresholds(), licence=Licence(False), hearing=hearing("50000"))
    assert next(one.detail for one in said if one.code == "hearing") == "W01：一律告知；W01：100.00 元 × 10% = 10.00 元"
    bare = cause("W01", "0", "0", order="责令关闭", fine=None)
    said = lights(sums, causes=[bare], thresholds=thresholds(), licence=Licence(False), hearing=None)
    assert next(one.detail for one in said if one.code == "hearing") == "W01：一律告知"
    stopping = cause("R03", "0.05", "0.1", order="责令停止销售")
    assert lit(sums, causes=[stopping], hearing=hearing("50000"))["hearing"][0] == "off"
    elsewhere = cause("W01", "0.05", "0.1", order="责令关闭", decided_by="market_supervision")
    assert "hearing" not in lit(sums, causes=[elsewhere], hearing=hearing("50000"))


def test_a_cause_that_another_department_decides_gives_no_hearing() -> None:
    sums = total([line("diverted", "1", "203250")])
    assert "hearing" not in lit(sums, causes=[cause("R02", "0.2", "0.5", decided_by="market_supervision")])


def test_totals_leave_out_what_nobody_knows_and_say_so() -> None:
    unlisted = line("smuggled", "2", None)
    unlisted.sticks_per_carton = None
    cigars = line("smuggled", "12", "30", unit="stick", per="stick", goods="cigar")
    sums = total([line("diverted", "3", "100"), unlisted, cigars, line("", "0", "5"), line("", "4", None, name="")])
    assert (sums.lines, sums.cartons, sums.sticks, sums.unpriced, sums.without_sticks) == (3, 5, 600, 1, 1)
    assert (sums.value, sums.other_units) == (D("660.00"), {"stick": D(12)})


def test_an_act_out_of_place_says_where_it_belongs() -> None:
    with pytest.raises(Conflict) as refusal:
        procedure.require(State.FILED, Act.COUNT)
    assert "检查中" in refusal.value.detail
    assert refusal.value.status == 409


@pytest.mark.django_db
def test_the_database_holds_the_same_moves(bureau: Bureau) -> None:
    case = Case.objects.filter(pk=bureau.open_case().case_id)
    case.update(filed_on=DAY.date())
    lawful = []
    for source in State:
        with pgtrigger.ignore("enforcement.Case:lawful_moves"):
            case.update(state=source)
        for target in State:
            try:
                with transaction.atomic():
                    case.update(state=target)
                    transaction.set_rollback(True)
                lawful += [(source.value, target.value)] if target != source else []
            except DatabaseError:
                pass
    assert sorted(lawful) == procedure.transitions()
