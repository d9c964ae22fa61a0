"""A case as the field log takes its operations: who works on it, what a handler works on, what is restored and kept."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max

from zhuanmai.accounts.models import Officer
from zhuanmai.core.clock import now, to_local
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.documents.queries import has_signed_version
from zhuanmai.enforcement.decided import keeping
from zhuanmai.enforcement.final_papers import final_bodies
from zhuanmai.enforcement.models import Case, Inspection, ItemLine, Party
from zhuanmai.enforcement.operations import times
from zhuanmai.enforcement.permissions import require_seen
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.enforcement.unnamed import unnamed_facts
from zhuanmai.enforcement.workers import require_take_over, require_worker
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.subjects import Kind, Merge, Spec
from zhuanmai.fieldlog.work import Work

SIGNED = "相关文书已签名，已签的不能直接改；请改为更正，写明理由后重新签名。"
HAND_OVER = "case.hand_over"
_KEPT = [f.attname for f in Case._meta.concrete_fields if f.name not in ("cursor", "counted")]


@dataclass
class CaseWork(Work[Case]):
    """A case under its lock during one batch; its lines are read once."""

    _lines: dict[uuid.UUID, ItemLine | None] = field(default_factory=dict)
    _signed: bool | None = None
    _final: dict[uuid.UUID, str] | None = None

    @property
    def case(self) -> Case:
        """The case."""
        return self.subject

    @property
    def inspection(self) -> Inspection:
        """The visit."""
        return self.case.inspection

    def bounds(self) -> times.Case:
        """What the times that are brought must lie between."""
        return times.Case(self.case.opened_at, self.inspection.began_at, now())

    def check_time(self, name: str, moment: times.Time | None) -> None:
        """Raise Refused (too_early, future) unless a time lies within its bounds; the field is its last word."""
        times.check(name, moment, self.bounds(), field=name.rpartition(".")[2])

    def moment_of(self, operation: FieldOperation) -> dt.datetime:
        """When an operation was made, as papers may print it."""
        return self.bounds().within(operation.at)

    def day_of(self, operation: FieldOperation) -> dt.date:
        """The day on which it was made: not before the visit, not to come."""
        return to_local(self.moment_of(operation)).date()

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

    def forget_final(self) -> None:
        """The officers that documents would name are others now."""
        self._final = None

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
        if not self.case.correcting and self.is_signed():
            raise Refused("signed", SIGNED)

    def is_signed(self) -> bool:
        """Whether somebody's signature stands on a document of the case; asked once in a batch."""
        if self._signed is None:
            self._signed = has_signed_version(KIND, self.case.pk)
        return self._signed

    @contextmanager
    def keeping_what_stands(self) -> Iterator[None]:
        """A decision on the spot, and what is sealed or decided to the end. Raises Refused (decided, signed)."""
        with keeping(self.case), self.keeping_final_papers():
            yield

    @contextmanager
    def keeping_final_papers(self) -> Iterator[None]:
        """What is sealed or decided to the end stays true: what is done within changes no body of such a document.

        Raises Refused (signed) at its end, unless the case is being corrected. Costs a reading of the case's facts
        before and one after, and only where such documents are.
        """
        if self.case.correcting or not self.is_signed():
            yield
            return
        if self._final is None:
            self._final = final_bodies(self.case.pk)
        yield
        if self._final and final_bodies(self.case.pk) != self._final:
            raise Refused("signed", SIGNED)


class Cases(Kind[Case, CaseWork]):
    """Cases in the field log."""

    code, ledger = KIND, "enforcement"

    def locked(self, subject_id: uuid.UUID) -> Case | None:
        """The case under its lock, with its visit."""
        query = Case.objects.select_for_update(of=("self",)).select_related("unit", "bureau", "inspection", "opened_by")
        return query.filter(pk=subject_id).first()

    def require_seen(self, officer: Officer, subject_id: uuid.UUID) -> Case:
        """The case, within the officer's scope."""
        return require_seen(officer, subject_id)

    def require_worker(self, officer: Officer, subject: Case) -> None:
        """One of its two, or an officer of its squad."""
        require_worker(officer, subject)

    def require_take_over(self, subject: Case, author: Officer | None, officer: Officer) -> None:
        """By who does the case now, from who ever worked on it."""
        require_take_over(subject, author, officer)

    def not_opened(self) -> Refused:
        """NotFound (no_case)."""
        return NotFound("no_case", "服务器上还没有这个案件；请先“开始检查”，或刷新后重试。")

    def opened_already(self, subject: Case) -> Refused:
        """Refused (opened_already)."""
        detail = f"本案已由{subject.opened_by.name}开始检查，您的操作会并入同一案件。"
        return Refused("opened_already", detail)

    def work(self, subject: Case, officer: Officer, tablet: uuid.UUID) -> CaseWork:
        """The work on a case."""
        return CaseWork(subject, officer, tablet)

    def found(self, work: CaseWork) -> None:
        """Case and visit as they were."""
        work.note(work.case)
        work.note(work.inspection)

    def restore(self, work: CaseWork) -> None:
        """Case, visit and lines are read again."""
        work.forget_lines()
        work.case.refresh_from_db(fields=_KEPT)
        work.inspection.refresh_from_db()

    def guarded(self, work: CaseWork, spec: Spec[CaseWork]) -> AbstractContextManager[None]:
        """No operation says something else than what is decided or sealed; handing over only says who goes on."""
        if spec.name == HAND_OVER:
            work.forget_final()
            return nullcontext()
        return work.keeping_what_stands()

    def applied(self, work: CaseWork, spec: Spec[CaseWork]) -> None:
        """What only counts changes no document (`Case.counted`)."""
        work.case.counted += spec.merge is Merge.ADDS

    def keep(self, subject: Case) -> None:
        """Cursor and count."""
        Case.objects.filter(pk=subject.pk).update(cursor=subject.cursor, counted=subject.counted)

    def case_of(self, subject_id: uuid.UUID) -> uuid.UUID:
        """Itself."""
        return subject_id

    def facts(self, subject: Case, facts: dict[str, Any]) -> dict[str, Any]:
        """Without the names and numbers of the case's people in free text."""
        return unnamed_facts(subject, facts)


CASES = Cases()
