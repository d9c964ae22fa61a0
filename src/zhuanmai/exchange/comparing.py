"""Reconciliation's rule: what both sides hold, held against each other by key, kind and digest. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from zhuanmai.exchange.partners import Held


@dataclass(frozen=True)
class Sent:
    """A message as we keep it: its key, kind, the digest of what was sent, and whether the partner must hold it.

    It must where it gave a receipt before it was asked, on a day that is asked about. What waits or was given up may
    be there already, its reply lost, or not; neither is a difference.
    """

    key: str
    kind: str
    sha256: str
    is_due: bool


@dataclass
class Compared:
    """What came of it: how many agree, and the keys of the others in the order of each side."""

    agreed: int = 0
    missing_there: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    unknown_here: list[Held] = field(default_factory=list)


def compared(ours: Iterable[Sent], theirs: Mapping[str, Held]) -> Compared:
    """Hold our messages, all of them, against what the partner lists."""
    found, known = Compared(), set()
    for sent in ours:
        known.add(sent.key)
        held = theirs.get(sent.key)
        if held is None:
            if sent.is_due:
                found.missing_there.append(sent.key)
        elif (held.kind, held.sha256) == (sent.kind, sent.sha256):
            found.agreed += 1
        else:
            found.differing.append(sent.key)
    found.unknown_here = [theirs[key] for key in sorted(theirs.keys() - known)]
    return found


def within(day: dt.date | None, since: dt.date | None, until: dt.date | None) -> bool:
    """Whether a day of arrival is one of those that are asked about, first and last included; an unknown day is."""
    return day is None or ((since is None or day >= since) and (until is None or day <= until))
