"""What enforcement offers to rooms beside it, and its cases as subjects of approvals, terms, papers and messages."""

from __future__ import annotations

import uuid

from zhuanmai.accounts.models import Officer
from zhuanmai.approvals import subjects as approvals
from zhuanmai.core import ports
from zhuanmai.deadlines import subjects as deadlines
from zhuanmai.documents import subjects as documents
from zhuanmai.enforcement.inspection_port import Inspections
from zhuanmai.enforcement.lake_feed import CaseBook
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.national_feed import KINDS, ReportedCases
from zhuanmai.enforcement.paperwork import PAPERWORK
from zhuanmai.enforcement.permissions import require_seen
from zhuanmai.enforcement.services.approvals import CasesToDecide
from zhuanmai.enforcement.terms import Cases
from zhuanmai.exchange import kinds
from zhuanmai.exchange import subjects as exchange


class SeenCases:
    """The cases that an officer sees (core.ports.SeenCases)."""

    def own(self, *, officer: Officer, case_id: uuid.UUID) -> uuid.UUID | None:
        """The case; None where there is none. Raises NotFound for one that the officer does not see."""
        return require_seen(officer, case_id).pk if Case.objects.filter(pk=case_id).exists() else None


ports.bind(ports.InspectionPort, Inspections())  # type: ignore[type-abstract]
ports.bind(ports.SeenCases, SeenCases())  # type: ignore[type-abstract]
ports.bind(ports.CaseBook, CaseBook())  # type: ignore[type-abstract]
approvals.register(CasesToDecide())
deadlines.register(Cases())
exchange.register(ReportedCases())
kinds.register(*KINDS)
documents.register(PAPERWORK)
