"""Batches from tablets: under the case's lock, in the tablet's order, each operation once, one entry each.

An operation that is refused changes nothing and stops nothing; one that came before its predecessors is held until
they are there. The ledger's entries are written last: its lock is taken for the shortest time.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Model

from zhuanmai.accounts.models import Officer
from zhuanmai.core.clock import now
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.enforcement import procedure
from zhuanmai.enforcement.models import Case, FieldOperation, Tablet
from zhuanmai.enforcement.operations import counting, goods, opening, papers, people, records  # noqa: F401 - they register
from zhuanmai.enforcement.operations.opening import opened
from zhuanmai.enforcement.operations.payloads import CountingReopen, parsed
from zhuanmai.enforcement.operations.reading import Sent, refuse_unreadable
from zhuanmai.enforcement.operations.table import entry, handles
from zhuanmai.enforcement.operations.work import SIGNED, Done, Waits, Work
from zhuanmai.enforcement.permissions import require_take_over, require_worker
from zhuanmai.enforcement.procedure import Act, State
from zhuanmai.enforcement.unnamed import unnamed_facts
from zhuanmai.ledger.services import append

HELD_AT_MOST = dt.timedelta(seconds=20)
_COUNTS = frozenset({"scan", "quantity.difference", "undo"})
_CASE_LOCK = 0x63617365  # "case"
_KEPT = [f.attname for f in Case._meta.concrete_fields if f.name not in ("cursor", "counted")]
_log = logging.getLogger(__name__)
Status = FieldOperation.Status


@dataclass(frozen=True)
class Result:
    """What became of one operation, under the id that it was sent with."""

    id: str
    status: str
    code: str = ""
    detail: str = ""
    field: str = ""


@dataclass
class _Entry:
    """A ledger entry that waits for the end of the transaction."""

    kind: str
    operation: FieldOperation
    done: Done


@dataclass
class _Batch:
    """One transaction's work: what is known, what was done, what goes on the ledger at the end."""

    work: Work
    tablet: Tablet
    entries: list[_Entry] = field(default_factory=list)
    has_held: bool = True


def apply(
    *, officer: Officer, case_id: uuid.UUID, tablet: uuid.UUID, operations: Sequence[Sent], unsent: int = 0
) -> tuple[list[Result], int]:
    """Apply a tablet's operations; returns what became of each, and the case's cursor.

    Raises NotFound (no_case) where there is no case and nothing opens one, NotAllowed for an officer not on the case.
    """
    with transaction.atomic():
        case = _locked(case_id)
        first: list[_Entry] = []
        refused: Result | None = None
        if case is None:
            own = [sent for sent in operations if sent.by in (None, officer.pk)]
            if own:
                case, first, refused = _open(officer, case_id, tablet, own)
            if case is None:
                foreign = [(sent, _not_his(None, officer, sent.by, False)) for sent in operations]
                return [refused] if refused else [_answer(sent, Status.REFUSED, no) for sent, no in foreign if no], 0
        else:
            require_worker(officer, case)
        why = {key: _not_his(case, officer, *key) for key in {(sent.by, sent.taken_over) for sent in operations}}
        taken = [sent for sent in operations if why[sent.by, sent.taken_over] is None]
        results: dict[int, Result] = {}
        if taken:
            work = _work(case, officer, tablet, made=bool(first))
            batch = _Batch(work, _tablet(case, officer, tablet, taken), first)
            results = _taken_in(batch, taken)
            _finish(batch, unsent)
        for sent in operations:
            if refusal := why[sent.by, sent.taken_over]:
                results[id(sent)] = _answer(sent, Status.REFUSED, refusal)
                _note_foreign(case, officer, tablet, sent, refusal)
        return [results[id(sent)] for sent in operations], case.cursor


def _taken_in(batch: _Batch, operations: Sequence[Sent]) -> dict[int, Result]:
    """Apply, in order, what is the officer's own or taken over; the results by identity of what was sent."""
    known = {row.pk: row for row in FieldOperation.objects.filter(pk__in=[sent.id for sent in operations])}
    known |= {one.operation.pk: one.operation for one in batch.entries}
    fresh = {one.operation.pk for one in batch.entries}
    _release(batch, overdue_only=True)
    found = {id(sent): _take(batch, sent, known, fresh) for sent in sorted(operations, key=lambda sent: sent.n)}
    _release(batch)
    return {id(sent): _after(sent, found[id(sent)], known) for sent in operations}


