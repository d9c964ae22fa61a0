"""What can be done with a run of a term: begin, stop, resume, extend, meet, cancel, count again.

`begin`, `meet` and `cancel` are parts of an act of the room above, in its transaction: they return the rows for that
act's entry. Stopping, resuming, extending and closing are acts of their own, each with its entry; the
room above asks for the head's decision where the law wants one, before it extends.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from zhuanmai.accounts.models import Officer
from zhuanmai.core.clock import now, to_local, today
from zhuanmai.core.errors import Conflict, NotFound, Refused
from zhuanmai.deadlines import counting
from zhuanmai.deadlines.events import Extension, Stop
from zhuanmai.deadlines.models import Deadline
from zhuanmai.deadlines.rules import Rule
from zhuanmai.deadlines.subjects import Subject, kind_of, require_worker
from zhuanmai.ledger.services import append, as_found
from zhuanmai.reference.calendar import Days, days, term

MAX_REASON = 200


def begin(
    *,
    subject: Subject,
    code: str,
    at: dt.datetime,
    event: str = "",
    party_id: uuid.UUID | None = None,
    restated: bool = False,
) -> Deadline:
    """Begin a run of a term. An event begins one run: told again, it gives the run that is open.

    `event` names it (by default its moment): another event of the same term begins a run of its own. `restated`: the
    event is the same, its moment was corrected, and the run is counted anew from it.
    """
    name = event or at.astimezone(dt.UTC).isoformat()
    row = _open(subject).filter(party_id=party_id, code=code, event=name).first()
    if row is None:
        row = Deadline(
            subject_kind=subject.kind, subject_id=subject.id, party_id=party_id, code=code, event=name, trigger_at=at
        )
        _count(row, days())
        row.save(force_insert=True)
    elif restated and row.trigger_at != at:
        as_found(row).trigger_at = at
        _count(row, days())
        row.save()
    return row


def meet(*, subject: Subject, codes: Iterable[str], party_id: uuid.UUID | None = None) -> list[Deadline]:
    """The act that these terms waited for was done; returns the rows that changed."""
    return _end(_of_party(subject, party_id).filter(code__in=list(codes)), Deadline.Ending.MET, "")


def cancel(*, subject: Subject, codes: Iterable[str], reason: str, party_id: uuid.UUID | None = None) -> list[Deadline]:
    """These terms fell away, with the reason; returns the rows that changed."""
    return _end(_of_party(subject, party_id).filter(code__in=list(codes)), Deadline.Ending.CANCELLED, reason)


def stop(*, actor: Officer, deadline_id: uuid.UUID, ground: str, told_on: dt.date) -> Deadline:
    """Let a term stand still from the day on which the party was told in writing. Raises Refused, Conflict."""

    def change(row: Deadline, rule: Rule) -> dict[str, Any]:
        if row.is_stopped:
            raise Conflict("stopped_already", "该期限已经中止；请先恢复。")
        if told_on < to_local(row.trigger_at).date() or told_on > today():
            raise Refused("stop_day", "告知日应在起算日之后、不晚于今天；请核对。", "told_on")
        if told_on > row.due:
            raise Refused("term_over", f"期限已于 {row.due} 届满，不能再中止。", "told_on")
        if counting.effective(rule, Stop(told_on, None, ground, told_on)) is None:
            known = "、".join(rule.stops.grounds) or "无"
            raise Refused("no_ground", f"“{ground}”不是该期限可以中止的事由（可以中止的：{known}）。", "ground")
        row.stops.append({"first": _iso(told_on), "last": None, "ground": ground[:80], "told": _iso(told_on)})
        return {"ground": ground[:80], "first": told_on}

    return _acted(actor, deadline_id, "deadlines.stopped", change)


def resume(*, actor: Officer, deadline_id: uuid.UUID, last: dt.date) -> Deadline:
    """The result is in: the last day of the stop; the term goes on the next working day. Raises Refused, Conflict."""

    def change(row: Deadline, rule: Rule) -> dict[str, Any]:
        if not row.is_stopped:
            raise Conflict("not_stopped", "该期限没有中止；请刷新查看。")
        if not dt.date.fromisoformat(row.stops[-1]["first"]) <= last <= today():
            raise Refused("resume_day", "结果收到之日应不早于中止之日、不晚于今天；请核对。", "last")
        row.stops[-1]["last"] = _iso(last)
        return {"last": last}

    return _acted(actor, deadline_id, "deadlines.resumed", change)


def extend(
    *,
    actor: Officer,
    deadline_id: uuid.UUID,
    reason: str,
    approved_on: dt.date,
    told_on: dt.date | None = None,
    days_more: int | None = None,
) -> Deadline:
    """Make a term longer: approved, and told where the rule asks for it, by its last day. Raises Refused, Conflict."""

    def change(row: Deadline, rule: Rule) -> dict[str, Any]:
        if not reason.strip():
            raise Refused("reason_missing", "请写明延长的理由。", "reason")
        if row.extensions:
            raise Conflict("extended_already", "该期限已经延长过一次。")
        if rule.extension is not None and rule.extension.told and told_on is None:
            raise Refused("not_told", "延长须在届满前书面告知当事人；请填写告知日。", "told_on")
        given = Extension(days_more, None, approved_on, told_on)
        if why := counting.void(rule, given, row.due):
            raise Refused("extension_void", f"{why}。", "approved_on")
        row.extensions.append(
            {
                "days": days_more,
                "until": None,
                "approved": _iso(approved_on),
                "told": _iso(told_on) if told_on else None,
                "by": "",
                "reason": reason.strip()[:MAX_REASON],
            }
        )
        return {"reason": reason.strip()[:MAX_REASON]}

    return _acted(actor, deadline_id, "deadlines.extended", change)


def close(*, actor: Officer, deadline_id: uuid.UUID, reason: str) -> Deadline:
    """Say by hand that what a term waited for was done, with the reason: only where no act of its room says so.

    Raises Refused (met_by_act, reason_missing), Conflict (ended_already), NotFound.
    """

    def change(row: Deadline, rule: Rule) -> dict[str, Any]:
        if row.code in kind_of(row.subject_kind).met_by_acts:
            raise Refused("met_by_act", "该期限随相应步骤自动办结，不能手工办结；请办理该步骤。")
        if not reason.strip():
            raise Refused("reason_missing", "请写明办结情况，如缴款凭证号。", "reason")
        row.ended_at, row.ending, row.ending_reason = now(), Deadline.Ending.MET, reason.strip()[:MAX_REASON]
        return {"reason": row.ending_reason}

    return _acted(actor, deadline_id, "deadlines.closed", change)


def counts_otherwise(row: Deadline, calendar: Days) -> bool:
    """Count a run again after the calendar or its rule changed; True if its end moves. Saves nothing."""
    before = (row.due, row.due_at, row.provisional)
    _count(row, calendar)
    return (row.due, row.due_at, row.provisional) != before


def facts_of(row: Deadline) -> dict[str, Any]:
    """What every entry says of a run."""
    return {"code": row.code, "what": row.what[:80], "due": row.due}


def _open(subject: Subject) -> QuerySet[Deadline]:
    """The open runs of a subject, locked; runs are locked in the order of their ids, by whoever locks several."""
    found = Deadline.objects.select_for_update().order_by("pk")
    return found.filter(subject_kind=subject.kind, subject_id=subject.id, ended_at=None)


def _of_party(subject: Subject, party_id: uuid.UUID | None) -> QuerySet[Deadline]:
    """Those of one party where it is named, else all."""
    return _open(subject) if party_id is None else _open(subject).filter(party_id=party_id)


def _end(rows: Iterable[Deadline], ending: Deadline.Ending, reason: str) -> list[Deadline]:
    found = list(rows)
    for row in found:
        as_found(row).ended_at = now()
        row.ending, row.ending_reason = ending, reason[:MAX_REASON]
        row.save(update_fields=["ended_at", "ending", "ending_reason"])
    return found


def _acted(
    actor: Officer, deadline_id: uuid.UUID, kind: str, change: Callable[[Deadline, Rule], dict[str, Any]]
) -> Deadline:
    with transaction.atomic():
        row = Deadline.objects.select_for_update().filter(pk=deadline_id).first()
        if row is None:
            raise NotFound("no_deadline", "没有这个期限，或不在您的管辖范围内；请刷新后重试。")
        require_worker(actor, Subject(row.subject_kind, row.subject_id))
        if row.ended_at is not None:
            raise Conflict("ended_already", "该期限已经结束；请刷新查看。")
        as_found(row)
        more = change(row, Rule.of(term(row.code)))
        _count(row, days())
        row.save()
        append(
            kind,
            actor_id=actor.pk,
            object_kind="deadline",
            object_id=row.pk,
            case_id=row.subject_id,
            facts={**facts_of(row), **more},
            rows=[row],
        )
    return row


def _count(row: Deadline, calendar: Days) -> None:
    """Count the end. While it stands still the end stays as it was counted last."""
    kept = term(row.code)
    rule = Rule.of(kept)
    row.what, row.source, row.certainty = kept.what, kept.source, kept.certainty
    if row.is_stopped:
        return
    end = counting.count(rule, row.trigger_at, calendar, row.stops_told(), row.extensions_told())
    row.due, row.due_at, row.provisional = end.day, end.at, end.provisional
    row.note = "；".join(end.notes)[:200]


def _iso(day: dt.date) -> str:
    return day.isoformat()
