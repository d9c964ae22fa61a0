"""Traces in what others report: complaints, parcels, cartons found elsewhere, and earlier visits."""

from __future__ import annotations

import numpy as np

from zhuanmai.alerts.detectors.kinds import NEVER, Columns
from zhuanmai.alerts.detectors.orders import mix
from zhuanmai.alerts.facts import Facts
from zhuanmai.alerts.facts.arrays import Bools, Floats
from zhuanmai.alerts.facts.events import DONE
from zhuanmai.alerts.facts.shops import LOCATIONS

_QUARTER, _HALF, _YEAR = 13, 26, 52
_PRIOR = 0.6  # complaints that any shop may have before they count as many


def complaints(facts: Facts, week: int) -> Columns:
    """More complaints than shops of its size have, above all of what is an offence."""
    made: Columns = {}
    for weeks in (_QUARTER, _HALF, _YEAR):
        made[f"accused_{weeks}"] = facts.count("accused", week, weeks)
    band = facts.size(week)
    every = facts.count("complaints", week, _HALF)
    usual = np.bincount(band + 1, weights=every, minlength=22) / np.maximum(np.bincount(band + 1, minlength=22), 1)
    made["complaints_more"] = (every + 0.2) / (usual[band + 1] + _PRIOR)
    for kind in ("counterfeit", "smuggled", "minor", "unlicensed"):
        made[f"said_{kind}"] = facts.count(kind, week, _HALF)
    score = made["accused_13"] + made["accused_26"] + 0.5 * made["accused_52"]
    return {"complained": score} | made


def falling_complained(facts: Facts, week: int) -> Columns:
    """Own orders fall while complaints come: he sells what he does not order."""
    falls = mix(facts, week)
    fall = np.maximum(falls["falling"], 0) + np.maximum(falls["dear_change_long"], 0)
    said = facts.count("accused", week, _HALF) + 0.5 * facts.count("complaints", week, _HALF)
    came = facts.count("heavy_in", week, _HALF)
    return {"falling_complained": fall * np.minimum(said, 4), "falling_supplied": fall * np.minimum(came, 4)}


def minors(facts: Facts, week: int) -> Columns:
    """Near a school, with complaints about children and cheap packs that come and go with the term."""
    school = facts.shops.location == LOCATIONS.index("school")
    said = facts.count("minor", week, _YEAR)
    young = np.maximum(mix(facts, week)["cheap_change"], 0)
    return {"minors": said * (1 + school) + young * school, "young_brands": young * (0.5 + school)}


def parcels(facts: Facts, week: int) -> Columns:
    """Parcels: from people known from cases, heavy, of one sender again, of one who posts to caught shops; and out."""
    made: Columns = {
        "known_sender": facts.count("dealer_in", week, _YEAR),
        "tainted_sender": facts.count("tainted_in", week, _YEAR),
        "same_sender": facts.count("same_sender", week, _HALF),
        "heavy_13": facts.count("heavy_in", week, _QUARTER),
        "heavy_52": facts.count("heavy_in", week, _YEAR),
        "kg_26": facts.count("kg_in", week, _HALF),
        "posted_26": facts.count("parcels_out", week, _HALF),
        "posted_13": facts.count("parcels_out", week, _QUARTER),
    }
    score = (
        2 * made["known_sender"]
        + made["tainted_sender"]
        + made["heavy_13"]
        + 0.3 * made["heavy_52"]
        + made["same_sender"]
    )
    return {"parcels": score} | made


def found_elsewhere(facts: Facts, week: int) -> Columns:
    """Cartons delivered to this shop (by their code) were seized elsewhere; one may be a guest's, several are not."""
    half, year, ever = (facts.count("found", week, weeks) for weeks in (_HALF, _YEAR, 2 * _YEAR))
    return {"found": half + year + 0.5 * ever, "found_26": half, "found_104": ever}


def visited(facts: Facts, week: int) -> Columns:
    """What earlier visits said: caught before, how long ago looked at, and how long it was left alone."""
    visits = facts.events.visits
    told = np.isin(visits.outcome, DONE) & (visits.week <= week) & (visits.shop >= 0)
    last, caught = np.full(facts.shops.count, -1.0), np.full(facts.shops.count, -1.0)
    np.maximum.at(last, visits.shop[told], visits.week[told])
    got = told & (visits.outcome == "case")
    np.maximum.at(caught, visits.shop[got], visits.week[got])
    nothing = told & (visits.outcome == "clear")

    def since(when: Floats) -> Floats:
        return np.where(when >= 0, week - when, NEVER)

    def times(rows: Bools) -> Floats:
        return np.bincount(visits.shop[rows], minlength=facts.shops.count).astype(np.float64)

    return {"caught_times": times(got), "caught_ago": since(caught), "visited_ago": since(last),
            "clear_times": times(nothing)}  # fmt: skip
