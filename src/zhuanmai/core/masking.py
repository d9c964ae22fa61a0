"""Masked personal data, as lists and pages show it until someone with a reason unmasks it."""

from __future__ import annotations

import re
from typing import Any

SHOWN_OF_PLACE = 6
SHOWN_END = 4  # characters of the end of a long number
LONG_NUMBER, LONG_PHONE = 15, 8  # from so many characters on a mask shows that end
_CITIZEN = r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
_MOBILE = r"1[3-9]\d{9}"
_NUMBER = re.compile(rf"(?<![0-9A-Za-z])(?:(?P<citizen>{_CITIZEN})|(?P<mobile>{_MOBILE}))(?![0-9A-Za-z])")
_MASKED = re.compile(r"\*|…$")


def masked_name(name: str | None) -> str:
    """叶**: the first character of a person's name."""
    return f"{name[0]}**" if name else ""


def masked_id(number: str | None) -> str:
    """3502**********0175: the first and last four characters; H1*****78: of a shorter number (a passport's) two each;
    of up to eight characters the first alone, 3***."""
    if not number:
        return ""
    ends = SHOWN_END if len(number) >= LONG_NUMBER else 2
    return f"{number[:ends]}{'*' * (len(number) - 2 * ends)}{number[-ends:]}" if len(number) > 8 else _short(number)


def masked_phone(number: str | None) -> str:
    """139****0000; of up to seven characters (a telephone without its area) the first alone, 5***."""
    if not number:
        return ""
    return f"{number[:3]}****{number[-SHOWN_END:]}" if len(number) >= LONG_PHONE else _short(number)


def masked_place(address: str | None) -> str:
    """福建省厦门市…: the first six characters of where a person lives."""
    return f"{address[:SHOWN_OF_PLACE]}…" if address else ""


def masked_text(words: str | None) -> str:
    """***: what a person said is shown whole or not at all."""
    return "***" if words else ""


def masked_numbers(value: Any) -> Any:
    """The citizens' numbers and mobile phones in a text (or in a tree of texts) masked, the rest as it stands."""
    match value:
        case str():
            return _NUMBER.sub(_number, value)
        case dict():
            return {name: masked_numbers(inner) for name, inner in value.items()}
        case list() | tuple():
            return [masked_numbers(inner) for inner in value]
        case _:
            return value


def is_masked(value: str) -> bool:
    """Whether a value is what a mask left of one: nobody is called 叶**, and no number has stars in it."""
    return bool(_MASKED.search(value))


def _number(found: re.Match[str]) -> str:
    return masked_id(found["citizen"]) or masked_phone(found["mobile"])


def _short(number: str) -> str:
    return f"{number[0]}***"
