"""Counting: what a quantity in one unit is in another, by a line's own packing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from zhuanmai.core.errors import Refused
from zhuanmai.core.units import Packing, Unit, plain

USUAL_PACKS = 10
_OF_CARTONS = frozenset({Unit.CARTON, Unit.PACK, Unit.STICK, Unit.CASE})
_PLACES = Decimal("0.0001")
_NEAR = Decimal("0.05")


@dataclass(frozen=True)
class Counted:
    """What is counted on a line: quantity in its unit, with the packing as far as it is known."""

    quantity: Decimal
    unit: Unit
    packs_per_carton: int | None
    sticks_per_carton: int | None

    @property
    def cartons(self) -> Decimal | None:
        """Cartons, or None for goods that are not counted in cartons."""
        if self.unit is Unit.CARTON:
            return self.quantity
        if self.unit not in _OF_CARTONS or not self.sticks_per_carton:
            return None
        return tidy(self._packing().cartons(self.quantity, self.unit))

    @property
    def sticks(self) -> Decimal | None:
        """Sticks, or None where nobody knows how many are in a carton."""
        if self.unit is Unit.STICK:
            return self.quantity
        if self.unit is Unit.TEN_THOUSAND:
            return self.quantity * 10000
        if self.unit not in _OF_CARTONS or not self.sticks_per_carton:
            return None
        return self._packing().sticks(self.quantity, self.unit).quantize(Decimal(1), ROUND_HALF_UP)

    def in_own_unit(self, amount: Decimal, unit: Unit) -> Decimal:
        """An amount of another unit in the line's unit. Raises Refused (unit_mismatch, sticks_unknown)."""
        if unit is self.unit:
            return amount
        if unit not in _OF_CARTONS or self.unit not in _OF_CARTONS:
            detail = f"本行按{self.unit.zh}计数，不能录{unit.zh}；请改用{self.unit.zh}，或另列一行。"
            raise Refused("unit_mismatch", detail, "unit")
        if not self.sticks_per_carton and Unit.STICK in (unit, self.unit):
            raise Refused("sticks_unknown", "该品规还没有每条支数，不能按支折算；请先录入每条支数。", "unit")
        packing = self._packing()
        each = packing.sticks(Decimal(1), self.unit)
        return tidy(packing.sticks(amount, unit) / each)

    def check_whole(self, amount: Decimal, unit: Unit, field: str) -> None:
        """An amount leaves no part of a stick or a piece. Raises Refused (not_whole).

        Rounding to the places that are kept moves a stick by less than `_NEAR`. Where nobody knows how many sticks a
        carton holds, and for what is weighed, every amount is whole enough.
        """
        if unit in (Unit.STICK, Unit.PIECE):
            if amount % 1:
                raise Refused("not_whole", f"{plain(amount)} {unit.zh}不是整数；请改正。", field)
        elif unit in _OF_CARTONS and self.sticks_per_carton:
            sticks = self._packing().sticks(amount, unit)
            if abs(sticks - sticks.quantize(Decimal(1), ROUND_HALF_UP)) > _NEAR:
                shown = plain(sticks.quantize(Decimal("0.01"), ROUND_HALF_UP))
                detail = f"{plain(amount)} {unit.zh}合 {shown} 支，不是整支；请核对，零头请按包或支录入。"
                raise Refused("not_whole", detail, field)

    def _packing(self) -> Packing:
        """The packing; a carton of unknown sticks still has ten packs and fifty to the case."""
        return Packing(self.packs_per_carton or USUAL_PACKS, self.sticks_per_carton or 200)


def tidy(amount: Decimal) -> Decimal:
    """A quantity with the places that are kept (0.0001)."""
    return amount.quantize(_PLACES, ROUND_HALF_UP)


def unit_of(text: str) -> Unit:
    """A unit by its code or its Chinese word. Raises Refused (unit_unknown)."""
    for unit in Unit:
        if text in (unit.value, unit.zh) or (unit is Unit.PACK and text == "盒"):
            return unit
    raise Refused("unit_unknown", f"没有“{text}”这个单位；可用：{'、'.join(unit.zh for unit in Unit)}。", "unit")
