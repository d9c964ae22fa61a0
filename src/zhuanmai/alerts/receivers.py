"""What alerts hears from the room beside it: what a visit found."""

from __future__ import annotations

import uuid

from zhuanmai.alerts import services
from zhuanmai.core import ports


class Listener:
    """Implements `ports.OutcomeListener`."""

    def hold(self, *, case_id: uuid.UUID) -> None:
        """Lock the alert that opened the inspection, if one did."""
        services.hold(case_id=case_id)

    def visited(self, *, case_id: uuid.UUID, outcome: str, case_no: str, actor_id: uuid.UUID | None) -> None:
        """Put it on the alert that opened the inspection, if one did."""
        services.heard(case_id=case_id, outcome=outcome, case_no=case_no, actor_id=actor_id)


ports.bind(ports.OutcomeListener, Listener())  # type: ignore[type-abstract]
