"""What differs from city to city: drawn by the seed within ranges, so that nothing is tuned to one city."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from typing import Any

from zhuanmai.sandbox.city.arrays import stream
from zhuanmai.sandbox.city.makes import make_of


def _between(low: float, high: float) -> Any:
    return field(metadata={"range": (low, high)})


@dataclass(frozen=True)
class Parameters:
    """One city's parameters. Shares are 0–1; what scales something is around 1."""

    seed: int
    retailers: int
    weeks: int
    start: dt.date
    make: int  # 0: the usual one
    offending: float = _between(0.031, 0.039)  # share of the open shops that offend on a day
    spell_weeks: float = _between(38.0, 64.0)  # mean length of an offence
    strength: float = _between(0.80, 0.90)  # mean strength of an offender
    shown: float = _between(0.0, 0.10)  # added to the probability that an offender leaves a trace
    doubles: float = _between(0.65, 0.95)  # scale of the honest spells that look like a trace
    noise: float = _between(0.85, 1.2)  # scale of the week-to-week noise of honest shops
    festival: float = _between(0.5, 1.3)  # Spring Festival's surplus at its peak
    outflow: float = _between(0.38, 0.52)  # share of outflow among the offending shops
    tills: float = _between(0.25, 0.45)  # share of shops whose till reports
    eager: float = _between(0.85, 1.2)  # spread of the uptake of scarce brands among honest shops
    hotline: float = _between(0.8, 1.25)  # scale of complaints
    couriers: float = _between(0.8, 1.25)  # scale of parcels
    catching: float = _between(0.95, 1.05)  # scale of the probability that a visit finds an offence
    wary: float = _between(0.4, 0.65)  # probability that an offender lies low after a visit
    visits: float = _between(0.9, 1.15)  # scale of the number of past visits
    bias: float = _between(0.45, 0.62)  # share of the past visits that earlier rules chose
    late: float = _between(0.002, 0.012)  # share of orders that come in with the next month's file
    typos: float = _between(0.02, 0.06)  # share of hand-written fields with a slip
    masked: float = _between(0.15, 0.45)  # share of personal numbers masked in other systems
    missing: float = _between(0.03, 0.10)  # share of optional fields left empty

    @classmethod
    def draw(cls, *, seed: int, retailers: int, weeks: int, start: dt.date, make: int = 0) -> Parameters:
        """The parameters of the city with this seed. The start is moved back to its Monday."""
        chance = stream(seed, "parameters")
        wider = make_of(make).ranges
        drawn = {
            each.name: float(chance.uniform(*wider.get(each.name, each.metadata["range"])))
            for each in fields(cls)
            if "range" in each.metadata
        }
        monday = start - dt.timedelta(days=start.weekday())
        return cls(seed=seed, retailers=retailers, weeks=weeks, start=monday, make=make, **drawn)

    @property
    def days(self) -> int:
        """Length of the window in days."""
        return self.weeks * 7
