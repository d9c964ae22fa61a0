"""Thresholds that light up while counting: hearing, transfer to police or customs, presumed wholesale. Pure.

Each is judged on the lines that it covers: illegal business only when the party holds no tobacco licence that day;
substandard goods only on counterfeit lines, to-test lines shown as 如检验为假; smuggled lines without a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhuanmai.core.units import money, plain
from zhuanmai.enforcement.totals import Totals
from zhuanmai.reference.causes import CauseFound, Threshold

_RANK = {"danger": 0, "warning": 1, "info": 2, "off": 3}
_ALWAYS_HEARD = frozenset({"W01", "P01"})
_HEARING = "行政处罚法 63"
_WHOLESALE = "wholesale_presumed"
_TRANSPORT = "R04"


@dataclass(frozen=True)
class Light:
    """A threshold as shown: how urgent (danger, warning, info, off), in words, its article, how it is computed."""

    code: str
    level: str
    words: str
    article: str
    detail: str = ""


@dataclass(frozen=True)
class Licence:
    """The party's licence on the day: `holds` None while nobody has entered a party."""

    holds: bool | None


@dataclass(frozen=True)
class Hearing:
    """The unit's figures (CNY) for the party: of the fine, of what may be confiscated; article and source."""

    fine: Decimal | None
    confiscation: Decimal | None
    article: str
    source: str


def lights(
    totals: Totals,
    *,
    causes: Sequence[CauseFound],
    thresholds: Sequence[Threshold],
    licence: Licence,
    hearing: Hearing | None = None,
) -> list[Light]:
    """The lights of a case, most urgent first. `hearing` None: the unit has no figure, so it is always offered."""
    known = {one.code: one for one in thresholds}
    found = [
        *_hearing(totals, causes, hearing),
        *_illegal_business(totals, known, licence),
        *_fakes(totals, known),
        *_smuggled(totals),
        *_wholesale(totals, known, licence),
        *_transport(totals, known, causes),
    ]
    return sorted(found, key=lambda light: _RANK[light.level])


def highest_fine(totals: Totals, causes: Sequence[CauseFound]) -> tuple[Decimal, CauseFound] | None:
    """The highest fine that the chosen causes allow on the value found so far, and the cause; None if none has one."""
    fines = []
    for cause in causes:
        if cause.fine is None or cause.decided_by:
            continue
        if cause.fine.fixed_max is not None:
            fines.append((cause.fine.fixed_max, cause))
        elif cause.fine.max is not None:
            fines.append((totals.value * cause.fine.max, cause))
    return max(fines, key=lambda pair: pair[0]) if fines else None


def _hearing(totals: Totals, causes: Sequence[CauseFound], at: Hearing | None) -> list[Light]:
    highest = highest_fine(totals, causes)
    if highest is None:
        return []
    fine, cause = highest
    how = f"{cause.name}：最高罚款 {money(fine)} 元"
    if cause.fine is not None and cause.fine.max is not None:
        how = f"{cause.name}：{money(totals.value)} 元 × {plain(cause.fine.max * 100)}% = {money(fine)} 元"
    always = next((one for one in causes if one.code in _ALWAYS_HEARD), None)
    if always is not None:
        return [Light("hearing", "danger", "应告知听证权利", _HEARING, f"{always.name}：一律告知；{how}")]
    if at is None or (at.fine is None and fine > 0):
        level = "warning" if fine > 0 else "off"
        words = f"听证：按最高罚款 {money(fine)} 元，应告知"
        return [Light("hearing", level, words, _HEARING, f"{how}；本单位未设罚款标准，一律告知")]
    confiscated = totals.value if _confiscates(cause) else Decimal(0)
    if at.fine is not None and fine >= at.fine:
        words = f"达到听证标准：罚款 {money(at.fine)} 元"
        return [Light("hearing", "danger", words, at.article, f"{how}；{at.source}")]
    if at.confiscation is not None and confiscated >= at.confiscation:
        words = f"达到听证标准：没收 {money(at.confiscation)} 元"
        how = f"{cause.name}：可没收财物价值 {money(confiscated)} 元"
        return [Light("hearing", "danger", words, at.article, f"{how}；{at.source}")]
    figures = (("罚款", at.fine), ("没收", at.confiscation))
    sums = "、".join(f"{what} {money(amount)} 元" for what, amount in figures if amount is not None)
    return [Light("hearing", "off", f"未达听证标准（{sums}）", at.article, f"{how}；{at.source}")]


