"""Thresholds that light up while counting: hearing, transfer to police or customs, presumed wholesale. Pure.

Each is judged on the lines that it covers: illegal business only when the party holds no tobacco licence that day;
substandard goods only on counterfeit lines, to-test lines shown as 如检验为假; smuggled lines without a figure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from zhuanmai.core.units import money, plain
from zhuanmai.enforcement.totals import Totals
from zhuanmai.reference.allowed import Authority, PenaltyKind
from zhuanmai.reference.causes import CauseFound
from zhuanmai.reference.thresholds import Condition, Group, Measure, Threshold

_RANK = {"danger": 0, "warning": 1, "info": 2, "off": 3}
_HEARING = "行政处罚法 63"
_ILLEGAL_BUSINESS = "两高烟草解释 3"


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
    found = [
        *_hearing(totals, causes, hearing, aggravated(totals, thresholds, causes)),
        *_illegal_business(totals, thresholds, licence),
        *_fakes(totals, thresholds),
        *_smuggled(totals),
        *_wholesale(totals, thresholds),
        *_aggravated(totals, thresholds, causes),
    ]
    return sorted(found, key=lambda light: _RANK[light.level])


def highest_fine(
    totals: Totals, causes: Sequence[CauseFound], worse: Collection[str] = ()
) -> tuple[Decimal, CauseFound] | None:
    """The highest fine that the chosen causes allow on the value found so far, and the cause; None if none has one.

    `worse`: the codes of the causes whose act is aggravated.
    """
    fines = [
        (cause.fine.most(totals.value, aggravated=cause.code in worse), cause)
        for cause in _ours(causes)
        if cause.fine is not None
    ]
    return max(fines, key=lambda pair: pair[0]) if fines else None


def aggravated(totals: Totals, known: Sequence[Threshold], causes: Sequence[CauseFound]) -> frozenset[str]:
    """The codes of the causes whose act is aggravated by a figure that the goods reach."""
    reached = {rule.code for rule in known if rule.reached(_measured(totals, rule.measure))}
    return frozenset(cause.code for cause in causes if reached & set(cause.allows.aggravated_by))


def _ours(causes: Sequence[CauseFound]) -> list[CauseFound]:
    """The causes that the bureau decides itself."""
    return [cause for cause in causes if cause.decided_by is Authority.BUREAU]


def _hearing(totals: Totals, causes: Sequence[CauseFound], at: Hearing | None, worse: Collection[str]) -> list[Light]:
    highest = highest_fine(totals, causes, worse)
    how = _how(totals, *highest) if highest else ""
    for cause in _ours(causes):
        kinds = cause.allows.heard_always(aggravated=cause.code in worse)
        if kinds:
            words = _("A hearing must be offered: {kinds}").format(kinds=_listed(kinds))
            detail = _("{cause}: always offered").format(cause=cause.name) + (f"；{how}" if how else "")
            return [Light("hearing", "danger", words, _HEARING, detail)]
    if highest is None:
        return []
    fine = highest[0]
    if at is None or (at.fine is None and fine > 0):
        level = "warning" if fine > 0 else "off"
        words = _("Hearing: to be offered, by the highest fine of {fine} yuan").format(fine=money(fine))
        said = _("{how}; this unit has set no figure for fines, so it is always offered").format(how=how)
        return [Light("hearing", level, words, _HEARING, said)]
    return [_by_figures(totals, causes, at, worse, fine, how)]


def _by_figures(
    totals: Totals, causes: Sequence[CauseFound], at: Hearing, worse: Collection[str], fine: Decimal, how: str
) -> Light:
    """Held against the unit's figures, fine and confiscation each by itself."""
    if at.fine is not None and fine >= at.fine:
        words = _("Hearing threshold reached: fine of {sum} yuan").format(sum=money(at.fine))
        return Light("hearing", "danger", words, at.article, f"{how}；{at.source}")
    taking = next((one for one in _ours(causes) if one.allows.goods_taken(aggravated=one.code in worse)), None)
    if taking and at.confiscation is not None and totals.value >= at.confiscation:
        words = _("Hearing threshold reached: confiscation of {sum} yuan").format(sum=money(at.confiscation))
        taken = _("{cause}: goods worth {value} yuan may be confiscated")
        if PenaltyKind.CONFISCATE_GOODS not in taking.allows.kinds_when(aggravated=taking.code in worse):
            taken = _("{cause}: goods worth {value} yuan are to be destroyed")
        how = taken.format(cause=taking.name, value=money(totals.value))
        return Light("hearing", "danger", words, at.article, f"{how}；{at.source}")
    figures = ((_("fine {sum} yuan"), at.fine), (_("confiscation {sum} yuan"), at.confiscation))
    sums = "、".join(words.format(sum=money(amount)) for words, amount in figures if amount is not None)
    words = _("Hearing threshold not reached ({sums})").format(sums=sums)
    return Light("hearing", "off", words, at.article, f"{how}；{at.source}")


def _listed(kinds: Iterable[PenaltyKind]) -> str:
    """Kinds in their order, in the reader's language."""
    return "、".join(str(kind.label) for kind in sorted(kinds, key=list(PenaltyKind).index))


