"""Of what make a city is: which traces offenders leave, how common honest doubles are, how far cities differ.

Make 0 is the usual one. The others are drawn widely around it: what holds in all of them is not the habit of one city.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from zhuanmai.sandbox.city.arrays import Chance, stream
from zhuanmai.sandbox.city.spells import TRACES

# Share of each kind among the offending shops that are not in outflow.
_OTHER_KINDS = {"counterfeit": 0.42, "front": 0.20, "smuggled": 0.15, "reopened": 0.10, "minor_sales": 0.13}
# Honest spells for each trace, per open shop at any time; each shows one trace, now and then a second.
_DOUBLES = {
    "at_cap": 0.022, "in_step": 0.005, "till_gap": 0.022, "found_elsewhere": 0.006, "parcels_out": 0.010,
    "more": 0.030, "premium_fall": 0.014, "complaints": 0.010, "parcels_in": 0.009, "known_supplier": 0.003,
    "foreign_fall": 0.010, "term_rhythm": 0.010,
}  # fmt: skip
# Ranges of parameters that are wider in other makes than between cities of the usual one.
_WIDE = {
    "spell_weeks": (25.0, 75.0), "strength": (0.60, 0.95), "shown": (-0.15, 0.12), "doubles": (0.4, 1.5),
    "noise": (0.7, 1.5), "festival": (0.3, 1.6), "outflow": (0.25, 0.65), "tills": (0.1, 0.7), "eager": (0.7, 1.5),
    "hotline": (0.5, 1.8), "couriers": (0.5, 1.8), "wary": (0.2, 0.8), "visits": (0.7, 1.6), "bias": (0.3, 0.7),
    "typos": (0.01, 0.10), "masked": (0.05, 0.60), "missing": (0.01, 0.15),
}  # fmt: skip
_TRACE_SPREAD, _DOUBLE_SPREAD, _KIND_SPREAD = 0.8, 0.6, 0.5  # deviations: log odds, log, log


@dataclass(frozen=True)
class Make:
    """What all cities of one make have in common. Probabilities and shares are 0–1."""

    traces: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: TRACES)
    doubles: Mapping[str, float] = field(default_factory=lambda: _DOUBLES)
    kinds: Mapping[str, float] = field(default_factory=lambda: _OTHER_KINDS)
    lone: float = 0.22  # share of outflow shops that work alone
    second: float = 0.15  # share of the doubles that show a second trace
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@functools.cache
def make_of(number: int) -> Make:
    """The make with this number, always the same."""
    if number == 0:
        return Make()
    chance = stream(number, "make")
    kinds = {kind: share * _times(chance, _KIND_SPREAD) for kind, share in _OTHER_KINDS.items()}
    return Make(
        traces={
            kind: {trace: _shifted(chance, probability) for trace, probability in traces.items()}
            for kind, traces in TRACES.items()
        },
        doubles={trace: share * _times(chance, _DOUBLE_SPREAD) for trace, share in _DOUBLES.items()},
        kinds={kind: share / sum(kinds.values()) for kind, share in kinds.items()},
        lone=float(chance.uniform(0.1, 0.4)),
        second=float(chance.uniform(0.05, 0.3)),
        ranges=_WIDE,
    )


def _times(chance: Chance, spread: float) -> float:
    return float(math.exp(chance.normal(0, spread)))


def _shifted(chance: Chance, probability: float) -> float:
    odds = math.log(probability / (1 - probability)) + chance.normal(0, _TRACE_SPREAD)
    return float(1 / (1 + math.exp(-odds)))
