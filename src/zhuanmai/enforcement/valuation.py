"""What a line is worth: quantity × the price fixed on the day of entry, by the unit that the price is for. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from zhuanmai.core.units import Unit
from zhuanmai.enforcement.quantities import Counted

UNPRICED = "未核价"
BY_HAND = "手工价"
BY_GOODS = "按物品核价"
_FEN = Decimal("0.01")


def value(counted: Counted, price: Decimal | None, per: Unit) -> Decimal | None:
    """Value in yuan, or None without a price or where the price's unit cannot be counted (no sticks known)."""
    if price is None:
        return None
    if per is counted.unit:
        amount: Decimal | None = counted.quantity
    elif per is Unit.CARTON:
        amount = counted.cartons
    elif per is Unit.STICK:
        amount = counted.sticks
    elif per is Unit.PACK and counted.cartons is not None:
        amount = counted.cartons * (counted.packs_per_carton or 10)
    else:
        amount = None
    return None if amount is None else (amount * price).quantize(_FEN, ROUND_HALF_UP)
