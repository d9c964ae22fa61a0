"""What enforcement does when a lower room tells it something, and what it offers to rooms beside it."""

from __future__ import annotations

from zhuanmai.approvals import subjects
from zhuanmai.core import ports
from zhuanmai.core.events import on
from zhuanmai.core.models import Event
from zhuanmai.enforcement import terms
from zhuanmai.enforcement.approvals import Cases
from zhuanmai.enforcement.handing import CaseBook
from zhuanmai.enforcement.models import DeadlineRow
from zhuanmai.enforcement.services import advance
from zhuanmai.enforcement.visits import Inspections
from zhuanmai.ledger.services import append, as_found

ports.bind(ports.InspectionPort, Inspections())  # type: ignore[type-abstract]
ports.bind(ports.CaseBook, CaseBook())  # type: ignore[type-abstract]
subjects.register(Cases())


@on("reference.calendar_changed")
def count_terms_again(event: Event) -> None:
    """Holidays or terms changed: every running term is counted again; what moved is on the ledger."""
    running = DeadlineRow.objects.select_for_update(of=("self",)).filter(met_at=None).select_related("case")
    for row in map(as_found, running):
        before = row.due
        if terms.count_again(row):
            advance(row.case)
            append(
                "enforcement.term_counted_again",
                actor_id=None,
                object_kind="deadline",
                object_id=row.pk,
                case_id=row.case_id,
                facts={"code": row.code, "what": row.what[:80], "before": before, "after": row.due},
                rows=[row],
            )