def _not_his(case: Case | None, officer: Officer, by: uuid.UUID | None, taken_over: bool) -> Refused | None:
    """Why what another officer made is not taken from this one: it stays on its tablet."""
    if by in (None, officer.pk):
        return None
    author = Officer.objects.filter(pk=by).first()
    if author is None or case is None or not taken_over:
        who = author.name if author else "另一名执法人员"
        detail = f"这一步由{who}录入，没有以您的名义上传，仍在平板上；请等{who}登录上传，或接手上传。"
        return Refused("not_author", detail, "by")
    try:
        require_take_over(case, author, officer)
    except Refused as refusal:
        return refusal
    return None


def _note_foreign(case: Case, officer: Officer, tablet: uuid.UUID, sent: Sent, why: Refused) -> None:
    """What was not taken is on record by its id alone: the row is its author's to send."""
    facts = {"kind": sent.kind, "code": why.code, "detail": why.detail}
    append(
        "enforcement.refused",
        actor_id=officer.pk,
        object_kind="case",
        object_id=case.pk,
        case_id=case.pk,
        facts={"operation_id": str(sent.id), "tablet": str(tablet), **facts},
    )


def flush(case: Case, officer: Officer) -> int:
    """Take in what was held for too long, before an act that needs everything. Call under the case's lock."""
    count = 0
    held = FieldOperation.objects.filter(case=case, status=Status.HELD)
    for tablet in Tablet.objects.select_for_update().filter(case=case, tablet__in=held.values("tablet")):
        batch = _Batch(_work(case, officer, tablet.tablet), tablet)
        count += _release(batch, all_of_them=True)
        _finish(batch, tablet.unsent)
    return count


def _work(case: Case, officer: Officer, tablet: uuid.UUID, *, made: bool = False) -> Work:
    """The work of a batch on a case under its lock; what an earlier transaction made is noted as it was found."""
    work = Work(case, officer, tablet)
    if not made:
        work.note(case)
        work.note(case.inspection)
    return work


def _locked(case_id: uuid.UUID) -> Case | None:
    query = Case.objects.select_for_update(of=("self",)).select_related("unit", "bureau", "inspection", "opened_by")
    return query.filter(pk=case_id).first()


def _open(
    officer: Officer, case_id: uuid.UUID, tablet: uuid.UUID, operations: Sequence[Sent]
) -> tuple[Case | None, list[_Entry], Result | None]:
    """Open the case if the batch holds its opening; a second tablet waits here and then finds it open."""
    opening_sent = next((sent for sent in operations if sent.kind == "case.open"), None)
    if opening_sent is None:
        raise NotFound("no_case", "服务器上还没有这个案件；请先“开始检查”，或刷新后重试。")
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_CASE_LOCK, str(case_id)])
    case = _locked(case_id)
    if case is not None:
        require_worker(officer, case)
        return case, [], None
    row = _row(None, officer, tablet, opening_sent)
    try:
        with transaction.atomic():
            refuse_unreadable(opening_sent.payload)
            case, done = opened(officer, case_id, opening_sent.payload, row)
            case.cursor += 1
            row.case, row.cursor = case, case.cursor
            _kept_once(row)
    except Refused as refusal:
        return None, [], _answer(opening_sent, Status.REFUSED, refusal)
    return case, [_Entry("case.open", row, done)], None


def _kept_once(row: FieldOperation) -> None:
    """Keep an opening. Raises Refused (id_used) if its id stands for an operation of another case."""
    if FieldOperation.objects.filter(pk=row.pk).exists():
        raise Refused("id_used", "操作编号已用于别的案件，没有开始检查；请刷新平板页面后重新开始。", "id")
    row.save(force_insert=True)


def _tablet(case: Case, officer: Officer, tablet: uuid.UUID, operations: Sequence[Sent]) -> Tablet:
    """The tablet's row; one that opens the case may have begun to count before."""
    start = next((sent.n for sent in operations if sent.kind == "case.open"), None)
    row, made = Tablet.objects.get_or_create(case=case, tablet=tablet, defaults={"officer": officer})
    if made and start is not None:
        row.taken_to = max(0, start - 1)
    if not any(sent.taken_over for sent in operations):
        row.officer = officer
    return row


def _row(case: Case | None, officer: Officer, tablet: uuid.UUID, sent: Sent) -> FieldOperation:
    return FieldOperation(
        id=sent.id,
        case=case,
        tablet=tablet,
        n=sent.n,
        kind=sent.kind,
        at=sent.at,
        actor=officer,
        made_by_id=sent.by if sent.taken_over and sent.by != officer.pk else None,
        payload=sent.payload,
        cursor=case.cursor + 1 if case else 0,
        status=Status.APPLIED,
    )


