"""Partner systems: each has a code, a name and a connector; a room that has a partner of its own registers it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Answer:
    """What a partner said: received (with its receipt), refused for good, or to be tried again; and why.

    `day`: the day on which the partner says it received the message, where it says so.
    """

    outcome: str  # received, refused, again
    receipt: str = ""
    status: int | None = None
    detail: str = ""
    milliseconds: int = 0
    day: dt.date | None = None


@dataclass(frozen=True)
class Held:
    """A message as a partner says that it holds it: our key, its kind, its body's digest, the day of its arrival."""

    key: str
    kind: str
    sha256: str
    day: dt.date | None = None


class Connector(Protocol):
    """What a partner's connector can do."""

    def deliver(self, key: str, kind: str, body: dict[str, Any]) -> Answer:
        """Hand one message over; never raises for what the partner or the network does."""
        ...

    def held(self, since: dt.date | None = None, until: dt.date | None = None) -> Iterator[Held]:
        """What the partner says it received from one day to another, both included; without days: all.

        Raises httpx.HTTPError, ValueError, KeyError or TypeError where the partner cannot be reached or understood.
        """
        ...

    def check(self) -> str:
        """Empty if settings, reach and credentials are good; else what is wrong, in words."""
        ...


@dataclass(frozen=True)
class Partner:
    """A partner system: its code as kept with each message, its name in Chinese and as pages say it, its connector."""

    code: str
    zh: str
    label: Any
    connector: Connector


class Registry:
    """Partners by code. Tests make their own."""

    def __init__(self) -> None:
        self._known: dict[str, Partner] = {}

    def register(self, partner: Partner) -> None:
        """Register a partner. Raises ValueError for a code that is taken by another."""
        if self._known.setdefault(partner.code, partner) is not partner:
            raise ValueError(f"the partner {partner.code} is registered already")

    def forget(self, code: str) -> None:
        """Take a partner back, for tests that register one of their own."""
        self._known.pop(code, None)

    def of(self, code: str) -> Partner:
        """The partner with this code. Raises LookupError."""
        try:
            return self._known[code]
        except KeyError:
            raise LookupError(f"there is no partner {code}") from None

    def partners(self) -> list[Partner]:
        """All registered partners by code."""
        return [partner for _, partner in sorted(self._known.items())]

    def words(self, code: str) -> str:
        """A partner's name in the reader's language; one that is not registered any more as its code."""
        return str(self._known[code].label) if code in self._known else code

    def zh(self, code: str) -> str:
        """A partner's name in Chinese, as the ledger and refusals say it; one that is not registered as its code."""
        return self._known[code].zh if code in self._known else code


registry = Registry()
