"""Thresholds that light up while counting: hearing, transfer to police or customs, presumed wholesale. Pure.

Each is judged on the lines that it covers: illegal business only when the party holds no tobacco licence that day;
substandard goods only on counterfeit lines, to-test lines shown as 如检验为假; smuggled lines without a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

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
    how = _("{cause}: fine up to {fine} yuan").format(cause=cause.name, fine=money(fine))
    if cause.fine is not None and cause.fine.max is not None:
        how = _("{cause}: {value} yuan × {share}% = {fine} yuan").format(
            cause=cause.name, value=money(totals.value), share=plain(cause.fine.max * 100), fine=money(fine)
        )
    always = next((one for one in causes if one.code in _ALWAYS_HEARD), None)
    if always is not None:
        return [
            Light(
                "hearing",
                "danger",
                _("A hearing must be offered"),
                _HEARING,
                _("{cause}: always offered; {how}").format(cause=always.name, how=how),
            )
        ]
    if at is None or (at.fine is None and fine > 0):
        level = "warning" if fine > 0 else "off"
        words = _("Hearing: to be offered, by the highest fine of {fine} yuan").format(fine=money(fine))
        return [
            Light(
                "hearing",
                level,
                words,
                _HEARING,
                _("{how}; this unit has set no figure for fines, so it is always offered").format(how=how),
            )
        ]
    confiscated = totals.value if _confiscates(cause) else Decimal(0)
    if at.fine is not None and fine >= at.fine:
        words = _("Hearing threshold reached: fine of {sum} yuan").format(sum=money(at.fine))
        return [Light("hearing", "danger", words, at.article, f"{how}；{at.source}")]
    if at.confiscation is not None and confiscated >= at.confiscation:
        words = _("Hearing threshold reached: confiscation of {sum} yuan").format(sum=money(at.confiscation))
        how = _("{cause}: goods worth {value} yuan may be confiscated").format(
            cause=cause.name, value=money(confiscated)
        )
        return [Light("hearing", "danger", words, at.article, f"{how}；{at.source}")]
    figures = ((_("fine {sum} yuan"), at.fine), (_("confiscation {sum} yuan"), at.confiscation))
    sums = "、".join(words.format(sum=money(amount)) for words, amount in figures if amount is not None)
    return [
        Light(
            "hearing",
            "off",
            _("Hearing threshold not reached ({sums})").format(sums=sums),
            at.article,
            f"{how}；{at.source}",
        )
    ]


def _confiscates(cause: CauseFound) -> bool:
    """Whether the goods themselves may be confiscated under the cause."""
    goods = str(cause.rest.get("goods", ""))
    return "confiscat" in goods and "not confiscated" not in goods


def _illegal_business(totals: Totals, known: dict[str, Threshold], licence: Licence) -> list[Light]:
    article = "两高烟草解释 3"
    if licence.holds is None:
        return [Light("illegal_business", "off", _("Illegal business: party not entered yet"), article)]
    if licence.holds:
        return [
            Light(
                "illegal_business",
                "off",
                _("Illegal business: licence holder, does not apply"),
                article,
                _("The party held a tobacco monopoly licence that day"),
            )
        ]
    reached = [
        one
        for one in known.values()
        if one.condition == "no_licence"
        and one.code.startswith("illegal_business")
        and _measured(totals, one.measure) >= one.at_least
    ]
    sums = _("{value} yuan, {sticks} sticks").format(value=money(totals.value), sticks=plain(totals.cigarette_sticks))
    if totals.unpriced:
        sums += _(" ({n} more lines without a price)").format(n=totals.unpriced)
    if not reached:
        return [
            Light(
                "illegal_business",
                "info",
                _("Illegal business: {sums}, below 50,000 yuan or 200,000 sticks").format(sums=sums),
                article,
            )
        ]
    worst = max(reached, key=lambda one: ("grave" in one.code, one.at_least))
    grave = _("especially serious") if "grave" in worst.code else _("serious")
    cited = worst.citations[0].full if worst.citations else article
    return [
        Light(
            "illegal_business",
            "danger",
            _("Illegal business, {grave}: transfer to the police").format(grave=grave),
            article,
            f"{sums}；{cited}",
        )
    ]


def _fakes(totals: Totals, known: dict[str, Threshold]) -> list[Light]:
    rule = known.get("fakes_unsold")
    if rule is None:
        return []
    sure = totals.value_by_kind.get("counterfeit", Decimal(0))
    maybe = sure + totals.value_by_kind.get("to_test", Decimal(0))
    article, how = (
        "两高烟草解释 2",
        _("Unsold goods worth {sum} yuan or more: attempt").format(sum=money(rule.at_least)),
    )
    if not maybe:
        return []
    if sure >= rule.at_least:
        return [
            Light(
                "fakes_unsold",
                "danger",
                _("Counterfeit goods worth {sum} yuan: transfer to the police").format(sum=money(sure)),
                article,
                how,
            )
        ]
    if maybe >= rule.at_least:
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
    words = _("{worth}, below {sum} yuan").format(worth=words.format(sum=money(maybe)), sum=money(rule.at_least))
    return [Light("fakes_unsold", "info", words, article, how)]


def _smuggled(totals: Totals) -> list[Light]:
    cartons = totals.by_kind.get("smuggled")
    if cartons is None:
        return []
    words = _("Transfer to customs or police: check the sum smuggled")
    return [Light("smuggled", "warning", words, "专卖法 37", _("{n} cartons smuggled").format(n=plain(cartons)))]


def _wholesale(totals: Totals, known: dict[str, Threshold], licence: Licence) -> list[Light]:
    rule = known.get(_WHOLESALE)
    if rule is None or totals.cartons < rule.at_least:
        return []
    words = _("{n} cartons: 50 or more sold at once count as wholesale without licence").format(n=plain(totals.cartons))
    return [
        Light(
            _WHOLESALE,
            "info",
            words,
            "实施条例 24",
            _("Find out whether they were sold at once; stored in the shop is not sold"),
        )
    ]


def _transport(totals: Totals, known: dict[str, Threshold], causes: Sequence[CauseFound]) -> list[Light]:
    if all(cause.code != _TRANSPORT for cause in causes):
        return []
    found = []
    for code in ("transport_aggravated_value", "transport_aggravated_sticks"):
        rule = known.get(code)
        if rule is not None and _measured(totals, rule.measure) >= rule.at_least:
            found.append(
                Light(
                    code, "danger", rule.what, "实施条例 52(二)", _("Serious: goods and illegal gains are confiscated")
                )
            )
    return found


def _measured(totals: Totals, measure: str) -> Decimal:
    return {"value": totals.value, "sticks": totals.cigarette_sticks, "cartons": totals.cartons}.get(
        measure, Decimal(0)
    )
