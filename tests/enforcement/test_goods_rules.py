"""Goods by table, both sides of each border: units into each other, what a line is worth, the sums of a case."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import new_id
from zhuanmai.core.units import Unit
from zhuanmai.enforcement.models import Goods, ItemLine
from zhuanmai.enforcement.quantities import Counted, tidy, unit_of
from zhuanmai.enforcement.totals import computed, counted, present, total
from zhuanmai.enforcement.valuation import value

D = Decimal
WHEN = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "quantity, unit, packs, sticks, cartons, in_sticks",
    [
        ("3", Unit.CARTON, None, None, "3", None),
        ("3", Unit.CARTON, 10, 160, "3", "480"),
        ("25", Unit.PACK, 10, 200, "2.5", "500"),
        ("25", Unit.PACK, None, 200, "2.5", "500"),
        ("25", Unit.PACK, 10, None, None, None),
        ("1", Unit.CASE, 10, 200, "50", "10000"),
        ("1", Unit.STICK, 10, 160, "0.0063", "1"),
        ("7", Unit.STICK, None, None, None, "7"),
        ("1.5", Unit.TEN_THOUSAND, None, None, None, "15000.0"),
        ("2", Unit.KILOGRAM, 10, 200, None, None),
        ("2", Unit.PIECE, 10, 200, None, None),
        ("2", Unit.MILLILITRE, None, None, None, None),
    ],
)
def test_cartons_and_sticks_of_a_line(
    quantity: str, unit: Unit, packs: int | None, sticks: int | None, cartons: str | None, in_sticks: str | None
) -> None:
    line = Counted(D(quantity), unit, packs, sticks)
    assert line.cartons == (None if cartons is None else D(cartons))
    assert line.sticks == (None if in_sticks is None else D(in_sticks))


def test_half_a_stick_is_a_whole_one_and_a_quantity_has_four_places() -> None:
    assert Counted(D("0.0025"), Unit.CARTON, 10, 200).sticks == 1
    assert Counted(D("0.0024"), Unit.CARTON, 10, 200).sticks == 0
    assert (tidy(D("0.00005")), tidy(D("0.00004"))) == (D("0.0001"), D("0.0000"))


@pytest.mark.parametrize(
    "own, amount, unit, sticks, found",
    [
        (Unit.KILOGRAM, "2", Unit.KILOGRAM, None, "2"),
        (Unit.CARTON, "5", Unit.PACK, None, "0.5"),
        (Unit.PACK, "1", Unit.CARTON, None, "10"),
        (Unit.CASE, "25", Unit.CARTON, None, "0.5"),
        (Unit.STICK, "1", Unit.CARTON, 160, "160"),
        (Unit.STICK, "3", Unit.STICK, None, "3"),
    ],
)
def test_an_amount_in_the_lines_own_unit(own: Unit, amount: str, unit: Unit, sticks: int | None, found: str) -> None:
    assert Counted(D(0), own, None, sticks).in_own_unit(D(amount), unit) == D(found)


@pytest.mark.parametrize(
    "own, unit, code, detail",
    [
        (Unit.CARTON, Unit.KILOGRAM, "unit_mismatch", "本行按条计数，不能录公斤；请改用条，或另列一行。"),
        (Unit.PIECE, Unit.PACK, "unit_mismatch", "本行按个计数，不能录包；请改用个，或另列一行。"),
        (Unit.CARTON, Unit.STICK, "sticks_unknown", "该品规还没有每条支数，不能按支折算；请先录入每条支数。"),
        (Unit.STICK, Unit.CARTON, "sticks_unknown", "该品规还没有每条支数，不能按支折算；请先录入每条支数。"),
    ],
)
def test_what_cannot_be_converted_is_refused_in_words_at_the_unit(
    own: Unit, unit: Unit, code: str, detail: str
) -> None:
    with pytest.raises(Refused) as refused:
        Counted(D(0), own, None, None).in_own_unit(D(1), unit)
    assert (refused.value.code, refused.value.detail, refused.value.field) == (code, detail, "unit")


def test_a_unit_is_read_by_its_code_and_its_word() -> None:
    assert [unit_of(text) for unit in Unit for text in (unit.value, unit.zh)] == [one for one in Unit for _ in range(2)]
    assert unit_of("盒") is Unit.PACK
    with pytest.raises(Refused) as refused:
        unit_of("箱")
    detail = "没有“箱”这个单位；可用：支、包、条、件、公斤、个、毫升、万支。"
    assert (refused.value.code, refused.value.detail, refused.value.field) == ("unit_unknown", detail, "unit")


@pytest.mark.parametrize(
    "quantity, unit, packs, sticks, price, per, worth",
    [
        ("3", Unit.CARTON, 10, 200, None, Unit.CARTON, None),
        ("3", Unit.CARTON, 10, 200, "100", Unit.CARTON, "300.00"),
        ("25", Unit.PACK, 10, 200, "100", Unit.CARTON, "250.00"),
        ("2", Unit.CARTON, 10, 200, "1", Unit.STICK, "400.00"),
        ("2", Unit.CARTON, None, None, "1", Unit.STICK, None),
        ("2", Unit.CARTON, 5, 100, "20", Unit.PACK, "200.00"),
        ("2", Unit.CARTON, None, None, "20", Unit.PACK, "400.00"),
        ("2", Unit.KILOGRAM, None, None, "20", Unit.PACK, None),
        ("2", Unit.KILOGRAM, None, None, "20", Unit.CARTON, None),
        ("2.5", Unit.KILOGRAM, None, None, "20", Unit.KILOGRAM, "50.00"),
        ("2", Unit.CARTON, 10, 200, "20", Unit.KILOGRAM, None),
        ("1", Unit.CARTON, 10, 200, "0.005", Unit.CARTON, "0.01"),
        ("1", Unit.CARTON, 10, 200, "0.0049", Unit.CARTON, "0.00"),
    ],
)
def test_what_a_line_is_worth(
    quantity: str, unit: Unit, packs: int | None, sticks: int | None, price: str | None, per: Unit, worth: str | None
) -> None:
    found = value(Counted(D(quantity), unit, packs, sticks), None if price is None else D(price), per)
    assert found == (None if worth is None else D(worth))


def line(kind: str = "正品", **changes: object) -> ItemLine:
    """A line of two cartons at 100 yuan."""
    given = {
        "id": new_id(), "created_at": WHEN, "last_at": WHEN, "name": "七匹狼", "kind": kind, "goods": Goods.CIGARETTE, "quantity": D(2), "unit": "carton",
        "packs_per_carton": 10, "sticks_per_carton": 200, "price": D(100), "per": "carton",
    }  # fmt: skip
    return ItemLine(**{**given, **changes})


def test_every_sum_adds_up_line_by_line_and_kind_by_kind() -> None:
    found = total(
        [
            line(),
            line(quantity=D(3)),
            line("走私", quantity=D(1), price=None),
            line("走私", quantity=D(4), price=None),
            line("走私", quantity=D(1), sticks_per_carton=None),
            line("走私", quantity=D(2), sticks_per_carton=None),
            line(goods=Goods.CIGAR, quantity=D(1)),
            line("烟丝", goods=Goods.CUT, unit="kg", quantity=D("1.5"), per="kg"),
            line("烟丝", goods=Goods.CUT, unit="kg", quantity=D("2"), per="kg"),
            line("烟丝", goods=Goods.CIGAR, unit="stick", quantity=D(7), price=None),
            line(quantity=D(0)),
        ]
    )
    assert found.lines == 10
    assert found.cartons == 14
    assert found.by_kind == {"正品": D(6), "走私": D(8)}
    assert found.other_units == {"kg": D("3.5"), "stick": D(7)}
    assert found.sticks == 2200
    assert found.sticks_by_kind == {"正品": D(1200), "走私": D(1000)}
    assert found.cigarette_sticks == 2000
    assert found.without_sticks == 2
    assert found.value == D("1250.00")
    assert found.value_by_kind == {"正品": D("600.00"), "走私": D("300.00"), "烟丝": D("350.00")}
    assert found.unpriced == 3
    assert found.unpriced_by_kind == {"走私": 2, "烟丝": 1}


def test_a_line_counts_when_something_is_on_it_that_has_a_name() -> None:
    there, empty, minus = line(), line(quantity=D(0)), line(quantity=D(-1))
    assert present([there, empty, minus]) == [there]
    assert counted(line(packs_per_carton=5, sticks_per_carton=100)) == Counted(D(2), Unit.CARTON, 5, 100)


@pytest.mark.parametrize(
    "goods, unit, cartons",
    [(Goods.CIGAR, "stick", None), (Goods.CIGARETTE, "stick", D("0.01")), (Goods.CIGAR, "carton", D(2))],
)
def test_only_cigars_by_the_stick_are_no_cartons(goods: str, unit: str, cartons: Decimal | None) -> None:
    assert computed(line(goods=goods, unit=unit)).cartons == cartons


@pytest.mark.parametrize(
    "amount, unit, packs, sticks, said",
    [
        ("1", Unit.CARTON, 10, 200, ""),
        ("0.005", Unit.CARTON, 10, 200, ""),
        ("0.0063", Unit.CARTON, 10, 160, ""),  # one stick, as quantities are kept
        ("0.00525", Unit.CARTON, 10, 200, ""),  # 1.05 sticks: no more than rounding moves
        ("0.00526", Unit.CARTON, 10, 200, "0.00526 条合 1.05 支，不是整支；请核对，零头请按包或支录入。"),
        ("1.234", Unit.CARTON, 10, 200, "1.234 条合 246.8 支，不是整支；请核对，零头请按包或支录入。"),
        ("1.000625", Unit.CARTON, 10, 200, "1.000625 条合 200.13 支，不是整支；请核对，零头请按包或支录入。"),
        ("-1.234", Unit.CARTON, 10, 200, "-1.234 条合 -246.8 支，不是整支；请核对，零头请按包或支录入。"),
        ("1.01", Unit.PACK, 10, 200, "1.01 包合 20.2 支，不是整支；请核对，零头请按包或支录入。"),
        ("2.5", Unit.PACK, 10, 200, ""),
        ("1.234", Unit.CARTON, 10, None, ""),  # nobody knows its sticks
        ("7", Unit.STICK, None, None, ""),
        ("7.5", Unit.STICK, 10, 200, "7.5 支不是整数；请改正。"),
        ("3", Unit.PIECE, None, None, ""),
        ("3.5", Unit.PIECE, None, None, "3.5 个不是整数；请改正。"),
        ("1.37", Unit.KILOGRAM, None, None, ""),
        ("0.5", Unit.TEN_THOUSAND, 10, 200, ""),
    ],
)
def test_no_part_of_a_stick_is_counted(
    amount: str, unit: Unit, packs: int | None, sticks: int | None, said: str
) -> None:
    line = Counted(D(0), Unit.CARTON, packs, sticks)
    if not said:
        return line.check_whole(D(amount), unit, "n")
    with pytest.raises(Refused) as refused:
        line.check_whole(D(amount), unit, "n")
    assert (refused.value.code, refused.value.detail, refused.value.field) == ("not_whole", said, "n")
