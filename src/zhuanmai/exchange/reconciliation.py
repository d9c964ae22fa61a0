"""Reconciliation (对账): what a partner holds against what we sent. Asked for on a page, done by a job, kept."""

from __future__ import annotations

import uuid

import httpx
from django.db import transaction

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.core import work
from zhuanmai.core.ids import new_id
from zhuanmai.core.models import Work
from zhuanmai.exchange.connectors import Registry, registry
from zhuanmai.exchange.models import Message, Reconciliation
from zhuanmai.exchange.services import sent_digest
from zhuanmai.ledger.services import append

TASK = "exchange.reconcile"


def ask(*, actor: Officer, partner: str = "national") -> Reconciliation:
    """Have a job compare both sides; one that is under way already is not begun twice."""
    require(actor, "exchange.reconcile")
    with transaction.atomic():
        under_way = Reconciliation.objects.filter(partner=partner, work__state__in=Work.OPEN).first()
        if under_way is not None:
            return under_way
        key = new_id()
        asked = work.ask(TASK, about=partner, asked_by_id=actor.pk, reconciliation_id=str(key))
        return Reconciliation.objects.create(id=key, work=asked, partner=partner)


def run(*, reconciliation_id: uuid.UUID, connectors: Registry = registry) -> Reconciliation:
    """Compare, and keep the outcome; a partner out of reach is an outcome too. Done once."""
    row = Reconciliation.objects.get(pk=reconciliation_id)
    turn = work.begin(row.work)
    if turn is None:
        return row
    wrong = ""
    try:
        theirs = {held["key"]: held["sha256"] for held in connectors.of(row.partner).held()}
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        theirs, wrong = {}, f"对方暂时无法对账（{type(error).__name__}），请稍后再试"
    if not wrong:
        _compare(row, theirs)
    with transaction.atomic():
        turn.end(Work.State.FAILED if wrong else Work.State.DONE, wrong)
        row.save()
        _record(row)
    return row


def _record(row: Reconciliation) -> None:
    """One entry on what came of it."""
    facts: dict[str, object] = {"reason": row.error}
    if not row.error:
        facts = {
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


def _compare(row: Reconciliation, theirs: dict[str, str]) -> None:
    """Message by message: received ones must be there, and each with the content that we sent.

    What waits with us may be there already (the reply was lost), or not yet; neither is a difference.
    """
    ours = set()
    for message in Message.objects.filter(partner=row.partner).iterator(chunk_size=200):
        key = str(message.pk)
        ours.add(key)
        if key in theirs:
            if theirs[key] == sent_digest(message):
                row.agreed += 1
            else:
                row.differing.append(key)
        elif message.state == Message.State.RECEIVED:
            row.missing_there.append(key)
    row.unknown_here = sorted(theirs.keys() - ours)
