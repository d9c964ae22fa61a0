"""Visits that others ask for: an inspection opened from a lead, and who asked hears what it found."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from zhuanmai.accounts.models import Officer
from zhuanmai.core import ports
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import derived_id
from zhuanmai.enforcement import operations
from zhuanmai.enforcement.lake_feed import case_no
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.procedure import State

# What a state says of the visit, in the words of the lake's inspections. A simple-procedure penalty is a case too.
OUTCOMES = {
    State.NO_FINDING: "clear",
    State.NOT_FILED: "clear",
    State.NOT_ENTERED: "closed_door",
    State.CORRECTED: "minor",
    State.FILED: "case",
    State.DECIDED_ON_THE_SPOT: "case",
}


class Inspections:
    """Implements `ports.InspectionPort`."""

    def open_inspection(
        self, *, actor: Officer, case_id: uuid.UUID, officer_ids: Sequence[uuid.UUID], lead: ports.Lead
    ) -> uuid.UUID:
        """Open the case as a tablet would, with the lead as its clue; the same id twice is one case."""
        operation = operations.Sent(
            id=derived_id(case_id, "open"),
            n=1,
            kind="case.open",
            at=now(),
            by=actor.pk,
            payload={
                "reason": lead.reason,
                "clue": {"source": lead.source, "received_at": lead.received_at.isoformat(), "text": lead.text},
                "place": {
                    "address": lead.address,
                    "shop_name": lead.shop_name,
                    "district_code": lead.district_code,
                    "longitude": lead.longitude,
                    "latitude": lead.latitude,
                },
                "officer_ids": [str(one) for one in officer_ids],
                "recorder_id": None,
            },
        )
        results, _ = operations.apply(
            officer=actor, case_id=case_id, tablet=derived_id(case_id, "lead"), operations=[operation]
        )
        if results[0].status == "refused":
            raise Refused(results[0].code, results[0].detail, results[0].field)
        return case_id


def hold(case: Case) -> None:
    """Lock what will hear of the visit's outcome, before anything else of the case is locked or put on the ledger."""
    listener = ports.bound(ports.OutcomeListener)  # type: ignore[type-abstract]
    if listener:
        listener.hold(case_id=case.pk)


def tell(case: Case, actor_id: uuid.UUID | None) -> None:
    """Tell who listens what the visit found, once its state says so; in the transaction that brought it there."""
    outcome = OUTCOMES.get(State(case.state))
    listener = ports.bound(ports.OutcomeListener)  # type: ignore[type-abstract]
    if outcome and listener:
        listener.visited(case_id=case.pk, outcome=outcome, case_no=case_no(case), actor_id=actor_id)
