"""Batches from tablets: under the subject's lock, in the tablet's order, each operation once, one entry each.

An operation that is refused changes nothing and stops nothing; one that came before its predecessors is held until
they are there: whether its officer may is asked when it is held, and again when it is applied. The ledger's entries are
written last: its lock is taken for the shortest time. A batch is one moment: posts are read once for all of it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Model

from zhuanmai.accounts.models import Officer
from zhuanmai.core.clock import now
from zhuanmai.core.errors import NotAllowed, Refused
from zhuanmai.core.once import while_reading
from zhuanmai.fieldlog.models import FieldOperation, Tablet
from zhuanmai.fieldlog.opening import Opened, not_kept, open_subject
from zhuanmai.fieldlog.payloads import parsed
from zhuanmai.fieldlog.queries import operations_of
from zhuanmai.fieldlog.reading import Sent, refuse_unreadable
from zhuanmai.fieldlog.rows import Pending, Result, answer, append_all, row_of
from zhuanmai.fieldlog.subjects import Kind, Merge, Spec
from zhuanmai.fieldlog.work import Done, Waits, Work

HELD_AT_MOST = dt.timedelta(seconds=20)
Status = FieldOperation.Status
Log = Kind[Any, Any]


@dataclass
class _Batch:
    """One transaction's work: what is known, what was done, what goes on the ledger at the end."""

    kind: Log
    work: Work[Any]
    tablet: Tablet
    entries: list[Pending] = field(default_factory=list)
    has_held: bool = True
    refused_early: set[int] = field(default_factory=set)

    def taken(self, n: int) -> None:
        """The tablet's operations are taken to this one, and to those after it that were refused before their turn."""
        self.tablet.taken_to = max(self.tablet.taken_to, n)
        while self.tablet.taken_to + 1 in self.refused_early:
            self.tablet.taken_to += 1

    @property
    def subject(self) -> Any:
        """What the operations are on."""
        return self.work.subject


def apply(
    *,
    kind: Log,
    officer: Officer,
    subject_id: uuid.UUID,
    tablet: uuid.UUID,
    operations: Sequence[Sent],
    unsent: int = 0,
) -> tuple[list[Result], int]:
    """Apply a tablet's operations; returns what became of each, and the subject's cursor.

    Raises the kind's `not_opened` where there is no such subject and nothing opens it, NotAllowed for an officer who
    does not work on it.
    """
    with while_reading(), transaction.atomic():
        subject = kind.locked(subject_id)
        first: list[Pending] = []
        if subject is not None:
            kind.require_worker(officer, subject)
        elif own := [sent for sent in operations if sent.by in (None, officer.pk)]:
            made = open_subject(kind, officer, subject_id, tablet, own)
            if not isinstance(made, Opened):
                return [made], 0
            subject, first = made.subject, made.entries
        why = {
            key: _not_his(kind, subject, officer, *key) for key in {(sent.by, sent.taken_over) for sent in operations}
        }
        taken = [sent for sent in operations if why[sent.by, sent.taken_over] is None]
        results: dict[int, Result] = {}
        if taken:
            work = _work(kind, subject, officer, tablet, made=bool(first))
            batch = _Batch(kind, work, _tablet(kind, subject, officer, tablet, taken), first)
            results = _taken_in(batch, taken)
            _finish(batch, unsent)
        for sent in operations:
            if refusal := why[sent.by, sent.taken_over]:
                results[id(sent)] = answer(sent, Status.REFUSED, refusal)
                if subject is not None:
                    _note_foreign(kind, subject, officer, tablet, sent, refusal)
        return [results[id(sent)] for sent in operations], subject.cursor if subject is not None else 0


def flush(kind: Log, subject: Any, officer: Officer) -> int:
    """Take in what was held for too long, before an act that needs everything. Call under the subject's lock."""
    count = 0
    held = operations_of(kind.code, subject.pk).filter(status=Status.HELD)
    known = Tablet.objects.select_for_update().filter(subject_kind=kind.code, subject_id=subject.pk)
    for tablet in known.filter(tablet__in=held.values("tablet")):
        batch = _Batch(kind, _work(kind, subject, officer, tablet.tablet), tablet)
        count += _release(batch, all_of_them=True)
        _finish(batch, tablet.unsent)
    return count


def take_in_waiting(kind: Log, work: Work[Any]) -> tuple[int, list[Model]]:
    """Take in, in the server's order, what waits until its kind is taken in again; how many, and the rows changed."""
    rows: list[Model] = []
    found = operations_of(kind.code, work.subject.pk).filter(status=Status.PENDING)
    waiting = list(found.select_related("actor").order_by("cursor"))
    for row in map(work.note, waiting):
        theirs = work.of(row.actor, row.tablet, was_let_in=True)
        try:
            done = _tried(kind, theirs, row)
        except Refused as refusal:
            kind.restore(theirs)
            row.turn_down(refusal)
        else:
            row.status, row.code, row.detail, row.effect = Status.APPLIED, "", "", done.effect
            rows += done.rows
        row.save()
        rows.append(row)
    return len(waiting), rows


