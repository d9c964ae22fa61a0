"""What alerts say, in the reader's language: reasons from their numbers, detectors by name, what to look for."""

from __future__ import annotations

import math
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from zhuanmai.alerts.detectors import DETECTORS
from zhuanmai.alerts.detectors.kinds import NEVER, Column, Spoken

RANDOM = "random"
PLACE = "place"
PLACE_WORDS = {
    "accused_52": _("{value} complaints of offences in a year"),
    "accused_13": _("{value} complaints of offences in 13 weeks"),
    "heavy_52": _("{value} heavy parcels in a year"),
    "parcels_52": _("{value} parcels in a year"),
    "unlicensed_52": _("{value} complaints of selling without licence in a year"),
    "dealer_52": _("{value} parcels in a year from people named in cases"),
}
_PLACE_LABEL = _("Place without a licence")
_PLACE_LOOK_FOR = _("Look for a counter or a store; ask who is there for the licence; note what parcels came.")
_BY_NAME = {detector.name: detector for detector in DETECTORS}
_COLUMNS = {column.name: column for detector in DETECTORS for column in detector.columns}


def in_words(reason: dict[str, Any]) -> str:
    """A reason in the reader's language, from its numbers: who says it, and what."""
    said = said_of(reason)
    if reason["detector"] == PLACE:
        return said
    return gettext("{label}: {words}").format(label=label_of(reason["detector"]), words=said)


def said_of(reason: dict[str, Any]) -> str:
    """What a reason says, in the reader's language."""
    name = reason["column"]
    told = reason["numbers"][name]
    if reason["detector"] == PLACE:
        return gettext(PLACE_WORDS[name]).format(value=round(told))
    column = _COLUMNS[name]
    other = told["value"] >= NEVER if column.spoken is Spoken.AGO else told["value"] < 0
    turned = other and bool(column.other)
    value = _shown(column, abs(told["value"]) if turned else told["value"], turned=turned)
    peers = _shown(column, told["peers"], turned=False)
    return gettext(column.other if turned else column.words).format(value=value, peers=peers)


def _shown(column: Column, value: float, *, turned: bool) -> str:
    """A number of a column as pages show it."""
    if column.spoken in (Spoken.RISE, Spoken.FALL):
        grows = (column.spoken is Spoken.RISE) != turned
        return f"{math.expm1(value) if grows else -math.expm1(-value):.0%}"
    if column.spoken is Spoken.PERCENT:
        return f"{value:.0%}"
    return f"{round(value, column.digits) + 0.0:.{column.digits}f}"


def label_of(detector: str) -> str:
    """A detector as pages name it, in the reader's language."""
    if detector == PLACE:
        return gettext(_PLACE_LABEL)
    return gettext(_BY_NAME[detector].label) if detector in _BY_NAME else detector


def look_for_of(detector: str) -> str:
    """What to look for on the spot when this detector speaks, in the reader's language."""
    return gettext(_PLACE_LOOK_FOR) if detector == PLACE else gettext(_BY_NAME[detector].look_for)
