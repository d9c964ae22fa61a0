"""A subject in a line, as lists, notices and approvals of every room show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """Its title (a number), the address of its page, where or whose it is, and its unit's name where that is shown."""

    title: str
    href: str
    place: str
    unit: str = ""