def _taken_in(batch: _Batch, operations: Sequence[Sent]) -> dict[int, Result]:
    """Apply, in order, what is the officer's own or taken over; the results by identity of what was sent."""
    known = {row.pk: row for row in FieldOperation.objects.filter(pk__in=[sent.id for sent in operations])}
    known |= {one.operation.pk: one.operation for one in batch.entries}
    fresh = {one.operation.pk for one in batch.entries}
    batch.refused_early = _refused_early(batch)
    _release(batch, overdue_only=True)
    found = {id(sent): _take(batch, sent, known, fresh) for sent in sorted(operations, key=lambda sent: sent.n)}
    _release(batch)
    return {id(sent): _after(sent, found[id(sent)], known) for sent in operations}


def _not_his(kind: Log, subject: Any, officer: Officer, by: uuid.UUID | None, taken_over: bool) -> Refused | None:
    """Why what another officer made is not taken from this one: it stays on its tablet."""
    if by in (None, officer.pk):
        return None
    author = Officer.objects.filter(pk=by).first()
    if author is None or subject is None or not taken_over:
        who = author.name if author else "另一名执法人员"
        detail = f"这一步由{who}录入，没有以您的名义上传，仍在平板上；请等{who}登录上传，或接手上传。"
        return Refused("not_author", detail, "by")
    try:
        kind.require_take_over(subject, author, officer)
    except Refused as refusal:
        return refusal
    return None


def _note_foreign(kind: Log, subject: Any, officer: Officer, tablet: uuid.UUID, sent: Sent, why: Refused) -> None:
    """What was not taken is on record by its id alone: the row is its author's to send."""
    row = row_of(kind, subject, officer, tablet, sent)
    facts = {"kind": sent.kind, "code": why.code, "detail": why.detail}
    append_all(kind, subject.pk, [Pending("refused", row, Done(facts), kept=False)])


def _work(kind: Log, subject: Any, officer: Officer, tablet: uuid.UUID, *, made: bool = False) -> Work[Any]:
    """The work of a batch on a subject under its lock; what an earlier transaction made is noted as it was found."""
    work: Work[Any] = kind.work(subject, officer, tablet)
    if not made:
        kind.found(work)
    return work


def _tablet(kind: Log, subject: Any, officer: Officer, tablet: uuid.UUID, operations: Sequence[Sent]) -> Tablet:
    """The tablet's row; one that opens the subject may have begun to number before."""
    start = next((sent.n for sent in operations if sent.kind == kind.opening.name), None)
    row, made = Tablet.objects.get_or_create(
        subject_kind=kind.code, subject_id=subject.pk, tablet=tablet, defaults={"officer": officer}
    )
    if made and start is not None:
        row.taken_to = max(0, start - 1)
    if not any(sent.taken_over for sent in operations):
        row.officer = officer
    return row


def _take(
    batch: _Batch, sent: Sent, known: dict[uuid.UUID, FieldOperation], fresh: set[uuid.UUID]
) -> tuple[FieldOperation, bool]:
    """One operation: known already, too early, or to be applied. Returns its row and whether it is a repetition."""
    kind, work = batch.kind, batch.work
    row = known.get(sent.id)
    if row is not None and not sent.is_kept_as(row, batch.subject.pk):
        sent = sent.under_an_id_of_its_own(batch.subject.pk)
        row = known.get(sent.id) or FieldOperation.objects.filter(pk=sent.id).first()
    if row is not None:
        known[sent.id] = row
        if sent.id in fresh:
            batch.taken(sent.n)
        return row, sent.id not in fresh
    row = known[sent.id] = row_of(kind, batch.subject, work.officer, work.tablet, sent)
    if sent.n > batch.tablet.taken_to + 1:
        _hold(batch, row)
        return row, False
    _apply(batch, row, new=True)
    batch.taken(sent.n)
    _release(batch)
    return row, False


def _hold(batch: _Batch, row: FieldOperation) -> None:
    """Keep what came too early until its turn; what its officer may not do in any state is refused at once."""
    row.status, row.code, row.detail = Status.HELD, "early", "先到的一步，等前面的操作到了再并入。"
    name, facts = "kept", {"kind": row.kind, "detail": row.detail}
    try:
        _require_allowed(batch, row)
    except NotAllowed as refusal:
        row.turn_down(refusal)
        batch.refused_early.add(row.n)
        name, facts = "refused", {"kind": row.kind, "code": refusal.code, "detail": refusal.detail}
    else:
        batch.has_held = True
    batch.subject.cursor += 1
    row.cursor = batch.subject.cursor
    row.save(force_insert=True)
    batch.entries.append(Pending(name, row, Done(facts)))


