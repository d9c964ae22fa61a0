"""What the article of a cause allows: kinds of penalty, compulsory or not, ranges, aggravated forms. Pure, checked.

The data are rows of `case_causes.json` with what `cause_parts.json` adds; the same check holds for a row of the bureau.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.units import plain
from zhuanmai.reference.citations import Citation, citations_in


class PenaltyKind(TextChoices):
    """A kind of penalty or measure that an article gives for a cause (行政处罚法 9 and the articles themselves)."""

    WARNING = "warning", _("Warning")
    FINE = "fine", _("Fine")
    CONFISCATE_INCOME = "confiscate_income", _("Illegal income confiscated")
    CONFISCATE_GOODS = "confiscate_goods", _("Goods confiscated")
    DESTROY = "destroy", _("Goods publicly destroyed")
    PURCHASE = "purchase", _("Goods bought up")
    CORRECT = "correct", _("Ordered to correct")
    STOP_SALE = "stop_sale", _("Ordered to stop selling")
    STOP_TRADE = "stop_trade", _("Ordered to stop the trade")
    SUSPEND_TRADE = "suspend_trade", _("Ordered to suspend the trade")
    STOP_PRODUCTION = "stop_production", _("Ordered to stop producing")
    SUSPEND_BUSINESS = "suspend_business", _("Ordered to close for a time")
    CLOSE = "close", _("Ordered to close")
    REVOKE_LICENCE = "revoke_licence", _("Licence revoked")
    DISQUALIFY = "disqualify", _("Qualification taken away")
    WITHDRAW_LICENCE = "withdraw_licence", _("Licence withdrawn")

    @property
    def zh(self) -> str:
        """The kind as documents and refusals say it."""
        return _ZH[self]


_ZH = {
    PenaltyKind.WARNING: "警告",
    PenaltyKind.FINE: "罚款",
    PenaltyKind.CONFISCATE_INCOME: "没收违法所得",
    PenaltyKind.CONFISCATE_GOODS: "没收违法物品",
    PenaltyKind.DESTROY: "公开销毁",
    PenaltyKind.PURCHASE: "收购",
    PenaltyKind.CORRECT: "责令限期改正",
    PenaltyKind.STOP_SALE: "责令停止销售",
    PenaltyKind.STOP_TRADE: "责令停止经营",
    PenaltyKind.SUSPEND_TRADE: "责令暂停经营",
    PenaltyKind.STOP_PRODUCTION: "责令停止生产",
    PenaltyKind.SUSPEND_BUSINESS: "责令停业整顿",
    PenaltyKind.CLOSE: "责令关闭",
    PenaltyKind.REVOKE_LICENCE: "吊销许可证",
    PenaltyKind.DISQUALIFY: "取消资格",
    PenaltyKind.WITHDRAW_LICENCE: "撤销许可",
}
# Closing, stopping, suspension of business, revocation, disqualification: 行政处罚法 63(1)(三)(四)(五).
ALWAYS_HEARD = frozenset(
    {
        PenaltyKind.SUSPEND_TRADE,
        PenaltyKind.STOP_PRODUCTION,
        PenaltyKind.SUSPEND_BUSINESS,
        PenaltyKind.CLOSE,
        PenaltyKind.REVOKE_LICENCE,
        PenaltyKind.DISQUALIFY,
    }
)
# The party loses the goods and gets nothing for them.
GOODS_TAKEN = frozenset({PenaltyKind.CONFISCATE_GOODS, PenaltyKind.DESTROY})
# The words in which articles order something, each for its kind; an order may name alternatives (关闭或者停止经营).
_ORDERS = {
    r"改正": PenaltyKind.CORRECT,
    r"停止销售": PenaltyKind.STOP_SALE,
    r"停止经营": PenaltyKind.STOP_TRADE,
    r"暂停经营": PenaltyKind.SUSPEND_TRADE,
    r"停止生产": PenaltyKind.STOP_PRODUCTION,
    r"停业整顿|停产停业": PenaltyKind.SUSPEND_BUSINESS,
    r"关闭": PenaltyKind.CLOSE,
    r"吊销": PenaltyKind.REVOKE_LICENCE,
    r"取消.*资格": PenaltyKind.DISQUALIFY,
    r"撤销许可": PenaltyKind.WITHDRAW_LICENCE,
}
_CONFISCATED = {"违法所得": PenaltyKind.CONFISCATE_INCOME, "违法物品": PenaltyKind.CONFISCATE_GOODS}
_GOODS = frozenset(
    {
        PenaltyKind.CONFISCATE_GOODS,
        PenaltyKind.DESTROY,
        PenaltyKind.PURCHASE,
        PenaltyKind.CONFISCATE_INCOME,
    }
)
_MOST_TIMES, _MOST_YUAN = Decimal(10), Decimal(100_000_000)
_PAIRS = (("min", "max"), ("fixed_min", "fixed_max"), ("aggravated_min", "aggravated_max"))
_E = TypeVar("_E", bound=StrEnum)


class Duty(TextChoices):
    """Whether the article leaves a choice: 应当 (处以, 并处) or 可以."""

    MUST = "must", _("Must")
    MAY = "may", _("May")


class When(TextChoices):
    """In which form of the act a part applies."""

    ALWAYS = "always", _("always")
    PLAIN = "plain", _("unless aggravated")
    AGGRAVATED = "aggravated", _("when aggravated")


class Simple(TextChoices):
    """Whether a decision on the spot (行政处罚法 51) is possible under the cause."""

    BY_AMOUNT = "by_amount", _("By amount")
    NEVER = "never", _("never")
    WITHOUT_INCOME = (
        "never where there is illegal income, else by_amount",
        _("never where there is illegal income"),
    )


class Authority(StrEnum):
    """Who decides the penalty; UNNAMED: the article gives a penalty and names no authority."""

    BUREAU = ""
    MARKET_SUPERVISION = "market_supervision"
    UNNAMED = "unnamed"


@dataclass(frozen=True)
class Fine:
    """The range of a fine: shares of `base` (0.05–0.10), or sums in CNY; `optional`: the statute says 可以."""

    base: str
    min: Decimal | None
    max: Decimal | None
    fixed_min: Decimal | None
    fixed_max: Decimal | None
    aggravated_min: Decimal | None
    aggravated_max: Decimal | None
    optional: bool

    @property
    def percent_min(self) -> Decimal | None:
        """The lower share in per cent."""
        return None if self.min is None else self.min * 100

    @property
    def percent_max(self) -> Decimal | None:
        """The upper share in per cent."""
        return None if self.max is None else self.max * 100

    def most(self, base: Decimal, *, aggravated: bool = False) -> Decimal:
        """The highest fine (CNY) of an act, aggravated or not, on a base of so much."""
        if self.fixed_max is not None:
            worse = self.aggravated_max if aggravated else None
            return self.fixed_max if worse is None else worse
        return base * (self.max or Decimal(0))


@dataclass(frozen=True)
class Part:
    """One part of what the article provides; several kinds are alternatives (关闭或者停止经营)."""

    kinds: tuple[PenaltyKind, ...]
    duty: Duty
    when: When


@dataclass(frozen=True)
class Allowed:
    """All that a cause's article provides. `aggravated_by`: codes of the thresholds that make the act aggravated."""

    parts: tuple[Part, ...]
    fine: Fine | None
    simple: Simple
    decided_by: Authority
    aggravated_by: tuple[str, ...] = ()

    @property
    def kinds(self) -> frozenset[PenaltyKind]:
        """Every kind that the article knows, in any form of the act."""
        return frozenset(kind for part in self.parts for kind in part.kinds)

    def kinds_when(self, *, aggravated: bool) -> frozenset[PenaltyKind]:
        """The kinds that apply to an act that is aggravated, or is not."""
        other = When.PLAIN if aggravated else When.AGGRAVATED
        return frozenset(kind for part in self.parts if part.when != other for kind in part.kinds)

    @property
    def compulsory(self) -> frozenset[PenaltyKind]:
        """The kinds without a choice (应当) in an act that is not aggravated; of alternatives none by itself."""
        return frozenset(
            part.kinds[0]
            for part in self.parts
            if part.duty == Duty.MUST and part.when != When.AGGRAVATED and len(part.kinds) == 1
        )

    def goods_taken(self, *, aggravated: bool = False) -> bool:
        """Whether the goods are lost without being paid for: confiscated, or publicly destroyed."""
        return bool(self.kinds_when(aggravated=aggravated) & GOODS_TAKEN)

    def income_taken(self, *, aggravated: bool = False) -> bool:
        """Whether illegal income is confiscated."""
        return PenaltyKind.CONFISCATE_INCOME in self.kinds_when(aggravated=aggravated)

    def heard_always(self, *, aggravated: bool = False) -> tuple[PenaltyKind, ...]:
        """The kinds for which a hearing is offered whatever the figures, in order (行政处罚法 63(1)(三)–(五))."""
        return tuple(kind for kind in PenaltyKind if kind in self.kinds_when(aggravated=aggravated) & ALWAYS_HEARD)


