"""Who is meant: addresses, phones and names as people write them, against the register. Pure, no table is named.

An address becomes its street and its numbers, without what people leave out or write differently (city, district,
door words, full-width digits); a mistyped street is found among the streets of the register by one slip of the hand.
A masked phone is found by its ends where only one licence has them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

_REGION = re.compile(r"^(?:[^\d]{2,8}?(?:省|自治区))?(?:[^\d省]{2,7}?[市州盟])?(?:[^\d市]{1,6}?[区县旗])?")
_NUMBER = re.compile(r"\d+")
_DIGIT_LIKE = str.maketrans({"O": "0", "o": "0", "S": "5", "l": "1", "I": "1", "B": "8", "Z": "2"})
_SHORT_OF_DISTRICT = re.compile(r"^.{1,4}[区县]")


@dataclass(frozen=True)
class Address:
    """A street's name and the numbers behind it (house, room)."""

    street: str
    numbers: tuple[str, ...]

    @property
    def key(self) -> str:
        """One text for equal addresses."""
        return f"{self.street}|{'-'.join(self.numbers)}"


def read_address(text: str | None) -> Address | None:
    """The address in a text, or None where there is no street with a number."""
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = _REGION.sub("", plain, count=1)
    plain = _SHORT_OF_DISTRICT.sub("", plain, count=1) if re.match(r"^.{1,4}[区县]", plain) else plain
    first = re.search(r"[\dOS]", plain)
    if not first or first.start() == 0:
        return None
    street = re.sub(r"[\s,，。.、;；]", "", plain[: first.start()])
    tail = plain[first.start() :].translate(_DIGIT_LIKE)
    numbers = tuple(number.lstrip("0") or "0" for number in _NUMBER.findall(tail)[:4])
    return Address(street, numbers) if street and numbers else None


def one_slip(one: str, other: str) -> bool:
    """Whether two words differ by one character lost, added, changed, or two neighbours swapped."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    if len(long) == len(short):
        off = [at for at in range(len(long)) if long[at] != short[at]]
        swapped = (
            len(off) == 2 and off[1] == off[0] + 1 and long[off[0]] == short[off[1]] and long[off[1]] == short[off[0]]
        )
        return len(off) == 1 or swapped
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def plain_phone(text: str | None) -> str:
    """A phone as its digits and stars; empty when there is none."""
    return re.sub(r"[^\d*]", "", unicodedata.normalize("NFKC", text)) if text else ""


def masked_phone(phone: str) -> str:
    """The first three and the last four characters: what a masked number shows."""
    return f"{phone[:3]}{phone[-4:]}" if len(phone) >= 8 and "*" not in phone[:3] + phone[-4:] else ""


Found = dict[int, int]


@dataclass
class Register:
    """Finds subjects (numbers from 0), each with the week since which that was known, by phone, address or name."""

    _phones: dict[str, Found] = field(default_factory=lambda: defaultdict(dict))
    _masks: dict[str, Found] = field(default_factory=lambda: defaultdict(dict))
    _addresses: dict[str, Found] = field(default_factory=lambda: defaultdict(dict))
    _houses: dict[str, Found] = field(default_factory=lambda: defaultdict(dict))
    _names: dict[str, Found] = field(default_factory=lambda: defaultdict(dict))
    _streets: set[str] = field(default_factory=set)
    _nearest: dict[str, str] = field(default_factory=dict)

    def add(
        self, subject: int, since: int, *, phone: str | None = None, address: str | None = None, name: str | None = None
    ) -> None:
        """One subject's phone, address or name, known since a week."""
        if number := plain_phone(phone):
            if "*" not in number:
                _note(self._phones[number], subject, since)
            if mask := masked_phone(number):
                _note(self._masks[mask], subject, since)
        if place := read_address(address):
            _note(self._addresses[place.key], subject, since)
            _note(self._houses[f"{place.street}|{place.numbers[0]}"], subject, since)
            self._streets.add(place.street)
        if name:
            _note(self._names[name], subject, since)

    def by_phone(self, phone: str | None) -> Found:
        """Who has this phone; whom a masked one fits."""
        number = plain_phone(phone)
        if not number:
            return {}
        if "*" not in number:
            return self._phones.get(number, {})
        return self._masks.get(masked_phone(number), {})

    def by_address(self, address: str | None) -> Found:
        """Who is at this address: street and all numbers; of a house alone, all in it."""
        place = read_address(address)
        if place is None:
            return {}
        street = self.street(place.street)
        found = self._addresses.get(f"{street}|{'-'.join(place.numbers)}", {})
        if found:
            return found
        return self._houses.get(f"{street}|{place.numbers[0]}", {}) if len(place.numbers) == 1 else {}

    def exact(self, address: str | None) -> bool:
        """Whether the register knows this very address, not only its house."""
        place = read_address(address)
        return place is not None and f"{self.street(place.street)}|{'-'.join(place.numbers)}" in self._addresses

    def by_name(self, name: str | None) -> Found:
        """Who bears this name."""
        return self._names.get(name, {}) if name else {}

    def street(self, name: str) -> str:
        """The street of the register that is meant: itself, or the only one at one slip."""
        if name not in self._nearest:
            near = [name] if name in self._streets else [street for street in self._streets if one_slip(street, name)]
            self._nearest[name] = near[0] if len(near) == 1 else name
        return self._nearest[name]


def _note(found: Found, subject: int, since: int) -> None:
    found[subject] = min(found.get(subject, since), since)