def _take(
    batch: _Batch, sent: Sent, known: dict[uuid.UUID, FieldOperation], fresh: set[uuid.UUID]
) -> tuple[FieldOperation, bool]:
    """One operation: known already, too early, or to be applied. Returns its row and whether it is a repetition."""
    row = known.get(sent.id)
    if row is not None and not (row.case_id == batch.work.case.pk and sent.is_same_as(row.kind, row.payload)):
        sent = sent.under_an_id_of_its_own(batch.work.case.pk)
        row = known.get(sent.id) or FieldOperation.objects.filter(pk=sent.id).first()
    if row is not None:
        known[sent.id] = row
        if sent.id in fresh:
            batch.tablet.taken_to = max(batch.tablet.taken_to, sent.n)
        return row, sent.id not in fresh
    row = known[sent.id] = _row(batch.work.case, batch.work.officer, batch.work.tablet, sent)
    if sent.n > batch.tablet.taken_to + 1:
        row.status, row.code, row.detail = Status.HELD, "early", "先到的一步，等前面的操作到了再并入。"
        batch.work.case.cursor += 1
        row.cursor = batch.work.case.cursor
        row.save(force_insert=True)
        batch.has_held = True
        batch.entries.append(_Entry("kept", row, Done({"kind": row.kind, "detail": row.detail})))
        return row, False
    _apply(batch, row, new=True)
    batch.tablet.taken_to = max(batch.tablet.taken_to, sent.n)
    _release(batch)
    return row, False


def _release(batch: _Batch, *, overdue_only: bool = False, all_of_them: bool = False) -> int:
    """Apply held operations of the tablet whose turn it is; after a while also those whose predecessors never came."""
    count = 0
    if not batch.has_held:
        return 0
    held = list(
        FieldOperation.objects.filter(
            case=batch.work.case, tablet=batch.tablet.tablet, status=Status.HELD
        ).select_related("actor").order_by("n")
    )  # fmt: skip
    for row in map(batch.work.note, held):
        due = all_of_them or (overdue_only and row.received_at < now() - HELD_AT_MOST)
        if row.n <= batch.tablet.taken_to + 1 or due:
            _apply(batch, row, new=False)
            batch.tablet.taken_to = max(batch.tablet.taken_to, row.n)
            count += 1
    batch.has_held = count < len(held)
    return count


def _apply(batch: _Batch, row: FieldOperation, *, new: bool) -> None:
    """Apply one operation in its own savepoint; keep it with its outcome, whatever that is."""
    work, case = batch.work, batch.work.case
    case.cursor += 1
    row.cursor, row.status, row.code, row.detail, row.field = case.cursor, Status.APPLIED, "", "", ""
    kind, done = row.kind, Done()
    try:
        done = _tried(work, row)
    except Waits as waits:
        row.status, row.code, row.detail = Status.PENDING, "counting_closed", waits.detail
        kind, done = "kept", Done({"kind": row.kind, "detail": waits.detail})
    except Refused as refusal:
        kind, done = "refused", _refused(work, row, refusal)
    row.effect = done.effect
    row.save(force_insert=new)
    if row.kind in _COUNTS and row.status == Status.APPLIED:
        case.counted += 1
        batch.tablet.scans += row.kind == "scan"
    batch.entries.append(_Entry(kind, row, done))


def _tried(work: Work, row: FieldOperation) -> Done:
    """Let one operation act in its own savepoint. Raises Refused or Waits: what breaks is refused, and logged.

    Only a database that is away or has to choose between two transactions is no fault of the operation: that passes.
    """
    try:
        with transaction.atomic():
            return handled(work, row)
    except (Refused, Waits, OperationalError, InterfaceError):
        raise
    except Exception as error:
        _log.exception("operation %s of kind %s was not kept", row.pk, row.kind)
        detail = "这一步的内容无法保存，未作任何改动；请核对后重做，仍不行请联系管理员。"
        raise Refused("not_kept", detail) from error


def handled(work: Work, row: FieldOperation) -> Done:
    """Ask the procedure, check the payload, let the handler act. Raises Refused or Waits."""
    refuse_unreadable(row.payload)
    found = entry(row.kind)
    payload = parsed(found.shape, row.payload)
    if found.act is Act.ENTER_FACTS:
        _require_open_facts(work)
    elif found.act is not None:
        procedure.require(work.case.state, found.act)
    return found.handler(work, payload, row)


