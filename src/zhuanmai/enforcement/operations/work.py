"""What a handler works on and answers: the locked case, its lines as needed, the officer, the operation."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Max, Model

from zhuanmai.accounts.models import Officer
from zhuanmai.core.clock import now, to_local
from zhuanmai.core.errors import Refused
from zhuanmai.documents.queries import has_signed_version
from zhuanmai.enforcement.models import Case, FieldOperation, Inspection, ItemLine, Party
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.ledger.services import Digests, digests

Row = TypeVar("Row", bound=Model)

SIGNED = "相关文书已签名，已签的不能直接改；请改为更正，写明理由后重新签名。"


@dataclass
class Work:
    """A case under its lock during one batch."""

    case: Case
    officer: Officer
    tablet: uuid.UUID
    _lines: dict[uuid.UUID, ItemLine | None] = field(default_factory=dict)
    _signed: bool | None = None
    before: Digests = field(default_factory=dict)

    def note(self, row: Row) -> Row:
        """Note a row's digest as the batch found it, once: a row read again after a refusal may be changed already."""
        for label, found in digests([row]).items():
            for key, digest in found.items():
                self.before.setdefault(label, {}).setdefault(key, digest)
        return row

    @property
    def inspection(self) -> Inspection:
        """The visit."""
        return self.case.inspection

    def line(self, line_id: uuid.UUID) -> ItemLine | None:
        """The case's line with this id, the same object throughout the batch; None if there is none."""
        if line_id not in self._lines:
            found = ItemLine.objects.filter(pk=line_id, case=self.case).first()
            self._lines[line_id] = self.note(found) if found else None
        return self._lines[line_id]

    def require_line(self, line_id: uuid.UUID) -> ItemLine:
        """The line, or Refused (no_line)."""
        found = self.line(line_id)
        if found is None:
            raise Refused("no_line", "本案没有这一行物品，可能已被撤销；请刷新后重试。", "line_id")
        return found

    def keep(self, line: ItemLine) -> None:
        """Remember a line that was made in this batch."""
        self.before.setdefault(line._meta.label_lower, {})[str(line.pk)] = None
        self._lines[line.pk] = line

    def forget_lines(self) -> None:
        """After a refused operation the lines are read again: what it changed in memory was rolled back."""
        self._lines.clear()

    def next_place(self) -> int:
        """The place of the next line."""
        last = ItemLine.objects.filter(case=self.case).aggregate(last=Max("place_in_case"))["last"]
        return int(last or 0) + 1

    def party(self, party_id: uuid.UUID | None) -> Party | None:
        """The party with this id. Raises Refused (no_party) if the case has none such; None for None."""
        if party_id is None:
            return None
        found = Party.objects.filter(pk=party_id, case=self.case, removed_at=None).first()
        if found is None:
            raise Refused("no_party", "本案没有这名当事人；请先录入当事人，或重新选择。", "party_id")
        return self.note(found)

    def require_unsigned(self) -> None:
        """Raise Refused (signed) once somebody's signature stands on a document of the case, unless it is corrected."""
        if self.case.correcting:
            return
        if self._signed is None:
            self._signed = has_signed_version(KIND, self.case.pk)
        if self._signed:
            raise Refused("signed", SIGNED)

    def day_of(self, operation: FieldOperation) -> dt.date:
        """The day on which an operation was made, never a day to come: prices and codes are looked up on it."""
        return to_local(min(operation.at, now())).date()


@dataclass
class Done:
    """What a handler did: facts for the ledger, rows as they are now, rows removed, and what undoing needs."""

    facts: dict[str, Any] = field(default_factory=dict)
    rows: list[Model] = field(default_factory=list)
    removed: list[Model] = field(default_factory=list)
    effect: dict[str, Any] = field(default_factory=dict)
    object_kind: str = "case"
    object_id: uuid.UUID | None = None


class Waits(Exception):
    """The operation is kept in 待处理 until counting goes on."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
