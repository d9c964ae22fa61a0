"""Ports: what joins two rooms that may not import each other. Declared here, bound once at start-up."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.http import HttpRequest

from zhuanmai.core.errors import Refused

T = TypeVar("T")
_bound: dict[type[Any], Any] = {}


class LicenceRegister(Protocol):
    """The register of licensees: reference keeps it, licensing feeds it."""

    def upsert(self, rows: list[dict[str, Any]]) -> int:
        """Take rows (columns of the licences table) into the register; returns how many changed."""
        ...


class CaseBook(Protocol):
    """The bureau's own cases: enforcement keeps them, what learns from the market asks for them."""

    def hand_over(self) -> int:
        """Write every case that was filed or changed since into the lake; returns how many. Raises Refused."""
        ...


@dataclass(frozen=True)
class Lead:
    """Why and where officers are sent: what an inspection takes over from the alert that asked for it."""

    reason: str  # a reason of the visit as enforcement names it: "alert", "random"
    source: str
    received_at: dt.datetime
    text: str
    shop_name: str
    address: str
    district_code: str
    longitude: float | None = None
    latitude: float | None = None


class InspectionPort(Protocol):
    """Opens an inspection for a lead, under an id that the caller made; enforcement implements it."""

    def open_inspection(
        self, *, actor: Any, case_id: uuid.UUID, officer_ids: Sequence[uuid.UUID], lead: Lead
    ) -> uuid.UUID:
        """Open it, or find it open already: returns the case's id. Raises Refused as opening a case does."""
        ...


class OutcomeListener(Protocol):
    """Hears what a visit found, in the transaction that found it; alerts implements it.

    The ledger's lock is the last that a transaction takes, so whoever will tell calls `hold` before.
    """

    def hold(self, *, case_id: uuid.UUID) -> None:
        """Lock the row that `visited` will change."""
        ...

    def visited(self, *, case_id: uuid.UUID, outcome: str, case_no: str, actor_id: uuid.UUID | None) -> None:
        """A visit ended. `outcome`: clear, minor, case or closed_door, as in the lake's inspections."""
        ...


class SeenCases(Protocol):
    """Which cases an officer sees, for rooms below that enter an act on one; enforcement implements it."""

    def own(self, *, officer: Any, case_id: uuid.UUID) -> uuid.UUID | None:
        """The case, for an entry on it; None where there is none yet (a tablet opens it). Raises NotFound if unseen."""
        ...


class Ledger(Protocol):
    """The record of acts: ledger keeps it; the ground floor, which lies below, writes its own acts through here."""

    def append(self, kind: str, **arguments: Any) -> Any:
        """Append one entry as the last statement of the running transaction (ledger.services.append)."""
        ...

    def as_found(self, row: Any) -> Any:
        """Note a row as the act found it, so that its entry has the digest before and after."""
        ...


class SavedViews(Protocol):
    """Views of lists that officers keep for themselves: accounts keeps them, the shell shows them."""

    def views_of(self, officer: Any, path: str) -> Sequence[Mapping[str, Any]]:
        """The officer's views of the list at this path: name and query of each."""
        ...


class RefusalNotes(Protocol):
    """Puts refused attempts on record: accounts does it on the ledger, core calls it before a refusal is answered."""

    def note(self, request: HttpRequest, error: Refused) -> None:
        """Note a refused attempt; the acting transaction is over. Raises Refused if it cannot be noted now."""
        ...


def bind(port: type[T], implementation: T) -> None:
    """Bind an implementation to its port. Raises RuntimeError if another one is bound."""
    if port in _bound and _bound[port] is not implementation:
        raise RuntimeError(f"{port.__name__} is bound already")
    _bound[port] = implementation


def bound(port: type[T]) -> T | None:
    """The bound implementation, or None where the room that implements it is not installed."""
    return _bound.get(port)


def get(port: type[T]) -> T:
    """The bound implementation. Raises LookupError if the room that implements it is not installed."""
    try:
        found: T = _bound[port]
    except KeyError:
        raise LookupError(f"nothing is bound to {port.__name__}") from None
    return found