@dataclass(frozen=True)
class Source:
    """Where a row comes from, so that a refusal can name it: the file (or 本局设定) and the cause."""

    file: str
    code: str

    def refuse(self, field: str, why: str) -> Refused:
        """The refusal of one field, with file, cause and field."""
        return Refused("cause_data", f"{self.file} 中案由 {self.code} 的 {field} {why}；请改正。", field)


def allowed(row: Mapping[str, Any], source: Source) -> Allowed:
    """What a row allows. Raises Refused (cause_data) for whatever cannot be, naming file, cause and field."""
    cited(row, source)
    fine = fine_of(row.get("fine"), source)
    decided_by = _one_of(Authority, row.get("decided_by") or "", "decided_by", source)
    simple = _one_of(Simple, row.get("simple_procedure") or Simple.NEVER.value, "simple_procedure", source)
    found = Allowed(
        parts=tuple(_parts(row, fine, source)),
        fine=fine,
        simple=simple,
        decided_by=decided_by,
        aggravated_by=tuple(row.get("aggravated_by") or ()),
    )
    _check(row, found, source)
    return found


def cited(row: Mapping[str, Any], source: Source) -> dict[str, tuple[Citation, ...]]:
    """The articles broken and those that penalise. Raises Refused (cause_data) for one that the statutes lack."""
    found: dict[str, tuple[Citation, ...]] = {}
    for field in ("violated", "penalised"):
        articles: list[Citation] = []
        for text in row.get(field) or ():
            articles += _citations(text, field, source)
        found[field] = tuple(articles)
    return found


