"""What enforcement offers to rooms beside it, and its cases as subjects of approvals and of terms."""

from __future__ import annotations

from zhuanmai.approvals import subjects as approvals
from zhuanmai.core import ports
from zhuanmai.deadlines import subjects as deadlines
from zhuanmai.enforcement.inspection_port import Inspections
from zhuanmai.enforcement.lake_feed import CaseBook
from zhuanmai.enforcement.services.approvals import CasesToDecide
from zhuanmai.enforcement.terms import Cases

ports.bind(ports.InspectionPort, Inspections())  # type: ignore[type-abstract]
ports.bind(ports.CaseBook, CaseBook())  # type: ignore[type-abstract]
approvals.register(CasesToDecide())
deadlines.register(Cases())
