"""The truth of a city, kept in a folder of its own: who offended when, and what a visit would have found.

    from zhuanmai.sandbox.city import open_truth
    truth = open_truth(folder)
    truth.offending("350203112345", day)            # → "outflow", or None
    truth.catch("350203112345", day, draw)          # → case, minor, clear, closed_door or wrong_address
    city = truth.city()                             # keeps the visits made, so that who was visited lies low
    city.visit("350203112345", day, generator)      # → an outcome, with its effect on the days after

A subject is a licence number, or a place's address however it is written.
Nothing in the product reads this but the evaluation command.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from zhuanmai.sandbox.city.arrays import Chance

_MINOR_OF_FOUND = 0.18
_CLOSED_DOOR, _WRONG_ADDRESS, _MINOR_OF_HONEST = 0.045, 0.015, 0.025
_AFTER_FOUND, _AFTER_VISIT, _AFTER_MATE = (42, 120), (14, 50), (14, 60)
_STOPS, _MATE_HEARS = 0.4, 0.3


@dataclass(frozen=True)
class Offence:
    """One offence of one subject. `ends_on` is the first day without it; `catch` what a visit finds it with."""

    subject_kind: str
    subject: str
    kind: str
    ring_no: int | None
    starts_on: dt.date
    pauses: tuple[tuple[dt.date, dt.date], ...]
    ends_on: dt.date
    strength: float
    traces: tuple[str, ...]
    catch: float

    def active(self, day: dt.date) -> bool:
        """Whether it goes on that day."""
        return self.starts_on <= day < self.ends_on and not any(first <= day < last for first, last in self.pauses)


@dataclass(frozen=True)
class Truth:
    """All offences of a city by subject, and the city's parameters."""

    offences: dict[str, tuple[Offence, ...]]
    rings: dict[int, tuple[str, ...]]
    parameters: dict[str, Any]

    @property
    def last_day(self) -> dt.date:
        """The last day of the city's data."""
        start = dt.date.fromisoformat(self.parameters["start"])
        return start + dt.timedelta(weeks=self.parameters["weeks"], days=-1)

    def offence(self, subject: str, day: dt.date) -> Offence | None:
        """The offence that this subject is committing on this day."""
        return next((each for each in self.offences.get(subject_key(subject), ()) if each.active(day)), None)

    def offending(self, subject: str, day: dt.date) -> str | None:
        """The kind of offence that this subject is committing on this day, or None."""
        found = self.offence(subject, day)
        return found.kind if found else None

    def catch(self, subject: str, day: dt.date, draw: float) -> str:
        """The outcome of a visit on this day, from one number drawn evenly between 0 and 1. Keeps no memory."""
        return _outcome(self.offence(subject, day), draw)

    def city(self) -> City:
        """The city with a memory of the visits that are made from now on."""
        return City(self)


@dataclass
class City:
    """The simulator for feedback: a visit drives its subject, and perhaps its ring, to lie low or to stop."""

    truth: Truth
    _away: dict[str, list[tuple[dt.date, dt.date]]] = field(default_factory=lambda: defaultdict(list))

    def offending(self, subject: str, day: dt.date) -> str | None:
        """As `Truth.offending`, less the days on which the subject lies low after a visit made here."""
        if any(first <= day < last for first, last in self._away.get(subject_key(subject), ())):
            return None
        return self.truth.offending(subject, day)

    def visit(self, subject: str, day: dt.date, rng: Chance) -> str:
        """Make a visit and draw what it finds. Its effects begin on the next day."""
        offence = self.truth.offence(subject, day) if self.offending(subject, day) else None
        outcome = _outcome(offence, float(rng.random()))
        if offence is None:
            return outcome
        found = outcome in ("case", "minor")
        if found and rng.random() < _STOPS:
            self._away[subject_key(subject)].append((day + dt.timedelta(days=1), dt.date.max))
        elif found:
            self._hide(subject, day, _AFTER_FOUND, rng)
        elif rng.random() < self.truth.parameters["wary"]:
            self._hide(subject, day, _AFTER_VISIT, rng)
        if found and offence.ring_no is not None:
            for mate in self.truth.rings.get(offence.ring_no, ()):
                if mate != subject and self.offending(mate, day) and rng.random() < _MATE_HEARS:
                    self._hide(mate, day, _AFTER_MATE, rng)
        return outcome

    def _hide(self, subject: str, day: dt.date, days: tuple[int, int], rng: Chance) -> None:
        first = day + dt.timedelta(days=1)
        self._away[subject_key(subject)].append((first, first + dt.timedelta(days=int(rng.integers(*days)))))


def subject_key(subject: str) -> str:
    """A licence number as it is; an address without city, district, and the signs that people write differently."""
    plain = unicodedata.normalize("NFKC", subject).strip()
    if plain.isdigit():
        return plain
    plain = re.sub(r"^(厦门市)?(思明区|湖里区|集美区|同安区|海沧区|翔安区)?", "", plain)
    return re.sub(r"号之|[-号之]", "|", re.sub(r"店面|室|旁", "", plain)).strip("|")


def _outcome(offence: Offence | None, draw: float) -> str:
    """Cut the line from 0 to 1 by the probabilities of the outcomes."""
    if offence is None:
        cuts = (("minor", _MINOR_OF_HONEST), ("closed_door", _CLOSED_DOOR), ("wrong_address", _WRONG_ADDRESS))
    else:
        found, rest = offence.catch, 1 - offence.catch
        cuts = (
            ("case", found * (1 - _MINOR_OF_FOUND)),
            ("minor", found * _MINOR_OF_FOUND),
            ("closed_door", 0.12 * rest),
        )
    for outcome, share in cuts:
        if draw < share:
            return outcome
        draw -= share
    return "clear"


def open_truth(folder: Path | str) -> Truth:
    """The truth from the folder that `zhuanmai city make --truth` wrote."""
    folder = Path(folder)
    by_subject: dict[str, list[Offence]] = defaultdict(list)
    for row in pq.read_table(folder / "offences.parquet").to_pylist():
        row["pauses"] = tuple((each["from"], each["to"]) for each in row["pauses"])
        row["traces"] = tuple(row["traces"])
        by_subject[subject_key(row["subject"])].append(Offence(**row))
    rings: dict[int, list[str]] = defaultdict(list)
    for row in pq.read_table(folder / "rings.parquet").to_pylist():
        rings[row["ring_no"]].append(row["licence_no"])
    parameters = json.loads((folder / "parameters.json").read_text(encoding="utf-8"))
    return Truth(
        {subject: tuple(each) for subject, each in by_subject.items()},
        {ring: tuple(each) for ring, each in rings.items()},
        parameters,
    )