def fine_of(data: Mapping[str, Any] | None, source: Source) -> Fine | None:
    """A fine's range, checked. Raises Refused (cause_data)."""
    if not data:
        return None
    numbers = {name: _number(data.get(name), f"fine.{name}", source) for pair in _PAIRS for name in pair}
    if unknown := set(data) - set(numbers) - {"base", "optional"}:
        raise source.refuse(f"fine.{min(unknown)}", "不认识")
    for low_name, high_name in _PAIRS:
        _check_pair(numbers[low_name], numbers[high_name], low_name, high_name, source)
    base = str(data.get("base") or "").split(" (")[0]
    by_share, by_sum = numbers["max"] is not None, numbers["fixed_max"] is not None
    if by_share == by_sum:
        raise source.refuse("fine.max", "应按比例或者按金额，只取一种")
    if by_share and not base:
        raise source.refuse("fine.base", "没有写明以什么为基数")
    if not isinstance(data.get("optional"), bool):
        raise source.refuse("fine.optional", "应为 true（可以）或 false（应当）")
    return Fine(base=base, optional=data["optional"], **numbers)


def ordered(words: str) -> tuple[PenaltyKind, ...]:
    """The kinds that an order's words name, in their order of rank; nothing for words that name none."""
    return tuple(kind for pattern, kind in _ORDERS.items() if re.search(pattern, words))


