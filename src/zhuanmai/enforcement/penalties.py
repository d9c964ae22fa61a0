"""What may be decided as a penalty on the spot: pure rules, each with its article. Acts and operations ask here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from zhuanmai.core.errors import Refused
from zhuanmai.core.units import plain
from zhuanmai.reference.allowed import Authority, PenaltyKind, Simple
from zhuanmai.reference.causes import CauseFound
from zhuanmai.reference.thresholds import SpotLimits

# What 行政处罚法 51 lets officers decide on the spot: a warning, a fine, or both; by the code that the sheet keeps.
ON_THE_SPOT: dict[str, tuple[PenaltyKind, ...]] = {
    "warning": (PenaltyKind.WARNING,),
    "fine": (PenaltyKind.FINE,),
    "warning_and_fine": (PenaltyKind.WARNING, PenaltyKind.FINE),
}
_KIND_FIELD, _AMOUNT_FIELD = "simple.penalty_kind", "simple.amount"


def words(penalty: str) -> str:
    """A penalty on the spot as documents print it: 警告、罚款. Raises KeyError for one that 51 does not know."""
    return "、".join(kind.zh for kind in ON_THE_SPOT[penalty])


def is_fine(penalty: str) -> bool:
    """Whether a penalty on the spot holds a fine to be paid."""
    return PenaltyKind.FINE in ON_THE_SPOT[penalty]


def offered(cause: CauseFound) -> list[str]:
    """The penalties on the spot that a cause's article knows, by code; none where it is never decided on the spot."""
    if cause.simple_procedure is Simple.NEVER or not cause.decidable:
        return []
    return [code for code, kinds in ON_THE_SPOT.items() if set(kinds) <= cause.allows.kinds]


def check_kind(penalty: str, causes: Sequence[CauseFound], law: str) -> None:
    """A penalty must be one that may be decided on the spot, and that the article of every cause knows.

    `law`: the article on decisions on the spot. Raises Refused (penalty_kind). 行政处罚法 4, 16, 51.
    """
    kinds = ON_THE_SPOT.get(penalty)
    if kinds is None:
        detail = f"当场只能给予警告或者罚款（{law}），不能是“{_said(penalty)}”；请改选，或走普通程序。"
        raise Refused("penalty_kind", detail, _KIND_FIELD)
    for cause in causes:
        unknown = [kind.zh for kind in kinds if kind not in cause.allows.kinds]
        if unknown:
            article = cause.penalised_in_full or "没有处罚条款"
            detail = f"“{cause.name}”的处罚依据（{article}）没有规定{'、'.join(unknown)}；请改选处罚种类，或核对案由。"
            raise Refused("penalty_kind", detail, _KIND_FIELD)


def check_simple(causes: Sequence[CauseFound]) -> None:
    """Every cause may be decided on the spot, by the bureau. 行政处罚法 51. Raises Refused (not_simple, not_ours)."""
    for cause in causes:
        if cause.simple_procedure is Simple.NEVER or not cause.decidable:
            raise Refused("not_simple", f"“{cause.name}”不适用简易程序；请走普通程序立案。", "causes")
        if cause.decided_by is not Authority.BUREAU:
            raise Refused("not_ours", f"“{cause.name}”不由烟草专卖局处罚；请移送有权机关。", "causes")


def limit_of(party_kind: str, limits: SpotLimits) -> Decimal:
    """The most (CNY) that may be fined on the spot; an individual business counts as a citizen (practice)."""
    return limits.organisation if party_kind == "organisation" else limits.citizen


def check_amount(penalty: str, amount: Any, party_kind: str, limits: SpotLimits) -> None:
    """A fine on the spot is above 0 and not above the limit. Raises Refused (over_limit). 行政处罚法 51."""
    if not is_fine(penalty):
        return
    limit, sum_of_money = limit_of(party_kind, limits), _amount(amount)
    if not 0 < sum_of_money <= limit:
        said = plain(sum_of_money)
        detail = f"当场罚款应在 {plain(limit)} 元以下（{limits.law}），现为 {said} 元；请改数或走普通程序。"
        raise Refused("over_limit", detail, _AMOUNT_FIELD)


def check_on_the_spot(
    sheet: Mapping[str, Any], causes: Sequence[CauseFound], party_kind: str, limits: SpotLimits
) -> None:
    """All rules of a decision on the spot, in the order in which an officer mends them. Raises Refused."""
    penalty = str(sheet["penalty_kind"])
    check_simple(causes)
    check_kind(penalty, causes, limits.law)
    check_amount(penalty, sheet.get("amount"), party_kind, limits)


def _amount(given: Any) -> Decimal:
    try:
        return Decimal(str(given or 0))
    except InvalidOperation:
        return Decimal(0)


def _said(penalty: str) -> str:
    """A kind in Chinese where it is known to any cause; else as it was sent."""
    return PenaltyKind(penalty).zh if penalty in PenaltyKind.values else penalty
