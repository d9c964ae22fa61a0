"""Figures by day: hearing thresholds of a bureau, prices of goods by kind. A figure is never changed, only followed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import IntegrityError, transaction

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.accounts.permissions import require
from zhuanmai.core.errors import Conflict, Refused
from zhuanmai.core.units import Unit as Measure
from zhuanmai.core.units import money
from zhuanmai.ledger.services import append
from zhuanmai.reference import figures
from zhuanmai.reference.citations import citation
from zhuanmai.reference.models import Certainty, GoodsPrice, HearingThreshold

HEARING = "行政处罚法 63"


def set_hearing_threshold(
    *,
    actor: Officer,
    unit: Unit,
    party: str,
    fine: Decimal | None,
    confiscation: Decimal | None,
    valid_from: dt.date,
    source: str,
    article: str = HEARING,
) -> HearingThreshold:
    """Set from which sums a bureau offers a hearing, from a day on; no sum at all: always offered from that day.

    Raises Refused (hearing_unit, hearing_party, hearing_sum, hearing_source), NotFound (citation_unknown),
    Conflict (hearing_same_day).
    """
    require(actor, "reference.edit")
    if not unit.is_bureau:
        raise Refused("hearing_unit", f"{unit.name}不是作出处罚决定的单位；请选择烟草专卖局。", "unit")
    if party not in HearingThreshold.Party.values:
        raise Refused("hearing_party", "请选择适用对象：公民、个体工商户或单位。", "party")
    for name, amount in (("fine", fine), ("confiscation", confiscation)):
        _check_sum(amount, name)
    _check_source(source)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = HearingThreshold.objects.create(
                    unit=unit, party=party, fine=fine, confiscation=confiscation, article=_cited(article),
                    valid_from=valid_from, source=source.strip(), set_by=actor.pk,
                )  # fmt: skip
        except IntegrityError:
            raise Conflict("hearing_same_day", f"{valid_from} 已有一个标准；请换一天。", "valid_from") from None
        append(
            "reference.hearing_set",
            actor_id=actor.pk,
            object_kind="reference.hearing",
            object_id=row.pk,
            facts={
                "unit": unit.name,
                "party": _PARTY_ZH[row.party],
                "fine": "无" if fine is None else f"{money(fine)} 元",
                "confiscation": "无" if confiscation is None else f"{money(confiscation)} 元",
                "valid_from": valid_from.isoformat(),
                "source": row.source,
            },
            rows=[row],
        )
    return row


def set_goods_price(
    *,
    actor: Officer,
    goods: str,
    per: str,
    amount: Decimal,
    valid_from: dt.date,
    source: str,
    certainty: str,
    article: str = "",
) -> GoodsPrice:
    """Set what goods of a kind are worth per unit, from a day on. The price of lines already entered stays.

    Raises Refused (goods_unit, price_amount, goods_source, goods_certainty), Conflict (price_same_day).
    """
    require(actor, "reference.edit")
    if goods not in GoodsPrice.Goods.values:
        raise Refused("goods_unknown", "没有这种物品；请从列表中选择。", "goods")
    units = figures.units_of(goods)
    if per not in units:
        words = "、".join(unit.zh for unit in units)
        raise Refused("goods_unit", f"这种物品按{words}计价；请改选计价单位。", "per")
    _check_sum(amount, "amount")
    _check_source(source)
    if certainty not in Certainty.values:
        raise Refused("goods_certainty", "请选择依据的可靠程度。", "certainty")
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = GoodsPrice.objects.create(
                    goods=goods, per=per, amount=amount, valid_from=valid_from, article=_cited(article),
                    source=source.strip(), certainty=certainty, set_by=actor.pk,
                )  # fmt: skip
        except IntegrityError:
            raise Conflict("price_same_day", f"{valid_from} 已有一个价格；请换一天。", "valid_from") from None
        append(
            "reference.goods_price_set",
            actor_id=actor.pk,
            object_kind="reference.goods_price",
            object_id=row.pk,
            facts={
                "goods": _GOODS_ZH[row.goods],
                "price": f"{money(row.amount)} 元/{Measure(per).zh}",
                "valid_from": valid_from.isoformat(),
                "source": row.source,
            },
            rows=[row],
        )
    return row


_PARTY_ZH: dict[str, str] = {"citizen": "公民", "individual_business": "个体工商户", "organisation": "单位"}
_GOODS_ZH: dict[str, str] = {
    "leaf": "烟叶", "cut": "烟丝", "tube": "空管烟", "ecigarette": "电子烟",
    "material": "卷烟辅料", "machine": "烟草专用机械",
}  # fmt: skip


def _check_sum(amount: Decimal | None, field: str) -> None:
    if amount is not None and (not amount.is_finite() or not Decimal(0) < amount < Decimal(10_000_000_000)):
        raise Refused("price_amount", "金额应大于 0，最多两位小数；请改正。", field)


def _check_source(source: str) -> None:
    if not source.strip():
        raise Refused("figure_source", "请填写依据（文件名称和文号）。", "source")


def _cited(article: str) -> str:
    """An article as it is cited; what names none is refused, so that a page can always show its text."""
    text = article.strip()
    if text:
        citation(text)
    return text
