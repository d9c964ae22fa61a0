"""A case's operations from tablets: payload, rule and handler of each together; the field log takes them in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from zhuanmai.accounts.models import Officer
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.operations import (  # noqa: F401 - they register
    counting,
    goods,
    opening,
    papers,
    people,
    records,
    words,
)
from zhuanmai.enforcement.operations.cases import CASES
from zhuanmai.fieldlog import applying
from zhuanmai.fieldlog.reading import Sent
from zhuanmai.fieldlog.rows import Result

__all__ = ["CASES", "Result", "Sent", "apply", "flush"]


def apply(
    *, officer: Officer, case_id: uuid.UUID, tablet: uuid.UUID, operations: Sequence[Sent], unsent: int = 0
) -> tuple[list[Result], int]:
    """Apply a tablet's operations on a case (`fieldlog.applying.apply`). Raises NotFound (no_case), NotAllowed."""
    return applying.apply(
        kind=CASES, officer=officer, subject_id=case_id, tablet=tablet, operations=operations, unsent=unsent
    )


def flush(case: Case, officer: Officer) -> int:
    """Take in what was held, before an act that needs everything. Call under the case's lock."""
    return applying.flush(CASES, case, officer)
