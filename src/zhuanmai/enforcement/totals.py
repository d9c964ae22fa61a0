"""Sums of a case's lines: cartons, sticks and value, by kind, with what is not priced and what is counted otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from zhuanmai.core.units import Unit
from zhuanmai.enforcement.models import Goods, ItemLine
from zhuanmai.enforcement.quantities import Counted
from zhuanmai.enforcement.valuation import value


@dataclass(frozen=True)
class LineSum:
    """One line with all that is computed of it."""

    line: ItemLine
    cartons: Decimal | None
    sticks: Decimal | None
    value: Decimal | None


@dataclass
class Totals:
    """The sums. `sticks` and `value` leave out lines that have none; those are counted beside."""

    lines: int = 0
    cartons: Decimal = Decimal(0)
    sticks: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    by_kind: dict[str, Decimal] = field(default_factory=dict)
    value_by_kind: dict[str, Decimal] = field(default_factory=dict)
    sticks_by_kind: dict[str, Decimal] = field(default_factory=dict)
    unpriced: int = 0
    unpriced_by_kind: dict[str, int] = field(default_factory=dict)
    without_sticks: int = 0
    other_units: dict[str, Decimal] = field(default_factory=dict)
    cigarette_sticks: Decimal = Decimal(0)
    leaf_kilograms: Decimal = Decimal(0)


def counted(line: ItemLine) -> Counted:
    """What is counted on a line."""
    return Counted(line.quantity, Unit(line.unit), line.packs_per_carton, line.sticks_per_carton)


def computed(line: ItemLine) -> LineSum:
    """A line with its cartons, sticks and value. Cigars counted by the stick are no cartons."""
    what = counted(line)
    cartons = None if line.unit == Unit.STICK and line.goods == Goods.CIGAR else what.cartons
    return LineSum(line, cartons, what.sticks, value(what, line.price, Unit(line.per)))


def present(lines: Iterable[ItemLine]) -> list[ItemLine]:
    """The lines that count: something is on them, and it is known what it is."""
    return [line for line in lines if line.quantity > 0 and line.is_named]


def total(lines: Iterable[ItemLine]) -> Totals:
    """The sums of the lines that count."""
    sums = Totals()
    for one in (computed(line) for line in present(lines)):
        _add(sums, one)
    return sums


def _add(sums: Totals, one: LineSum) -> None:
    line, kind = one.line, one.line.kind
    sums.lines += 1
    if one.cartons is None:
        sums.other_units[line.unit] = sums.other_units.get(line.unit, Decimal(0)) + line.quantity
        if line.goods == Goods.LEAF and line.unit == Unit.KILOGRAM:
            sums.leaf_kilograms += line.quantity
    else:
        sums.cartons += one.cartons
        sums.by_kind[kind] = sums.by_kind.get(kind, Decimal(0)) + one.cartons
        if one.sticks is None:
            sums.without_sticks += 1
        else:
            sums.sticks += one.sticks
            sums.sticks_by_kind[kind] = sums.sticks_by_kind.get(kind, Decimal(0)) + one.sticks
            if line.goods == Goods.CIGARETTE:
                sums.cigarette_sticks += one.sticks
    if one.value is None:
        sums.unpriced += 1
        sums.unpriced_by_kind[kind] = sums.unpriced_by_kind.get(kind, 0) + 1
    else:
        sums.value += one.value
        sums.value_by_kind[kind] = sums.value_by_kind.get(kind, Decimal(0)) + one.value
