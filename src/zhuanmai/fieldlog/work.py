"""What a handler works on and answers: the locked subject, the officer, rows as they were found; rows after."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Self, TypeVar

from django.db.models import Model

from zhuanmai.accounts.models import Officer
from zhuanmai.core.clock import now, to_local
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.ledger.services import Digests, digests

Row = TypeVar("Row", bound=Model)
S = TypeVar("S", bound=Any)


@dataclass
class Work(Generic[S]):
    """A subject under its lock during one batch; a room adds what its handlers read more than once."""

    subject: S
    officer: Officer
    tablet: uuid.UUID
    before: Digests = field(default_factory=dict)
    was_let_in: bool = False

    @property
    def asked(self) -> Officer | None:
        """Whose permission is asked now; nobody's for what was let in by its rule, and only waited since."""
        return None if self.was_let_in else self.officer

    def note(self, row: Row) -> Row:
        """Note a row's digest as the batch found it, once: a row read again after a refusal may be changed already."""
        for label, found in digests([row]).items():
            for key, digest in found.items():
                self.before.setdefault(label, {}).setdefault(key, digest)
        return row

    def of(self, officer: Officer, tablet: uuid.UUID, *, was_let_in: bool) -> Self:
        """The same work, for what came in earlier from this officer's tablet."""
        return replace(self, officer=officer, tablet=tablet, was_let_in=was_let_in)

    def day_of(self, operation: FieldOperation) -> dt.date:
        """The day on which an operation was made, never a day to come."""
        return to_local(min(operation.at, now())).date()


@dataclass
class Done:
    """What a handler did: facts for the ledger, rows as they are now, rows removed, and what undoing needs.

    The object is the subject, unless another is named.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    rows: list[Model] = field(default_factory=list)
    removed: list[Model] = field(default_factory=list)
    effect: dict[str, Any] = field(default_factory=dict)
    object_kind: str = ""
    object_id: uuid.UUID | None = None


class Waits(Exception):
    """The operation is kept (待并入) until the room takes in what waits; only what adds up in any order can wait."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail
