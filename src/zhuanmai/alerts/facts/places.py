"""Addresses without a licence that complaints, parcels and visits name: gathered as of a week."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from zhuanmai.alerts.facts.events import ACCUSED, FOUND, HEAVY_KG, Mention

_QUARTER, _YEAR = 13, 52


@dataclass
class Place:
    """One address and what was said of it, as of a week."""

    key: str
    spellings: Counter[str] = field(default_factory=Counter)
    numbers: dict[str, float] = field(default_factory=Counter)  # type: ignore[arg-type]
    visited: int = -999
    found: int = -999

    @property
    def address(self) -> str:
        """How the address is most fully written."""
        return max(self.spellings, key=lambda text: (self.spellings[text] + len(text) / 4, text))


def gather(mentions: list[Mention], week: int) -> list[Place]:
    """The places as of a week. A mention of a house alone goes to the only known rooms in it."""
    seen = [each for each in mentions if each.week <= week < each.until]
    rooms: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for each in seen:
        if len(each.address.numbers) > 1:
            rooms.setdefault((each.address.street, each.address.numbers[0]), set()).add(each.address.numbers)
    places: dict[str, Place] = {}
    for each in seen:
        numbers = each.address.numbers
        known = rooms.get((each.address.street, numbers[0]), set())
        if len(numbers) == 1 and len(known) == 1:
            numbers = next(iter(known))
        key = f"{each.address.street}|{'-'.join(numbers)}"
        _add(places.setdefault(key, Place(key)), each, week)
    return [places[key] for key in sorted(places)]


def _add(place: Place, mention: Mention, week: int) -> None:
    age = week - mention.week
    place.spellings[mention.spelling] += 1
    if mention.what.startswith("visit:"):
        outcome = mention.what.removeprefix("visit:")
        place.visited = max(place.visited, mention.week)
        if outcome in FOUND:
            place.found = max(place.found, mention.week)
        place.numbers["clear"] += outcome == "clear"
        return
    if age > _YEAR:
        return
    kind = "parcels" if mention.what == "parcel" else "accused" if mention.what in ACCUSED else "said"
    place.numbers[f"{kind}_52"] += 1
    place.numbers[f"{kind}_13"] += age <= _QUARTER
    place.numbers["heavy_52"] += mention.weight_kg >= HEAVY_KG
    place.numbers["dealer_52"] += mention.dealer
    place.numbers["unlicensed_52"] += mention.what == "unlicensed"
