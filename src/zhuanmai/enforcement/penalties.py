"""What may be decided as a penalty on the spot: pure rules, each with its article. Acts and operations ask here.

A proposal is held against the article of every cause (its kinds, what it makes compulsory, its range in yuan), and
against 行政处罚法 51, which knows only a warning, a fine within the limit, or both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from zhuanmai.core.errors import Refused
from zhuanmai.core.units import money, plain
from zhuanmai.reference import discretion, fines
from zhuanmai.reference.allowed import Authority, Duty, PenaltyKind, Simple, When
from zhuanmai.reference.causes import CauseFound
from zhuanmai.reference.discretion import Circumstance
from zhuanmai.reference.fines import Range
from zhuanmai.reference.thresholds import SpotLimits

# What 行政处罚法 51 lets officers decide on the spot: a warning, a fine, or both; by the code that the sheet keeps.
ON_THE_SPOT: dict[str, tuple[PenaltyKind, ...]] = {
    "warning": (PenaltyKind.WARNING,),
    "fine": (PenaltyKind.FINE,),
    "warning_and_fine": (PenaltyKind.WARNING, PenaltyKind.FINE),
}
_KIND_FIELD, _AMOUNT_FIELD, _INCOME_FIELD = "simple.penalty_kind", "simple.amount", "simple.income"
_CIRCUMSTANCES_FIELD = "simple.circumstances"
_CHILD, _MINOR = "under_14", "minor_14_18"  # told by the party's birthday, never by hand
_NEEDS_CITATION = "other_by_law"
_ADULT, _RESPONSIBLE = 18, 14  # 行政处罚法 30


@dataclass(frozen=True)
class Proposal:
    """What an officer proposes: kinds by code, fine (CNY), base of each cause (CNY), illegal income (CNY; None: not
    said), circumstances."""

    penalty: str
    amount: Decimal | None
    bases: Mapping[str, Decimal]
    income: Decimal | None
    circumstances: tuple[Circumstance, ...]

    @property
    def mitigating(self) -> tuple[Circumstance, ...]:
        """The circumstances that let a fine lie below the article's lower bound."""
        return tuple(one for one in self.circumstances if one.mitigates)


def proposed(sheet: Mapping[str, Any], *, age: int | None = None) -> Proposal:
    """The proposal on a sheet. `age`: of a natural person, in full years on the day of the act; None: not known.

    Raises Refused (circumstance_unknown, circumstance_by_age, circumstance_uncited).
    """
    codes = set(sheet.get("circumstances") or ())
    if codes & {_CHILD, _MINOR}:
        detail = "是否未成年按当事人的出生日期认定（行政处罚法 30），不另行选择；请核对当事人的出生日期。"
        raise Refused("circumstance_by_age", detail, _CIRCUMSTANCES_FIELD)
    if _NEEDS_CITATION in codes:
        detail = "其他法定从轻、减轻情节须写明依据（行政处罚法 32(五)），当场处罚不能适用；请走普通程序。"
        raise Refused("circumstance_uncited", detail, _CIRCUMSTANCES_FIELD)
    if age is not None and age < _ADULT:
        codes.add(_CHILD if age < _RESPONSIBLE else _MINOR)
    return Proposal(
        penalty=str(sheet.get("penalty_kind") or ""),
        amount=_sum_of_money(sheet.get("amount")),
        bases={code: base for code, given in (sheet.get("bases") or {}).items() if (base := _sum_of_money(given))},
        income=_sum_of_money(sheet.get("income")),
        circumstances=discretion.found(codes),
    )


def words(penalty: str) -> str:
    """A penalty on the spot as documents print it: 警告、罚款. Raises KeyError for one that 51 does not know."""
    return "、".join(kind.zh for kind in ON_THE_SPOT[penalty])


def is_fine(penalty: str) -> bool:
    """Whether a penalty on the spot holds a fine to be paid."""
    return PenaltyKind.FINE in ON_THE_SPOT[penalty]


def offered(cause: CauseFound) -> list[str]:
    """The penalties on the spot that a cause's article allows, by code; none where it is not decided on the spot."""
    if not _is_simple(cause) or cause.decided_by is not Authority.BUREAU:
        return []
    known, must = cause.allows.kinds, compulsory(cause)
    return [code for code, kinds in ON_THE_SPOT.items() if must <= set(kinds) <= known]


