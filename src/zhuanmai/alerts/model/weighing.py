"""How much each judge counts: a regression that knows that a visit to who offends finds it only so often.

Without that ceiling the many visits to the most suspect, of which hardly more find something than of the rather
suspect, would say that suspicion tells little, and each lesson from the list's own visits would blur the next list.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from zhuanmai.alerts.facts.arrays import Floats, Ints

_SURE = 1e-6
_HOLD_CEILING = 20.0


@dataclass(frozen=True)
class Weighed:
    """The chance of a finding is `ceiling` / (1 + exp(−(odds · weights + base)))."""

    weights: Floats
    base: float
    ceiling: float


def weigh(odds: Floats, found: Ints, weight: Floats, *, expected: Floats, hold: Floats, ceiling: float) -> Weighed:
    """What the visits say of their judges.

    `odds`: visits × judges. `expected` and `hold`: what each weight is before anything is learned, and how many lessons
    it takes to move it (a ridge around it). No judge counts against what it says. `ceiling`: what visits to who offends
    find elsewhere; theirs here moves off it as far as the visits tell.
    """
    number = odds.shape[1]
    usual = float(logit(ceiling))

    def loss(at: Floats) -> tuple[float, Floats]:
        offends = expit(odds @ at[:number] + at[number])
        top = expit(at[-1])
        chance = np.clip(top * offends, _SURE, 1 - _SURE)
        moved, off = at[:number] - expected, at[-1] - usual
        said = weight * np.where(found > 0, np.log(chance), np.log1p(-chance))
        slope = weight * (chance - found) / (1 - chance)
        steep = slope * (1 - offends)
        return (
            float(-said.sum() + ((hold * moved**2).sum() + _HOLD_CEILING * off**2) / 2),
            np.concatenate(
                [odds.T @ steep + hold * moved, [steep.sum(), (1 - top) * slope.sum() + _HOLD_CEILING * off]]
            ),
        )

    bounds = [(0.0, None)] * number + [(None, None)] * 2
    best = minimize(loss, np.append(expected, [0.0, usual]), jac=True, method="L-BFGS-B", bounds=bounds).x
    return Weighed(best[:number], float(best[number]), float(expit(best[-1])))
