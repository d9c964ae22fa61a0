"""Figures that a bureau sets by day: from which sums a hearing is offered, what goods without a product are worth."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from zhuanmai.accounts.models import Unit
from zhuanmai.accounts.tree import ancestors
from zhuanmai.core.units import Unit as Measure
from zhuanmai.reference.models import GoodsPrice, HearingThreshold

CUT_BY_LEAF = Decimal("1.5")  # 两高烟草解释 4(三)
_PARTIES = {
    "person": (HearingThreshold.Party.CITIZEN,),
    "individual_business": (HearingThreshold.Party.INDIVIDUAL_BUSINESS, HearingThreshold.Party.CITIZEN),
    "organisation": (HearingThreshold.Party.ORGANISATION,),
}


@dataclass(frozen=True)
class GoodsPriced:
    """A price (CNY) for goods by kind, `per` a unit, with its basis as the line and the valuation form name it."""

    amount: Decimal
    per: str
    basis: str


def hearing_threshold(unit: Unit, party_kind: str, on: dt.date) -> HearingThreshold | None:
    """The figure in force for a party of this kind (person, individual_business, organisation): the unit's own, else
    that of the nearest unit above. None: there is none, so a hearing is always offered.
    """
    wanted = _PARTIES.get(party_kind, (HearingThreshold.Party.CITIZEN,))
    units = [unit, *ancestors(unit)]
    begun = HearingThreshold.objects.filter(unit__in=units, party__in=wanted, valid_from__lte=on)
    newest: dict[tuple[object, str], HearingThreshold] = {}
    for row in begun.order_by("valid_from"):
        newest[row.unit_id, row.party] = row
    for one in units:
        for party in wanted:
            found = newest.get((one.pk, party))
            if found is not None:
                return None if found.fine is None and found.confiscation is None else found
    return None


def goods_price(goods: str, per: str, on: dt.date) -> GoodsPriced | None:
    """The price of goods of this kind on a day, per the unit they are counted in; None where the bureau has none.

    Cut tobacco without a figure of its own is 1.5 times leaf (两高烟草解释 4(三)).
    """
    row = _in_force(goods, per, on)
    if row is not None:
        return GoodsPriced(row.amount, row.per, row.source)
    if goods == GoodsPrice.Goods.CUT and (leaf := _in_force(GoodsPrice.Goods.LEAF, per, on)):
        amount = (leaf.amount * CUT_BY_LEAF).quantize(Decimal("0.01"))
        return GoodsPriced(amount, per, f"烟叶价 {leaf.amount} 元的 {CUT_BY_LEAF} 倍；{leaf.source}")
    return None


def units_of(goods: str) -> tuple[Measure, ...]:
    """The units in which goods of this kind may be priced."""
    return _UNITS[GoodsPrice.Goods(goods)]


_UNITS: dict[GoodsPrice.Goods, tuple[Measure, ...]] = {
    GoodsPrice.Goods.LEAF: (Measure.KILOGRAM,),
    GoodsPrice.Goods.CUT: (Measure.KILOGRAM,),
    GoodsPrice.Goods.TUBE: (Measure.TEN_THOUSAND,),
    GoodsPrice.Goods.ECIGARETTE: (Measure.PIECE, Measure.MILLILITRE),
    GoodsPrice.Goods.MATERIAL: (Measure.KILOGRAM, Measure.PIECE),
    GoodsPrice.Goods.MACHINE: (Measure.PIECE,),
}


def _in_force(goods: str, per: str, on: dt.date) -> GoodsPrice | None:
    rows = GoodsPrice.objects.filter(goods=goods, per=per, valid_from__lte=on)
    return rows.order_by("-valid_from").first()
