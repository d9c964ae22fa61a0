"""The year's rhythms: festivals by the lunar calendar, tourist summers, term time. One factor a week."""

from __future__ import annotations

import datetime as dt

import numpy as np
from lunardate import LunarDate

from zhuanmai.sandbox.city.arrays import Floats, stream
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.places import LOCATIONS

_BEFORE_SPRING_FESTIVAL = {4: 0.35, 3: 0.65, 2: 1.0, 1: 0.9}  # weeks before → share of the surplus
_HOLE = 0.10  # what is ordered in the week of the festival


def spring_festival(year: int) -> dt.date:
    """The first day of the lunar year that begins in this year."""
    day: dt.date = LunarDate(year, 1, 1).to_solar_date()
    return day


def mid_autumn(year: int) -> dt.date:
    """The fifteenth of the eighth lunar month."""
    day: dt.date = LunarDate(year, 8, 15).to_solar_date()
    return day


def mondays(parameters: Parameters) -> list[dt.date]:
    """The Mondays of the window."""
    return [parameters.start + dt.timedelta(weeks=week) for week in range(parameters.weeks)]


def _weeks_to(monday: dt.date, day: dt.date) -> int:
    """Whole weeks from this week to the week of the day; 0 in the same week."""
    return (day - dt.timedelta(days=day.weekday()) - monday).days // 7


def festival_factors(parameters: Parameters) -> Floats:
    """Factor of each week from Spring Festival, Mid-Autumn and National Day."""
    chance = stream(parameters.seed, "festivals")
    autumn, national = chance.uniform(0.10, 0.28), chance.uniform(0.08, 0.22)
    factors = np.ones(parameters.weeks)
    for week, monday in enumerate(mondays(parameters)):
        for year in (monday.year, monday.year + 1):
            ahead = _weeks_to(monday, spring_festival(year))
            if ahead == 0:
                factors[week] *= _HOLE
            elif ahead == -1:
                factors[week] *= 0.72
            factors[week] *= 1 + parameters.festival * _BEFORE_SPRING_FESTIVAL.get(ahead, 0.0)
        for day, surplus in ((mid_autumn(monday.year), autumn), (dt.date(monday.year, 10, 1), national)):
            ahead = _weeks_to(monday, day)
            if ahead in (1, 2):
                factors[week] *= 1 + surplus * (1.0 if ahead == 1 else 0.6)
            elif ahead == -1:
                factors[week] *= 1 - 0.3 * surplus
    return factors


def tourist_factors(parameters: Parameters) -> Floats:
    """Surplus of tourist weeks, 0–1: the summer and the weeks of the long holidays."""
    surplus = np.zeros(parameters.weeks)
    for week, monday in enumerate(mondays(parameters)):
        if monday.month in (7, 8):
            surplus[week] = 1.0
        elif monday.month in (6, 9):
            surplus[week] = 0.4
        if any(_weeks_to(monday, dt.date(monday.year, *day)) in (0, 1) for day in ((5, 1), (10, 1))):
            surplus[week] = 1.0
    return surplus


def in_term(parameters: Parameters) -> Floats:
    """1 in weeks when schools and campuses are in session, 0 in their holidays."""
    term = np.ones(parameters.weeks)
    for week, monday in enumerate(mondays(parameters)):
        ahead = _weeks_to(monday, spring_festival(monday.year))
        if monday.month in (7, 8) or -2 <= ahead <= 3:
            term[week] = 0.0
    return term


def location_factors(parameters: Parameters) -> Floats:
    """Locations × weeks: tourists at scenic and transport places, pupils and students near schools."""
    chance = stream(parameters.seed, "locations")
    tourist, term = tourist_factors(parameters), in_term(parameters)
    strength = {"scenic": chance.uniform(0.3, 0.7), "transport": chance.uniform(0.1, 0.3)}
    factors = np.ones((len(LOCATIONS), parameters.weeks))
    for index, location in enumerate(LOCATIONS):
        factors[index] += strength.get(location, 0.03) * tourist
    factors[LOCATIONS.index("school")] *= 1 - chance.uniform(0.3, 0.5) * (1 - term)
    return factors


def class_factors(parameters: Parameters, festival: Floats) -> Floats:
    """Price classes (1–5) × weeks: what is given away at festivals is dear."""
    lean = np.array([0.45, 0.25, 0.0, -0.1, -0.2])[:, None]
    return np.asarray(np.clip(festival, 0.5, None)[None, :] ** lean)
