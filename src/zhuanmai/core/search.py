"""The search behind the top bar. It knows no room: each registers what is found, how typed words are read, and a query.

Words are read before anything is asked (`Reading`: the end of a barcode, a name); what is nothing that a room knows is
not asked for. A query is scoped to the officer, and names people only as the room's rules on personal data allow: while
words are typed (`sent` false) less than when they are sent, because a room enters a look at people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual

LONGEST = 64  # characters; what is longer is no number and no name
SUGGESTED, SHOWN, COUNTED = 4, 20, 200  # of one kind: while typing, on the page, at most counted
SHORTEST_END = 4  # digits of the end of a number
_UNPRINTED = ("Cc", "Cf", "Cs")  # controls (NUL too), marks of direction, half characters
_HAN = "㐀-鿿豈-﫿\U00020000-\U0003ffff"
_BETWEEN = re.compile(rf"(?<=[{_HAN}])\s+|\s+(?=[{_HAN}])")
_HAS_HAN = re.compile(rf"[{_HAN}]")
_SEPARATORS = re.compile(r"[\s\-.·]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))


@dataclass(frozen=True)
class Reading:
    """One thing that typed words may be: what a room calls it, its value as rooms keep it, its name (msgid)."""

    what: str
    value: str
    words: str


@dataclass(frozen=True)
class Finding:
    """One thing that was found, personal data masked: heading, what else to know it by, its address, why it is here.

    `mark`: what of heading and line was asked for; `is_it`: the words name this very thing whole.
    """

    heading: str
    line: str
    href: str
    why: Reading
    mark: str = ""
    is_it: bool = False


@dataclass(frozen=True)
class Found:
    """What a room found of one kind: the first, how many there are (`COUNTED` + 1: more than that), a list of all."""

    rows: Sequence[Finding]
    count: int
    href: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > COUNTED


@dataclass(frozen=True)
class Asked:
    """One question: what of the words the kind reads, whether they were sent or are being typed, how many to show."""

    text: str
    readings: Sequence[Reading]
    sent: bool
    most: int


@dataclass(frozen=True)
class Kind:
    """A kind of finding: title and what to type for it (msgids), icon, permissions of which one opens it, its order.

    `reads` is pure: the readings of words that this kind answers. `find` is asked only where there are some.
    """

    name: str
    title: str
    hint: str
    icon: str
    permissions: tuple[str, ...]
    order: int
    reads: Callable[[str], Sequence[Reading]]
    find: Callable[[Any, Asked], Found]


@dataclass(frozen=True)
class Group:
    """A kind with what was found of it."""

    kind: Kind
    found: Found


@dataclass(frozen=True)
class Answer:
    """What a search came to: the words as they were read, and by kind what was found."""

    text: str
    readings: Sequence[Reading]
    groups: Sequence[Group]

    @property
    def count(self) -> int:
        """How many things were found, as far as they were counted."""
        return sum(min(group.found.count, COUNTED) for group in self.groups)

    @property
    def is_cut(self) -> bool:
        """Whether there are more than were counted."""
        return any(group.found.is_cut for group in self.groups)

    @property
    def named(self) -> Finding | None:
        """The one thing that the words name whole (a barcode, a number of a case); None where none or several are."""
        those = [row for group in self.groups for row in group.found.rows if row.is_it]
        return those[0] if len(those) == 1 else None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Register a kind of finding. Raises ValueError if its name is taken by a different one."""
    if _kinds.setdefault(kind.name, kind) != kind:
        raise ValueError(f"the kind of finding {kind.name} is registered already, and differs")
    return kind


def forget(name: str) -> None:
    """Take a kind of finding back; for tests of rooms that are none of ours."""
    _kinds.pop(name, None)


def kinds(officer: Any) -> list[Kind]:
    """The kinds that a permission opens to the officer, in order."""
    opened = [kind for kind in _kinds.values() if any(officer.may(name) for name in kind.permissions)]
    return sorted(opened, key=lambda kind: kind.order)


def search(officer: Any, words: str, *, sent: bool, most: int) -> Answer:
    """What the officer may find by these words, at most so many of a kind."""
    text = spelled(words)
    asked = [(kind, list(kind.reads(text))) for kind in kinds(officer)] if text else []
    asked = [(kind, readings) for kind, readings in asked if readings]
    groups = [
        Group(kind, found)
        for kind, readings in asked
        if (found := kind.find(officer, Asked(text, readings, sent, most))).count
    ]
    read = {reading.words: reading for _, readings in asked for reading in readings}
    return Answer(text, list(read.values()), groups)


def printed(words: str) -> str:
    """Words without what cannot be printed, as a page shows them again."""
    return "".join(sign for sign in words[: 8 * LONGEST] if unicodedata.category(sign) not in _UNPRINTED)