def compulsory(cause: CauseFound) -> frozenset[PenaltyKind]:
    """Of warning and fine, what the article of a cause orders (应当) in an act that is not aggravated."""
    return frozenset(
        part.kinds[0]
        for part in cause.allows.parts
        if part.duty == Duty.MUST
        and part.when != When.AGGRAVATED
        and part.kinds in ((PenaltyKind.WARNING,), (PenaltyKind.FINE,))
    )


def mitigating() -> list[Circumstance]:
    """The circumstances that an officer may name for a fine below the range."""
    return [one for one in discretion.circumstances() if one.mitigates and one.code not in (_MINOR, _NEEDS_CITATION)]


def check_kind(penalty: str, causes: Sequence[CauseFound], law: str) -> None:
    """A penalty must be one that may be decided on the spot, and that the article of a cause knows.

    `law`: the article on decisions on the spot. Raises Refused (penalty_kind). 行政处罚法 4, 16, 51.
    """
    kinds = ON_THE_SPOT.get(penalty)
    if kinds is None:
        detail = f"当场只能给予警告或者罚款（{law}），不能是“{_said(penalty)}”；请改选，或走普通程序。"
        raise Refused("penalty_kind", detail, _KIND_FIELD)
    unknown = [kind.zh for kind in kinds if not any(kind in cause.allows.kinds for cause in causes)]
    if causes and unknown:
        names = "、".join(f"“{cause.name}”" for cause in causes)
        articles = "；".join(_article(cause) for cause in causes)
        detail = f"{names}的处罚依据（{articles}）没有规定{'、'.join(unknown)}；请改选处罚种类，或核对案由。"
        raise Refused("penalty_kind", detail, _KIND_FIELD)


def check_compulsory(penalty: str, causes: Sequence[CauseFound]) -> None:
    """What an article orders (应当) is given. Raises Refused (penalty_compulsory)."""
    for cause in causes:
        missing = [kind.zh for kind in PenaltyKind if kind in compulsory(cause) - set(ON_THE_SPOT[penalty])]
        if missing:
            detail = f"“{cause.name}”应当给予{'、'.join(missing)}（{_article(cause)}）；请改选处罚种类。"
            raise Refused("penalty_compulsory", detail, _KIND_FIELD)


def check_simple(causes: Sequence[CauseFound], worse: Collection[str] = ()) -> None:
    """Every cause may be decided on the spot, by the bureau. `worse`: the codes of those whose act is aggravated.

    行政处罚法 17, 51. Raises Refused (not_simple, not_ours, aggravated).
    """
    for cause in causes:
        if not _is_simple(cause):
            raise Refused("not_simple", f"“{cause.name}”不适用简易程序；请走普通程序立案。", "causes")
        if cause.decided_by is Authority.UNNAMED:
            detail = (
                f"“{cause.name}”的处罚依据（{_article(cause)}）没有写明处罚机关，不能当场处罚；请报法制部门确定管辖。"
            )
            raise Refused("not_ours", detail, "causes")
        if cause.decided_by is not Authority.BUREAU:
            raise Refused("not_ours", f"“{cause.name}”不由烟草专卖局处罚；请移送有权机关。", "causes")
        if cause.code in worse:
            detail = f"“{cause.name}”已达情节严重的标准，处罚不止警告、罚款（{_article(cause)}）；请走普通程序立案。"
            raise Refused("aggravated", detail, "causes")


def check_circumstances(proposal: Proposal) -> None:
    """Who may not be penalised is not (不予处罚). 行政处罚法 30, 31, 33. Raises Refused (no_penalty)."""
    for one in proposal.circumstances:
        if one.excludes:
            detail = f"{one.zh}的，不予行政处罚（{one.source}）；请走普通程序，作出不予行政处罚决定。"
            raise Refused("no_penalty", detail, _CIRCUMSTANCES_FIELD)


def check_income(proposal: Proposal, causes: Sequence[CauseFound]) -> None:
    """Illegal income is confiscated, never on the spot (行政处罚法 28, 51). Raises Refused: income_missing, income."""
    taking = next((cause for cause in causes if cause.allows.income_taken()), None)
    if taking is None and not proposal.income:
        return
    if proposal.income is None:
        detail = f"“{taking.name if taking else ''}”有违法所得的应当没收；请填写违法所得，没有的填 0。"
        raise Refused("income_missing", detail, _INCOME_FIELD)
    if proposal.income != 0:
        found = f"有违法所得 {money(proposal.income)} 元，应当没收"
        detail = f"{found}，不能当场处罚（行政处罚法 28(2)、51）；请走普通程序立案。"
        raise Refused("income", detail, _INCOME_FIELD)


