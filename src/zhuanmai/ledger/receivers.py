"""What the ledger hands to the ground floor at start-up."""

from __future__ import annotations

from zhuanmai.core import ports
from zhuanmai.ledger import services


class Record:
    """Entries for acts of the ground floor (core.ports.Ledger)."""

    append = staticmethod(services.append)
    as_found = staticmethod(services.as_found)


ports.bind(ports.Ledger, Record())  # type: ignore[type-abstract]