def _parts(row: Mapping[str, Any], fine: Fine | None, source: Source) -> Iterator[Part]:
    warning = row.get("warning") or ""
    if warning not in ("", "required", "optional"):
        raise source.refuse("warning", f"不认识“{warning}”")
    if warning:
        yield Part((PenaltyKind.WARNING,), Duty.MUST if warning == "required" else Duty.MAY, When.ALWAYS)
    for words in row.get("confiscate") or ():
        if words not in _CONFISCATED:
            raise source.refuse("confiscate", f"不认识“{words}”，只有{'、'.join(_CONFISCATED)}")
        yield Part((_CONFISCATED[words],), Duty.MUST, When.ALWAYS)
    if fine:
        yield Part((PenaltyKind.FINE,), Duty.MAY if fine.optional else Duty.MUST, When.ALWAYS)
    if row.get("order"):
        yield Part(_ordered(row["order"], "order", source), Duty.MUST, When.ALWAYS)
    worse = (row.get("aggravated") or {}).get("order") or ()
    if worse:
        kinds = tuple(kind for words in worse for kind in _ordered(words, "aggravated.order", source))
        yield Part(kinds, Duty.MUST, When.AGGRAVATED)
    for at, part in enumerate(row.get("parts") or (), 1):
        yield _part(part, f"parts[{at}]", source)


def _part(data: Mapping[str, Any], field: str, source: Source) -> Part:
    kind = _one_of(PenaltyKind, data.get("kind", ""), f"{field}.kind", source)
    if kind not in _GOODS:
        raise source.refuse(f"{field}.kind", f"不能是“{kind.zh}”，只有物品和违法所得的去向")
    if data.get("law") and not _citations(str(data["law"]), f"{field}.law", source):
        raise source.refuse(f"{field}.law", f"看不懂“{data['law']}”")
    duty = _one_of(Duty, data.get("duty", ""), f"{field}.duty", source)
    return Part((kind,), duty, _one_of(When, data.get("when", ""), f"{field}.when", source))


def _check(row: Mapping[str, Any], found: Allowed, source: Source) -> None:
    decidable = row.get("decidable", True)
    if found.parts and not row.get("penalised"):
        raise source.refuse("penalised", "没有写明处罚条款")
    if found.parts and not decidable:
        raise source.refuse("decidable", "为 false，却有处罚")
    if found.simple is not Simple.NEVER and not found.kinds & {PenaltyKind.WARNING, PenaltyKind.FINE}:
        raise source.refuse("simple_procedure", "允许当场处罚，却没有警告或者罚款")
    if found.aggravated_by and all(part.when != When.AGGRAVATED for part in found.parts):
        raise source.refuse("aggravated_by", "有情节严重的标准，却没有情节严重的处罚")


def _check_pair(low: Decimal | None, high: Decimal | None, low_name: str, high_name: str, source: Source) -> None:
    if (low is None) != (high is None):
        raise source.refuse(f"fine.{low_name if low is None else high_name}", "缺少；下限和上限要一起填写")
    if low is None or high is None:
        return
    most = _MOST_TIMES if high_name == "max" else _MOST_YUAN
    if low > high:
        raise source.refuse(f"fine.{low_name}", f"下限 {plain(low)} 大于上限 {plain(high)}")
    if low < 0 or not 0 < high <= most:
        raise source.refuse(f"fine.{high_name}", f"超出 0 到 {plain(most)}")


def _ordered(words: str, field: str, source: Source) -> tuple[PenaltyKind, ...]:
    found = ordered(words)
    if not found:
        raise source.refuse(field, f"看不懂“{words}”；写法如 责令关闭、责令停止生产、责令暂停经营、取消资格")
    return found


def _citations(text: str, field: str, source: Source) -> list[Citation]:
    try:
        found = citations_in(text)
    except NotFound as missing:
        raise source.refuse(field, f"“{text}”：{missing.detail.rstrip('。')}") from None
    if not found and not is_open(text):
        raise source.refuse(field, f"看不懂“{text}”；写法如 实施条例 23(2)")
    return found


def is_open(text: str) -> bool:
    """Whether an entry of an article list says that its article is still to be entered by the bureau."""
    return "to be entered" in text


def _number(value: Any, field: str, source: Source) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise source.refuse(field, f"“{value}”不是数字") from None
    if not number.is_finite():
        raise source.refuse(field, f"“{value}”不是数字")
    return number


def _one_of(kinds: Callable[[str], _E], value: Any, field: str, source: Source) -> _E:
    try:
        return kinds(str(value))
    except ValueError:
        raise source.refuse(field, f"不认识“{value}”") from None
