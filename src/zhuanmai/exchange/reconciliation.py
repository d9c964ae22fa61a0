"""Reconciliation (对账): what a partner holds against what we sent it. Asked for on a page, done by a job, kept."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import httpx
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core import work
from zhuanmai.core.clock import now
from zhuanmai.core.errors import NotAllowed, NotFound, Refused
from zhuanmai.core.ids import new_id
from zhuanmai.core.jobs import name_steps
from zhuanmai.core.models import Work
from zhuanmai.exchange.comparing import Sent, compared, within
from zhuanmai.exchange.models import Message, Reconciliation
from zhuanmai.exchange.partners import Held, Registry, registry
from zhuanmai.exchange.subjects import reaches_all
from zhuanmai.ledger.services import append

TASK = "exchange.reconcile"
name_steps(TASK, {"asking": _("Asking what the partner holds"), "comparing": _("Comparing both sides")})


def ask(
    *,
    actor: Officer,
    partner: str,
    since: dt.date | None = None,
    until: dt.date | None = None,
    partners: Registry = registry,
) -> Reconciliation:
    """Have a job compare both sides, of these days of arrival; one run a partner: that under way is given back.

    Raises NotAllowed (whole_bureau) for who does not look after every unit's exchange, NotFound (no_partner), Refused
    (period), Conflict (work_under_way) where two ask in one moment.
    """
    require_whole(actor, "exchange.reconcile")
    if partner not in {one.code for one in partners.partners()}:
        raise NotFound("no_partner", "没有这个对接系统；请回到对账页面重新选择。")
    if since and until and since > until:
        raise Refused("period", "起始日期晚于截止日期；请重新选择。", field="since")
    with transaction.atomic():
        under_way = Reconciliation.objects.filter(partner=partner, work__state__in=Work.OPEN).first()
        if under_way is not None:
            return under_way
        key = new_id()
        asked = work.ask(TASK, about=partner, asked_by_id=actor.pk, reconciliation_id=str(key))
        return Reconciliation.objects.create(id=key, work=asked, partner=partner, since=since, until=until)


def require_whole(officer: Officer, permission: str) -> None:
    """Raise NotAllowed unless the permission is the officer's in every unit: a partner holds what all units sent."""
    require(officer, permission)
    if not reaches_all(officer, permission):
        raise NotAllowed("whole_bureau", "对账涉及全局报文，须由管辖全部单位的岗位办理；请联系市局。")


def run(*, reconciliation_id: uuid.UUID, partners: Registry = registry) -> Reconciliation:
    """Compare, and keep the outcome; a partner out of reach is an outcome too. Done once."""
    row = Reconciliation.objects.get(pk=reconciliation_id)
    turn = work.begin(row.work)
    if turn is None:
        return row
    theirs: dict[str, Held] = {}
    wrong, asked_at = "", now()
    try:
        for held in partners.of(row.partner).connector.held(row.since, row.until):
            theirs[held.key] = held
            turn.tell("asking", len(theirs))
    except (httpx.HTTPError, ValueError, LookupError, TypeError, AttributeError) as error:
        wrong = f"对方暂时无法对账（{type(error).__name__}），请稍后再试"
    if not wrong:
        turn.tell("comparing")
        outcome = compared(_sent(row, asked_at), theirs)
        row.agreed, row.missing_there, row.differing = outcome.agreed, outcome.missing_there, outcome.differing
        row.unknown_here = [
            {"key": held.key, "kind": held.kind, "day": held.day.isoformat() if held.day else ""}
            for held in outcome.unknown_here
        ]
    with transaction.atomic():
        turn.end(Work.State.FAILED if wrong else Work.State.DONE, wrong)
        row.save()
        _record(row)
    return row


def _sent(row: Reconciliation, asked_at: dt.datetime) -> Iterator[Sent]:
    """What was ever written for the partner, by what was kept then.

    Due is what it received on these days and before it was asked: a message that arrives meanwhile may be on no page.
    """
    kept = Message.objects.filter(partner=row.partner).order_by("pk")
    columns = ("pk", "kind", "sha256", "received_at", "received_on")
    for pk, kind, sha256, at, day in kept.values_list(*columns).iterator(chunk_size=2000):
        is_due = at is not None and at < asked_at and within(day, row.since, row.until)
        yield Sent(str(pk), kind, sha256, is_due)


def _record(row: Reconciliation) -> None:
    """One entry on what came of it."""
    facts: dict[str, object] = {"partner": registry.zh(row.partner)}
    if row.error:
        facts["reason"] = row.error
    else:
        facts |= {
            "agreed": row.agreed, "missing": len(row.missing_there), "unknown": len(row.unknown_here),
            "differing": len(row.differing),
        }  # fmt: skip
    append(
        "exchange.reconciliation_failed" if row.error else "exchange.reconciled",
        actor_id=row.asked_by_id, object_kind="reconciliation", object_id=row.pk, facts=facts,
    )  # fmt: skip


@work.when_given_up(TASK)
def _given_up(done: Work) -> None:
    _record(Reconciliation.objects.get(work=done))
