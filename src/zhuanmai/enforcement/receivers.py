"""What enforcement offers to rooms beside it."""

from __future__ import annotations

from zhuanmai.core import ports
from zhuanmai.deadlines import subjects
from zhuanmai.enforcement.handing import CaseBook
from zhuanmai.enforcement.terms import Cases
from zhuanmai.enforcement.visits import Inspections

ports.bind(ports.InspectionPort, Inspections())  # type: ignore[type-abstract]
ports.bind(ports.CaseBook, CaseBook())  # type: ignore[type-abstract]
subjects.register(Cases())
