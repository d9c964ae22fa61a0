"""The terms of a room's acts: what its table of moves names is begun, met and ended here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from zhuanmai.deadlines import services
from zhuanmai.deadlines.models import Deadline
from zhuanmai.deadlines.subjects import Subject


@dataclass(frozen=True)
class TermsOf:
    """The terms of one kind of subject, whose rows are kept under their own ids; implements `core.moves.Terms`.

    `ended_because` follows the act's words as the reason for which a term fell away.
    """

    kind: str
    ended_because: str = ""

    def begin(self, row: Any, code: str, at: dt.datetime, event: str, *, restated: bool) -> Deadline:
        """Begin a term; the same event again gives the run that is open."""
        return services.begin(subject=self.of(row), code=code, at=at, event=event, restated=restated)

    def meet(self, row: Any, codes: Iterable[str]) -> Sequence[Deadline]:
        """Meet terms; the rows that changed."""
        return services.meet(subject=self.of(row), codes=codes)

    def end(self, row: Any, codes: Iterable[str], reason: str) -> Sequence[Deadline]:
        """End terms; the rows that changed."""
        return services.cancel(subject=self.of(row), codes=codes, reason=f"{reason}{self.ended_because}")

    def of(self, row: Any) -> Subject:
        """The row as a subject of terms."""
        return Subject(self.kind, row.pk)