def _require_allowed(batch: _Batch, row: FieldOperation) -> None:
    """Raise NotAllowed where the officer may not do this; in which state the subject will be is not known yet."""
    if row.kind not in batch.kind.operations() or row.kind == batch.kind.opening.name:
        return
    try:
        with transaction.atomic():
            batch.kind.require_worker(batch.work.officer, batch.subject)
            batch.kind.spec(row.kind).rule(batch.work)
    except NotAllowed:
        raise
    except (Refused, Waits):
        return


def _refused_early(batch: _Batch) -> set[int]:
    """The numbers beyond those that were taken whose operations were refused already."""
    found = operations_of(batch.kind.code, batch.subject.pk).filter(
        tablet=batch.tablet.tablet, n__gt=batch.tablet.taken_to, status=Status.REFUSED
    )
    return set(found.order_by().values_list("n", flat=True))


def _release(batch: _Batch, *, overdue_only: bool = False, all_of_them: bool = False) -> int:
    """Apply held operations of the tablet whose turn it is; after a while also those whose predecessors never came."""
    count = 0
    if not batch.has_held:
        return 0
    found = operations_of(batch.kind.code, batch.subject.pk).filter(tablet=batch.tablet.tablet, status=Status.HELD)
    held = list(found.select_related("actor").order_by("n"))
    for row in map(batch.work.note, held):
        due = all_of_them or (overdue_only and row.received_at < now() - HELD_AT_MOST)
        if row.n <= batch.tablet.taken_to + 1 or due:
            _apply(batch, row, new=False)
            batch.taken(row.n)
            count += 1
    batch.has_held = count < len(held)
    return count


def _apply(batch: _Batch, row: FieldOperation, *, new: bool) -> None:
    """Apply one operation in its own savepoint; keep it with its outcome, whatever that is."""
    kind, work = batch.kind, batch.work if new else batch.work.of(row.actor, row.tablet, was_let_in=False)
    batch.subject.cursor += 1
    row.cursor, row.status, row.code, row.detail, row.field = batch.subject.cursor, Status.APPLIED, "", "", ""
    name, done = row.kind, Done()
    try:
        if not new:
            kind.require_worker(work.officer, work.subject)
        done = _tried(kind, work, row)
    except Waits as waits:
        row.status, row.code, row.detail = Status.PENDING, waits.code, waits.detail
        name, done = "kept", Done({"kind": row.kind, "detail": waits.detail})
    except Refused as refusal:
        kind.restore(work)
        row.turn_down(refusal)
        name, done = "refused", Done({"kind": row.kind, "code": refusal.code, "detail": refusal.detail})
    row.effect = done.effect
    row.save(force_insert=new)
    if row.status == Status.APPLIED:
        spec = kind.spec(row.kind)
        kind.applied(work, spec)
        batch.tablet.tallied += spec.tallied
    batch.entries.append(Pending(name, row, done))


def _tried(kind: Log, work: Work[Any], row: FieldOperation) -> Done:
    """Let one operation act in its own savepoint. Raises Refused or Waits: what breaks is refused, and logged.

    Only a database that is away or has to choose between two transactions is no fault of the operation: that passes.
    """
    try:
        with transaction.atomic():
            return handled(kind, work, row)
    except (Refused, Waits, OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise not_kept(row, error) from error


def handled(kind: Log, work: Work[Any], row: FieldOperation) -> Done:
    """Check the payload, then the rule, as things stand at this very operation; let the handler act.

    Raises Refused or Waits.
    """
    refuse_unreadable(row.payload)
    if row.kind == kind.opening.name:
        raise kind.opened_already(work.subject)
    spec: Spec[Any] = kind.spec(row.kind)
    payload = parsed(spec.shape, row.payload)
    try:
        spec.rule(work)
        with kind.guarded(work, spec):
            return spec.handler(work, payload, row)
    except Waits:
        if spec.merge is not Merge.ADDS:
            raise RuntimeError(f"{spec.name} does not add up in any order, and so cannot wait") from None
        kind.require_worker(work.officer, work.subject)
        raise


def _after(sent: Sent, taken: tuple[FieldOperation, bool], known: dict[uuid.UUID, FieldOperation]) -> Result:
    """The answer: the first one's, but that what was applied before is a duplicate."""
    row, repeated = taken
    row = known.get(row.pk, row)
    if row.status == Status.HELD:
        row.refresh_from_db()
    status = "pending" if row.status == Status.HELD else str(row.status)
    if repeated and status == Status.APPLIED:
        status = "duplicate"
    return answer(sent, status, row)


def _finish(batch: _Batch, unsent: int) -> None:
    """Write down cursor and tablet, then the entries."""
    batch.kind.keep(batch.subject)
    batch.tablet.last_seen, batch.tablet.unsent = now(), unsent
    batch.tablet.save()
    append_all(batch.kind, batch.subject.pk, batch.entries, subject=batch.subject, before=batch.work.before)