def _how(totals: Totals, fine: Decimal, cause: CauseFound) -> str:
    """How the highest fine is computed."""
    if cause.fine is None or cause.fine.max is None:
        return _("{cause}: fine up to {fine} yuan").format(cause=cause.name, fine=money(fine))
    return _("{cause}: {value} yuan × {share}% = {fine} yuan").format(
        cause=cause.name, value=money(totals.value), share=plain(cause.fine.max * 100), fine=money(fine)
    )


def _illegal_business(totals: Totals, known: Sequence[Threshold], licence: Licence) -> list[Light]:
    code, article = Group.ILLEGAL_BUSINESS.value, _ILLEGAL_BUSINESS
    if licence.holds is None:
        return [Light(code, "off", _("Illegal business: party not entered yet"), article)]
    if licence.holds:
        words = _("Illegal business: licence holder, does not apply")
        return [Light(code, "off", words, article, _("The party held a tobacco monopoly licence that day"))]
    rules = [one for one in known if one.group is Group.ILLEGAL_BUSINESS and one.condition is Condition.NO_LICENCE]
    reached = [one for one in rules if one.reached(_measured(totals, one.measure))]
    sums = _("{value} yuan, {sticks} sticks").format(value=money(totals.value), sticks=plain(totals.cigarette_sticks))
    if totals.unpriced:
        sums += _(" ({n} more lines without a price)").format(n=totals.unpriced)
    if not reached:
        least = {one.measure: f"{one.limit:,}" for one in rules if not one.grave}
        words = _("Illegal business: {sums}, below {sum} yuan or {sticks} sticks").format(
            sums=sums, sum=least.get(Measure.VALUE, "—"), sticks=least.get(Measure.STICKS, "—")
        )
        return [Light(code, "info", words, article)]
    worst = max(reached, key=lambda one: (one.grave, one.limit))
    grave = _("especially serious") if worst.grave else _("serious")
    words = _("Illegal business, {grave}: transfer to the police").format(grave=grave)
    return [Light(code, "danger", words, article, f"{sums}；{worst.citations[0].full}")]


def _fakes(totals: Totals, known: Sequence[Threshold]) -> list[Light]:
    rule = next((one for one in known if one.group is Group.FAKES and one.measure is Measure.VALUE), None)
    if rule is None:
        return []
    sure = totals.value_by_kind.get("counterfeit", Decimal(0))
    maybe = sure + totals.value_by_kind.get("to_test", Decimal(0))
    article, how = (
        "两高烟草解释 2",
        _("Unsold goods worth {sum} yuan or more: attempt").format(sum=money(rule.limit)),
    )
    if not maybe:
        return []
    if rule.reached(sure):
        return [
            Light(
                "fakes_unsold",
                "danger",
                _("Counterfeit goods worth {sum} yuan: transfer to the police").format(sum=money(sure)),
                article,
                how,
            )
        ]
    if rule.reached(maybe):
        return [
            Light(
                "fakes_unsold",
                "warning",
                _("If tested counterfeit: worth {sum} yuan, transfer threshold reached").format(sum=money(maybe)),
                article,
                how,
            )
        ]
    words = _("If tested counterfeit: worth {sum} yuan") if maybe > sure else _("Counterfeit goods worth {sum} yuan")
    words = _("{worth}, below {sum} yuan").format(worth=words.format(sum=money(maybe)), sum=money(rule.limit))
    return [Light("fakes_unsold", "info", words, article, how)]


def _smuggled(totals: Totals) -> list[Light]:
    cartons = totals.by_kind.get("smuggled")
    if cartons is None:
        return []
    words = _("Transfer to customs or police: check the sum smuggled")
    return [Light("smuggled", "warning", words, "专卖法 37", _("{n} cartons smuggled").format(n=plain(cartons)))]


def _wholesale(totals: Totals, known: Sequence[Threshold]) -> list[Light]:
    rule = next((one for one in known if one.group is Group.WHOLESALE), None)
    if rule is None or not rule.reached(_measured(totals, rule.measure)):
        return []
    words = _("{n} cartons: {least} or more sold at once count as wholesale without licence").format(
        n=plain(totals.cartons), least=plain(rule.limit)
    )
    how = _("Find out whether they were sold at once; stored in the shop is not sold")
    return [Light(rule.code, "info", words, rule.law, how)]


def _aggravated(totals: Totals, known: Sequence[Threshold], causes: Sequence[CauseFound]) -> list[Light]:
    found = {}
    for cause in causes:
        adds = cause.allows.kinds_when(aggravated=True) - cause.allows.kinds_when(aggravated=False)
        for rule in known:
            if rule.code in cause.allows.aggravated_by and rule.reached(_measured(totals, rule.measure)):
                how = _("Serious: {kinds}").format(kinds=_listed(adds))
                found[rule.code] = Light(rule.code, "danger", rule.what, rule.law, how)
    return list(found.values())


def _measured(totals: Totals, measure: Measure) -> Decimal:
    """What the lines come to by a measure; what the case does not know (sales, income) is nothing."""
    known = {
        Measure.VALUE: totals.value,
        Measure.STICKS: totals.cigarette_sticks,
        Measure.CARTONS: totals.cartons,
        Measure.LEAF: totals.leaf_kilograms,
    }
    return known.get(measure, Decimal(0))
