"""Why an alert was raised: what the probability loses when a detector's columns are put back to its peers' middle."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from zhuanmai.alerts.arrays import Floats
from zhuanmai.alerts.detectors import DETECTORS
from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.features import NAMES, Frame
from zhuanmai.alerts.ranker import Ranker

_MOST, _FEWEST = 5, 3
_OF_NUMBERS = 2
PLACE = "place"
_PLACE_WORDS = {
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


def explain(facts: Facts, page: Frame, ranker: Ranker, shops: list[int]) -> dict[int, tuple[str, list[dict[str, Any]]]]:
    """For each shop the offence most likely meant and its three to five weightiest reasons, with numbers."""
    if not shops:
        return {}
    middle = np.nanmedian(page.values[page.trading], axis=0)
    middle = np.where(np.isnan(middle), 0.0, middle)
    rows = page.values[shops]
    whole = ranker.raw(page, rows) if ranker.trees else _standing(page, rows)
    losses = np.zeros((len(shops), len(DETECTORS)))
    for index, detector in enumerate(DETECTORS):
        at = [NAMES.index(column.name) for column in detector.columns]
        changed = rows.copy()
        changed[:, at] = middle[at]
        losses[:, index] = whole - (ranker.raw(page, changed) if ranker.trees else _standing(page, changed))
    return {shop: _told(rows[row], middle, losses[row]) for row, shop in enumerate(shops)}


def _told(values: Floats, middle: Floats, losses: Floats) -> tuple[str, list[dict[str, Any]]]:
    order = np.argsort(-losses, kind="stable")
    chosen = [int(at) for at in order[:_MOST] if losses[at] > 0.02 or list(order).index(at) < _FEWEST]
    reasons = []
    by_offence: dict[str, float] = {}
    for at in chosen:
        detector = DETECTORS[at]
        columns = sorted(
            detector.columns, key=lambda column: -abs(_off(values, middle, column.name)) * (1 + abs(column.towards))
        )
        numbers = {
            column.name: {
                "value": round(float(np.nan_to_num(values[NAMES.index(column.name)])), 3),
                "peers": round(float(middle[NAMES.index(column.name)]), 3),
            }
            for column in columns[:_OF_NUMBERS]
        }
        reason = {"detector": detector.name, "column": columns[0].name, "numbers": numbers,
                  "weight": round(float(losses[at]), 3)}  # fmt: skip
        reasons.append(reason | {"words": in_words(reason), "look_for": look_for_of(detector.name)})
        by_offence[detector.offence] = by_offence.get(detector.offence, 0.0) + max(0.0, float(losses[at]))
    return max(by_offence, key=lambda offence: (by_offence[offence], offence)), reasons


def place_reasons(numbers: Any) -> list[dict[str, Any]]:
    """What complaints, parcels and visits said of a place: the weightiest five."""
    ordered = sorted((name for name in _PLACE_WORDS if numbers.get(name)), key=lambda name: -numbers[name])
    reasons = [{"detector": PLACE, "column": name, "numbers": {name: float(numbers[name])}} for name in ordered[:_MOST]]
    return [reason | {"words": in_words(reason), "look_for": look_for_of(PLACE)} for reason in reasons]


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
        return gettext(_PLACE_WORDS[name]).format(value=round(told))
    column = _COLUMNS[name]
    return gettext(column.words).format(
        value=round(told["value"], column.digits or None), peers=round(told["peers"], column.digits or None)
    )


def label_of(detector: str) -> str:
    """A detector as pages name it, in the reader's language."""
    if detector == PLACE:
        return gettext(_PLACE_LABEL)
    return gettext(_BY_NAME[detector].label) if detector in _BY_NAME else detector


def look_for_of(detector: str) -> str:
    """What to look for on the spot when this detector speaks, in the reader's language."""
    return gettext(_PLACE_LOOK_FOR) if detector == PLACE else gettext(_BY_NAME[detector].look_for)


def _off(values: Floats, middle: Floats, name: str) -> float:
    at = NAMES.index(name)
    return float((np.nan_to_num(values[at]) - middle[at]) / (abs(middle[at]) + 0.5))


def _standing(page: Frame, rows: Floats) -> Floats:
    """Without a model: how far above the shops each detector's first column stands."""
    total = np.zeros(len(rows))
    for detector in DETECTORS:
        at = NAMES.index(detector.columns[0].name)
        pool = np.sort(page.values[page.trading, at])
        pool = pool[~np.isnan(pool)]
        if len(pool):
            share = np.searchsorted(pool, np.nan_to_num(rows[:, at], nan=pool[0]), "left") / len(pool)
            total += np.maximum(share - 0.5, 0) ** 4 * 16
    return total
