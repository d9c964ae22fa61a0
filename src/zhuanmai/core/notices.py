"""The bell: each room registers what may wait for an officer; the top bar asks all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal


@dataclass(frozen=True)
class Notice:
    """One thing that waits for an officer: a sentence, where it leads, how pressing it is, since when."""

    words: str
    href: str
    level: Literal["info", "warning", "danger", "success"] = "info"
    at: dt.datetime | None = None


MOST = 50  # of one source
Source = Callable[[Any], Iterable[Notice]]
_LEVELS = ("danger", "warning", "info", "success")
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Ask this function of a room, called with the officer, whenever the bell is drawn."""
    if source not in _sources:
        _sources.append(source)
    return source


def forget(source: Source) -> None:
    """Ask this function no more, for tests that register one of their own."""
    if source in _sources:
        _sources.remove(source)


def waiting_for(officer: Any) -> list[Notice]:
    """What waits for the officer, the most pressing first, at most 50 of a source; nothing for a made-up officer."""
    if not getattr(officer, "pk", None):
        return []
    found = [notice for source in _sources for notice in islice(source(officer), MOST)]
    return sorted(found, key=lambda notice: _LEVELS.index(notice.level))
