"""Why an alert was raised: what the probability loses when a detector's columns are put back to its peers' middle."""

from __future__ import annotations

from typing import Any

import numpy as np

from zhuanmai.alerts.detectors import DETECTORS
from zhuanmai.alerts.detectors.kinds import Column, Detector, Spoken
from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.arrays import Floats
from zhuanmai.alerts.model.features import NAMES, Frame
from zhuanmai.alerts.model.ranker import Ranker
from zhuanmai.alerts.phrases import PLACE, PLACE_WORDS, in_words, look_for_of

_MOST, _FEWEST = 5, 3
_OF_NUMBERS = 2
_AT_THE_USUAL = 0.05
_LAST = {Spoken.BLEND: 1, Spoken.ASIDE: 2}


def explain(facts: Facts, page: Frame, ranker: Ranker, shops: list[int]) -> dict[int, tuple[str, list[dict[str, Any]]]]:
    """For each shop the offence most likely meant and its three to five weightiest reasons, with numbers."""
    if not shops:
        return {}
    columns = page.values[page.trading].T
    known = [column[~np.isnan(column)] for column in columns]
    middle = np.array([np.median(column) if len(column) else 0.0 for column in known])
    rows = page.values[shops]
    changed = np.repeat(rows[None], 1 + len(DETECTORS), axis=0)  # as it is, then without each detector
    for without, detector in zip(changed[1:], DETECTORS, strict=True):
        at = [NAMES.index(column.name) for column in detector.columns]
        without[:, at] = middle[at]
    odds = ranker.raw(page, changed.reshape(-1, rows.shape[1])).reshape(len(changed), len(shops))
    losses = (odds[0] - odds[1:]).T
    return {shop: _told(rows[row], middle, losses[row]) for row, shop in enumerate(shops)}


def _told(values: Floats, middle: Floats, losses: Floats) -> tuple[str, list[dict[str, Any]]]:
    order = sorted(range(len(losses)), key=lambda at: (not _tells(DETECTORS[at], values, middle), -losses[at]))
    chosen = [at for place, at in enumerate(order[:_MOST]) if losses[at] > 0.02 or place < _FEWEST]
    reasons = []
    by_offence: dict[str, float] = {}
    for at in chosen:
        detector = DETECTORS[at]
        off = {column.name: _off(values, middle, column.name) for column in detector.columns}
        columns = sorted(detector.columns, key=lambda column: telling(column, off[column.name]))
        shown = [column for column in columns if suspect(column, off[column.name])] or columns
        numbers = {
            column.name: {
                "value": round(float(np.nan_to_num(values[NAMES.index(column.name)])), 3),
                "peers": round(float(middle[NAMES.index(column.name)]), 3),
            }
            for column in shown[:_OF_NUMBERS]
        }
        reason = {"detector": detector.name, "column": columns[0].name, "numbers": numbers,
                  "weight": round(float(losses[at]), 3)}  # fmt: skip
        reasons.append(reason | {"words": in_words(reason), "look_for": look_for_of(detector.name)})
        by_offence[detector.offence] = by_offence.get(detector.offence, 0.0) + max(0.0, float(losses[at]))
    return max(by_offence, key=lambda offence: (by_offence[offence], offence)), reasons


def place_reasons(numbers: Any) -> list[dict[str, Any]]:
    """What complaints, parcels and visits said of a place: the weightiest five."""
    ordered = sorted((name for name in PLACE_WORDS if numbers.get(name)), key=lambda name: -numbers[name])
    reasons = [{"detector": PLACE, "column": name, "numbers": {name: float(numbers[name])}} for name in ordered[:_MOST]]
    return [reason | {"words": in_words(reason), "look_for": look_for_of(PLACE)} for reason in reasons]


def _tells(detector: Detector, values: Floats, middle: Floats) -> bool:
    """Whether any number of a detector that can be a reason speaks against the shop."""
    return any(
        column.spoken is not Spoken.ASIDE and suspect(column, _off(values, middle, column.name))
        for column in detector.columns
    )


def suspect(column: Column, off: float) -> bool:
    """Whether a number stands off the usual, and not on the side that speaks for the shop."""
    return abs(off) >= _AT_THE_USUAL and column.towards * off >= 0


def telling(column: Column, off: float) -> tuple[bool, int, float]:
    """How columns order for words: what stands off on the suspect side, blends and asides last, then the farthest."""
    return not suspect(column, off), _LAST.get(column.spoken, 0), -abs(off) * (1 + abs(column.towards))


def _off(values: Floats, middle: Floats, name: str) -> float:
    at = NAMES.index(name)
    return float((np.nan_to_num(values[at]) - middle[at]) / (abs(middle[at]) + 0.5))