def limit_of(party_kind: str, limits: SpotLimits) -> Decimal:
    """The most (CNY) that may be fined on the spot; an individual business counts as a citizen (practice)."""
    return limits.organisation if party_kind == "organisation" else limits.citizen


def check_amount(proposal: Proposal, party_kind: str, limits: SpotLimits) -> None:
    """A fine is above 0, in cents, not above the limit (行政处罚法 51). Raises Refused: over_limit, amount_cents."""
    if not is_fine(proposal.penalty):
        return
    limit, amount = limit_of(party_kind, limits), proposal.amount or Decimal(0)
    if not 0 < amount <= limit:
        detail = f"当场罚款应在 {plain(limit)} 元以下（{limits.law}），现为 {plain(amount)} 元；请改数或走普通程序。"
        raise Refused("over_limit", detail, _AMOUNT_FIELD)
    if amount != amount.quantize(Decimal("0.01")):
        raise Refused("amount_cents", f"罚款数额只能到分，现为 {plain(amount)} 元；请改数。", _AMOUNT_FIELD)


def check_range(proposal: Proposal, causes: Sequence[CauseFound]) -> None:
    """A fine lies within the range of the articles, or below it where a circumstance of 行政处罚法 30–32 is named.

    Several causes are several acts, each with a fine of its own; the sum must be made of these.
    Raises Refused (base_missing, below_range, above_range, off_range).
    """
    if not is_fine(proposal.penalty):
        return
    fined = [cause for cause in causes if cause.fine is not None]
    ranges = [_range(cause, proposal) for cause in fined]
    amount, lawful = proposal.amount or Decimal(0), fines.sums(ranges)
    if not lawful or fines.holds(ranges, amount):
        return
    articles = "；".join(_article(cause) for cause in fined)
    said = "，或者".join(f"{money(one.least)} 元以上 {money(one.most)} 元以下" for one in lawful)
    if amount > max(one.most for one in lawful):
        detail = f"罚款应为 {said}（{articles}），现为 {money(amount)} 元，高于上限；请改数。"
        raise Refused("above_range", detail, _AMOUNT_FIELD)
    if proposal.mitigating:
        return
    if amount < lawful[0].least:
        detail = (
            f"罚款应为 {said}（{articles}），现为 {money(amount)} 元，低于下限；没有行政处罚法 30 至 32 规定的"
            f"减轻情节的，请改数，或走普通程序。"
        )
        raise Refused("below_range", detail, _AMOUNT_FIELD)
    raise Refused("off_range", f"罚款应为 {said}（{articles}），现为 {money(amount)} 元；请改数。", _AMOUNT_FIELD)


def range_of(cause: CauseFound, base: Decimal | None) -> Range | None:
    """The range (CNY) of a cause's fine on the spot; None where it has none, or where its base is not known."""
    return None if cause.fine is None else fines.range_of(cause.fine, base)


def check_proposal(
    proposal: Proposal,
    causes: Sequence[CauseFound],
    party_kind: str,
    limits: SpotLimits,
    worse: Collection[str] = (),
) -> None:
    """All rules of a decision on the spot, in the order in which an officer mends them. Raises Refused."""
    check_simple(causes, worse)
    check_kind(proposal.penalty, causes, limits.law)
    check_compulsory(proposal.penalty, causes)
    check_circumstances(proposal)
    check_income(proposal, causes)
    check_amount(proposal, party_kind, limits)
    check_range(proposal, causes)


def _range(cause: CauseFound, proposal: Proposal) -> Range:
    found = range_of(cause, proposal.bases.get(cause.code))
    if found is None:
        base = cause.fine.base if cause.fine else ""
        detail = f"请填写“{cause.name}”的{base}，罚款幅度按它计算（{_article(cause)}）。"
        raise Refused("base_missing", detail, f"simple.bases.{cause.code}")
    return found


def _is_simple(cause: CauseFound) -> bool:
    return cause.simple_procedure is not Simple.NEVER and cause.decidable


def _article(cause: CauseFound) -> str:
    return cause.penalised_in_full or "没有处罚条款"


def _sum_of_money(given: Any) -> Decimal | None:
    """What was entered as a sum (CNY); None for nothing, and for what is no sum."""
    if given is None or given == "":
        return None
    try:
        found = Decimal(str(given))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _said(penalty: str) -> str:
    """A kind in Chinese where it is known to any cause; else as it was sent."""
    return PenaltyKind(penalty).zh if penalty in PenaltyKind.values else penalty
