"""Spells: times in which a shop is not as usual. An offence is one, and so is each honest double of its traces."""

from __future__ import annotations

from dataclasses import dataclass, field

# Kind of offence → trace → probability that an offender of that kind leaves it (before the city's own shift).
TRACES: dict[str, dict[str, float]] = {
    "outflow": {
        "at_cap": 0.80, "in_step": 0.75, "till_gap": 0.78, "shared_account": 0.68, "found_elsewhere": 0.50,
        "parcels_out": 0.42, "more": 0.55,
    },
    "counterfeit": {"premium_fall": 0.80, "complaints": 0.70, "parcels_in": 0.66, "known_supplier": 0.42},
    "front": {"shared_account": 0.85, "in_step": 0.75, "at_cap": 0.55, "complaints": 0.30},
    "smuggled": {"foreign_fall": 0.60, "complaints": 0.68, "parcels_in": 0.70, "known_supplier": 0.42},
    "reopened": {"same_rooms": 0.85, "same_phone": 0.55, "shared_account": 0.55, "premium_fall": 0.45},
    "minor_sales": {"term_rhythm": 0.78, "complaints": 0.78},
    "unlicensed": {"complaints": 0.80, "parcels_in": 0.60, "neighbours_dip": 0.50},
}  # fmt: skip
# The probability that a visit to an offending subject finds it.
CATCH = {
    "outflow": 0.60, "counterfeit": 0.65, "front": 0.58, "smuggled": 0.62, "reopened": 0.66, "minor_sales": 0.45,
    "unlicensed": 0.68,
}  # fmt: skip
_RAMP_DAYS = 42


@dataclass
class Spell:
    """From `starts` to `ends` (days from the window's start), less the pauses. `kind` "" is an honest double."""

    kind: str
    shop: int
    starts: int
    ends: int
    strength: float
    traces: frozenset[str]
    group: int = -1  # the ring, or whom it moves in step with
    place: int = -1  # the unlicensed place, if not a shop
    catch: float = 0.0
    pauses: list[tuple[int, int]] = field(default_factory=list)

    def active(self, day: int) -> bool:
        """Whether it is on: begun, not ended, not pausing."""
        return self.starts <= day < self.ends and not any(first <= day < last for first, last in self.pauses)

    def force(self, day: int) -> float:
        """How strongly it shows on a day, 0 to its strength: it comes up over six weeks, also after a pause."""
        if not self.active(day):
            return 0.0
        since = max([self.starts, *(last for _, last in self.pauses if last <= day)])
        return self.strength * min(1.0, 0.25 + (day - since) / _RAMP_DAYS)

    def pause(self, first: int, last: int) -> None:
        """Lie low from one day to before another."""
        if first < last:
            self.pauses.append((first, last))

    def stop(self, day: int) -> None:
        """Give it up for good."""
        self.ends = min(self.ends, max(day, self.starts + 1))