def _confiscates(cause: CauseFound) -> bool:
    """Whether the goods themselves may be confiscated under the cause."""
    goods = str(cause.rest.get("goods", ""))
    return "confiscat" in goods and "not confiscated" not in goods


def _illegal_business(totals: Totals, known: dict[str, Threshold], licence: Licence) -> list[Light]:
    article = "两高烟草解释 3"
    if licence.holds is None:
        return [Light("illegal_business", "off", "非法经营：待录入当事人", article)]
    if licence.holds:
        return [Light("illegal_business", "off", "非法经营：持证户，不适用", article, "当事人当日持有烟草专卖许可证")]
    reached = [
        one
        for one in known.values()
        if one.condition == "no_licence"
        and one.code.startswith("illegal_business")
        and _measured(totals, one.measure) >= one.at_least
    ]
    sums = f"{money(totals.value)} 元、{plain(totals.cigarette_sticks)} 支"
    if totals.unpriced:
        sums += f"（另有 {totals.unpriced} 项未核价）"
    if not reached:
        return [Light("illegal_business", "info", f"非法经营：{sums}，未达 5 万元或 20 万支", article)]
    worst = max(reached, key=lambda one: ("grave" in one.code, one.at_least))
    grave = "情节特别严重" if "grave" in worst.code else "情节严重"
    cited = worst.citations[0].full if worst.citations else article
    return [Light("illegal_business", "danger", f"达到非法经营罪{grave}标准：移送公安", article, f"{sums}；{cited}")]


def _fakes(totals: Totals, known: dict[str, Threshold]) -> list[Light]:
    rule = known.get("fakes_unsold")
    if rule is None:
        return []
    sure = totals.value_by_kind.get("counterfeit", Decimal(0))
    maybe = sure + totals.value_by_kind.get("to_test", Decimal(0))
    article, how = "两高烟草解释 2", f"未销售货值满 {money(rule.at_least)} 元的，未遂"
    if not maybe:
        return []
    if sure >= rule.at_least:
        return [Light("fakes_unsold", "danger", f"伪劣卷烟货值 {money(sure)} 元：移送公安", article, how)]
    if maybe >= rule.at_least:
        return [Light("fakes_unsold", "warning", f"如检验为假：货值 {money(maybe)} 元，达移送标准", article, how)]
    words = f"如检验为假：货值 {money(maybe)} 元" if maybe > sure else f"伪劣卷烟货值 {money(sure)} 元"
    return [Light("fakes_unsold", "info", f"{words}，未达 {money(rule.at_least)} 元", article, how)]


def _smuggled(totals: Totals) -> list[Light]:
    cartons = totals.by_kind.get("smuggled")
    if cartons is None:
        return []
    words = "移送海关/公安—核对走私数额"
    return [Light("smuggled", "warning", words, "专卖法 37", f"走私烟 {plain(cartons)} 条")]


def _wholesale(totals: Totals, known: dict[str, Threshold], licence: Licence) -> list[Light]:
    rule = known.get(_WHOLESALE)
    if rule is None or totals.cartons < rule.at_least:
        return []
    words = f"{plain(totals.cartons)} 条：如一次售出 50 条以上，视为无证批发"
    return [Light(_WHOLESALE, "info", words, "实施条例 24", "须查明是否一次销售；存放在店内不等于售出")]


def _transport(totals: Totals, known: dict[str, Threshold], causes: Sequence[CauseFound]) -> list[Light]:
    if all(cause.code != _TRANSPORT for cause in causes):
        return []
    found = []
    for code in ("transport_aggravated_value", "transport_aggravated_sticks"):
        rule = known.get(code)
        if rule is not None and _measured(totals, rule.measure) >= rule.at_least:
            found.append(Light(code, "danger", rule.what, "实施条例 52(二)", "情节严重：没收烟草专卖品和违法所得"))
    return found


def _measured(totals: Totals, measure: str) -> Decimal:
    return {"value": totals.value, "sticks": totals.cigarette_sticks, "cartons": totals.cartons}.get(
        measure, Decimal(0)
    )