def _require_open_facts(work: Work) -> None:
    """Facts are entered until the decision; afterwards only while they are corrected."""
    state = work.case.state
    if work.case.correcting or procedure.allowed(state, Act.ENTER_FACTS):
        return
    if procedure.allowed(state, Act.CORRECT_FACTS):
        raise Refused("signed", SIGNED)
    procedure.require(state, Act.ENTER_FACTS)


def _refused(work: Work, row: FieldOperation, refusal: Refused) -> Done:
    work.forget_lines()
    work.case.refresh_from_db(fields=_KEPT)
    work.case.inspection.refresh_from_db()
    row.status, row.code, row.detail = Status.REFUSED, refusal.code, refusal.detail
    row.field = refusal.field[:80]
    return Done({"kind": row.kind, "code": refusal.code, "detail": refusal.detail})


def _answer(sent: Sent, status: str, why: Refused | FieldOperation) -> Result:
    return Result(sent.named or str(sent.id), status, why.code, why.detail, why.field)


def _after(sent: Sent, taken: tuple[FieldOperation, bool], known: dict[uuid.UUID, FieldOperation]) -> Result:
    """The answer: the first one's, but that what was applied before is a duplicate."""
    row, repeated = taken
    row = known.get(row.pk, row)
    if row.status == Status.HELD:
        row.refresh_from_db()
    status = "pending" if row.status == Status.HELD else str(row.status)
    if repeated and status == Status.APPLIED:
        status = "duplicate"
    return _answer(sent, status, row)


def _finish(batch: _Batch, unsent: int) -> None:
    """Write down cursor and tablet, then the entries: each row's digest in the last entry that touched it."""
    case, tablet = batch.work.case, batch.tablet
    Case.objects.filter(pk=case.pk).update(cursor=case.cursor, counted=case.counted)
    tablet.last_seen, tablet.unsent = now(), unsent
    tablet.save()
    written: set[tuple[type[Model], Any]] = set()
    last: list[tuple[_Entry, list[Model]]] = []
    for one in reversed(batch.entries):
        rows = []
        for row in reversed([*one.done.rows, one.operation]):
            if (type(row), row.pk) not in written:
                written.add((type(row), row.pk))
                rows.append(row)
        last.append((one, rows))
    for one, rows in reversed(last):
        _append(one, batch.work, rows)


def _append(one: _Entry, work: Work, rows: Sequence[Model]) -> None:
    operation, done = one.operation, one.done
    facts = {"operation_id": str(operation.pk), "tablet": str(operation.tablet), **unnamed_facts(work.case, done.facts)}
    if operation.made_by is not None:
        facts["taken_over"] = f"由{operation.made_by.name}录入、{operation.actor.name}上传"
    append(
        f"enforcement.{one.kind}",
        actor_id=operation.actor_id,
        object_kind=done.object_kind,
        object_id=done.object_id or work.case.pk,
        case_id=work.case.pk,
        facts=facts,
        rows=rows,
        removed=done.removed,
        before=work.before,
    )


@handles("counting.reopen", CountingReopen, act=None)
def reopen(work: Work, payload: CountingReopen, operation: FieldOperation) -> Done:
    """Go on counting: what waited is merged now, in the server's order. Raises Refused: signed, reason_missing."""
    case = work.case
    if not case.is_closed:
        return Done({"reason": payload.reason, "merged": 0})
    procedure.require(case.state, Act.REOPEN_COUNTING)
    work.require_unsigned()
    if not payload.reason:
        raise Refused("reason_missing", "请写明继续清点的原因。", "reason")
    case.counting_closed_at, case.counting_closed_by, case.state = None, None, State.INSPECTION
    case.save(update_fields=["counting_closed_at", "counting_closed_by", "state"])
    rows: list[Model] = [case]
    waiting = FieldOperation.objects.filter(case=case, status=Status.PENDING).select_related("actor").order_by("cursor")
    for row in map(work.note, waiting):
        theirs = Work(case, row.actor, row.tablet, work._lines, before=work.before)
        try:
            done = _tried(theirs, row)
        except Refused as refusal:
            work.forget_lines()
            row.status, row.code, row.detail = Status.REFUSED, refusal.code, refusal.detail
            row.field = refusal.field[:80]
        else:
            row.status, row.code, row.detail, row.effect = Status.APPLIED, "", "", done.effect
            rows += done.rows
        row.save()
        rows.append(row)
    return Done({"reason": payload.reason, "merged": len(waiting)}, rows)