def spelled(words: str) -> str:
    """Words as rooms keep them: full-width signs made plain, no unprintable ones, no space beside Chinese; "" if long.

    Brackets around a year are written 〔2026〕 however they were typed.
    """
    plain = unicodedata.normalize("NFKC", printed(re.sub(r"\s", " ", words))).translate(_DASHES)
    plain = _BETWEEN.sub("", re.sub(r"\s+", " ", plain)).strip()
    plain = re.sub(r"[\[({【〔〖](\d{4})[\])}】〕〗]", r"〔\1〕", plain)
    return plain if len(plain) <= LONGEST else ""


def compact(text: str) -> str:
    """A number without what people set between its signs, letters large."""
    return _SEPARATORS.sub("", text).upper()


def name(text: str, words: str) -> list[Reading]:
    """The readings as (part of) a name: with a Chinese character, or two letters at least and no more digits than
    letters; brackets in both widths."""
    letters, digits = sum(map(str.isalpha, text)), sum(map(str.isdigit, text))
    if not (_HAS_HAN.search(text) or (letters > 1 and letters >= digits)):
        return []
    wide = text.replace("(", "（").replace(")", "）")
    return [Reading("name", spelling, words) for spelling in dict.fromkeys((text, wide))]


def end(text: str, what: str, words: str, *, most: int, last: str = "") -> list[Reading]:
    """The reading as the end of a number: four digits at least and so many at most, the last perhaps one of `last`."""
    number = compact(text)
    digits = number[:-1] if last and number.endswith(tuple(last)) else number
    is_end = SHORTEST_END <= len(number) <= most and digits.isascii() and digits.isdigit()
    return [Reading(what, number, words)] if is_end else []


@dataclass(frozen=True)
class Look:
    """Where one sort of reading is looked up: rows, a column of them with its lookup, the column of what is found."""

    what: str
    rows: Callable[[], QuerySet[Any]]
    lookup: str
    key: str = "pk"


def person_number(
    what: str, rows: Callable[[], QuerySet[Any]], column: str, *, shown_from: int, key: str = "pk"
) -> tuple[Look, Look]:
    """The looks at a personal number: the whole of it, or the end that its mask shows (`core.masking`: of numbers of
    `shown_from` characters). Nothing between: an end that grows digit by digit would tell the hidden ones."""

    def showing() -> QuerySet[Any]:
        return rows().filter(GreaterThanOrEqual(Length(column), shown_from))

    return Look(what, rows, column, key), Look(f"{what}_end", showing, f"{column}__endswith", key)


@dataclass(frozen=True)
class Leg:
    """One look of a search: the rows that a reading finds in one column, and the column of what is found.

    `whole`: the column is the very thing that was read, not one that ends with it or has it in it.
    """

    reading: Reading
    rows: QuerySet[Any]
    key: str
    whole: bool = False


def legs(looks: Iterable[Look], readings: Sequence[Reading], within: Callable[[str], Q]) -> list[Leg]:
    """The looks that answer one of the readings; `within` says by a key's column which rows may be looked at."""
    return [
        Leg(
            reading,
            look.rows().filter(within(look.key), **{look.lookup: reading.value}).order_by(),
            look.key,
            "__" not in look.lookup,
        )
        for look in looks
        for reading in readings
        if reading.what == look.what
    ]


def keys(legs: Sequence[Leg]) -> dict[Any, Reading]:
    """What the legs find: key → the first reading that found it, whole matches first, then leg by leg the newest first.

    At most one more than is counted, and of each leg the newest. One query, but each column is asked by itself, so that
    its index serves: an OR over several tables reads them whole. (Keys are never null; said so, the order is none that
    the key's own index has, which would be walked through to its end for words that few rows hold.)
    """
    if not legs:
        return {}
    legs = sorted(legs, key=lambda leg: not leg.whole)
    each = [
        leg.rows.order_by(F(leg.key).desc(nulls_last=True))
        .values_list(leg.key, Value(place, IntegerField()))
        .distinct()[: COUNTED + 1]
        for place, leg in enumerate(legs)
    ]
    best: dict[Any, int] = {}
    for key, place in each[0].union(*each[1:], all=True) if each[1:] else each[0]:
        best[key] = min(place, best.get(key, place))
    ranked = sorted(best, key=lambda key: (best[key], _newest_first(key)))
    return {key: legs[best[key]].reading for key in ranked[: COUNTED + 1]}


def all_keys(legs: Sequence[Leg]) -> QuerySet[Any, Any] | list[Any]:
    """Everything that the legs find, as a subquery (`pk__in=`), for lists that go on from it."""
    each = [leg.rows.values(leg.key) for leg in legs]
    return each[0].union(*each[1:]) if each[1:] else each[0] if each else []


def _newest_first(key: Hashable) -> int:
    return -int(getattr(key, "int", 0))  # a UUIDv7 is ordered by the moment it was made
