"""Places without a licence: some sell cigarettes, others only live, store or post there and are complained about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhuanmai.sandbox.city.arrays import Chance, Floats, Ints, stream
from zhuanmai.sandbox.city.effects import Effects
from zhuanmai.sandbox.city.identities import Registry
from zhuanmai.sandbox.city.parameters import Parameters
from zhuanmai.sandbox.city.places import DISTRICTS, Streets, settle, written_address

_HONEST = 2.0  # places that only look like it, for one that sells
_DIP = 0.3  # at full force, what the nearest licensed shop loses


@dataclass(frozen=True)
class Places:
    """The first `selling` places are those of the planted offences; the others are honest."""

    selling: int
    address: list[str]
    district_code: list[str]
    position: Floats
    keeper: list[str]
    phone: list[str]
    noticed: Floats
    nearest: Ints  # the licensed shop next to it

    def complained(self, chance: Chance, effects: Effects, week: int, rate: float) -> list[tuple[int, str]]:
        """Which places are complained about this week, and as what."""
        found = []
        for spell in effects.offending:
            if spell.place >= 0 and "complaints" in spell.traces:
                for _ in range(chance.poisson(rate * (0.3 + spell.force(week * 7 + 2)))):
                    found.append((spell.place, "unlicensed" if chance.random() < 0.7 else "counterfeit"))
        honest = np.arange(self.selling, len(self.address))
        number = chance.poisson(rate * 0.12 * self.noticed[honest])
        for place in np.repeat(honest, number).tolist():
            found.append((place, "unlicensed" if chance.random() < 0.55 else "other"))
        return found


def find_places(parameters: Parameters, streets: Streets, registry: Registry, selling: int, shops_at: Floats) -> Places:
    """All places of the city that complaints and parcels may name."""
    chance = stream(parameters.seed, "places")
    count = selling + round(selling * _HONEST)
    street, _, _, position, number = settle(chance, streets, count)
    room = chance.integers(0, 30, count)
    nearest = [int(np.argmin(np.hypot(*(shops_at - each).T))) for each in position]
    return Places(
        selling=selling,
        address=[written_address(streets, *each).replace("店面", "室") for each in zip(
            street.tolist(), number.tolist(), room.tolist(), strict=True)],
        district_code=[DISTRICTS[int(streets.district[each])].code for each in street],
        position=position,
        keeper=[registry.person() for _ in range(count)],
        phone=[registry.phone() for _ in range(count)],
        noticed=chance.gamma(0.8, 1 / 0.8, count),
        nearest=np.array(nearest, dtype=np.int64),
    )  # fmt: skip


def neighbours_dip(places: Places, effects: Effects, week: int, level: Floats) -> None:
    """What an unlicensed seller takes from the shop next door, on that week's levels."""
    for spell in effects.offending:
        if spell.place >= 0 and "neighbours_dip" in spell.traces:
            level[places.nearest[spell.place]] *= 1 - _DIP * spell.force(week * 7 + 2)
