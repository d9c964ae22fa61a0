"""What can be done with an alert: give it to a squad, look at it, open the inspection, say what was found."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.accounts.permissions import may, require
from zhuanmai.accounts.wording import plain
from zhuanmai.alerts.daily.quotas import fitting
from zhuanmai.alerts.models import Alert
from zhuanmai.alerts.permissions import require_seen
from zhuanmai.alerts.procedure import WITH_SQUAD, Act, State
from zhuanmai.alerts.workflow import FLOW
from zhuanmai.core import ports
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Conflict, NotAllowed, Refused
from zhuanmai.core.ids import derived_id
from zhuanmai.ledger.services import append, as_found

_SOURCE = {True: "双随机抽查", False: "预警派单"}
_MOST_NOTE = 300


def dispatch_waiting() -> list[Alert]:
    """Give waiting alerts to the squads of their areas, the likeliest first, as many as each can handle."""
    with transaction.atomic():
        waiting = list(
            Alert.objects.select_for_update(of=("self",))
            .filter(state=State.RAISED, area__isnull=False)
            .select_related("area")
            .order_by("pk")
        )
        waiting.sort(key=lambda one: (-one.probability, one.number))
        busy = Counter(
            str(unit)
            for unit in Alert.objects.filter(state__in=(*WITH_SQUAD, State.VISITED)).values_list("unit_id", flat=True)
        )
        fits = fitting([(str(one.pk), str(one.area_id)) for one in waiting], busy, settings.ALERTS_OPEN_PER_SQUAD)
        given = [one for one in waiting if str(one.pk) in fits]
        for one in given:
            if one.area is not None:
                _give(one, one.area, actor=None, reason="")
    return given


def assign(*, actor: Officer, alert_ids: Sequence[uuid.UUID], squad_id: uuid.UUID, reason: str = "") -> list[Alert]:
    """Give alerts to a squad, whatever it has already. Raises NotFound, NotAllowed, Conflict (wrong_state)."""
    squad = Unit.objects.filter(pk=squad_id).first()
    if squad is None or squad.is_bureau:
        raise Refused("squad_missing", "请选择一个中队。", "squad")
    for alert_id in alert_ids:
        require_seen(actor, alert_id)
    with transaction.atomic():
        rows = [_locked(alert_id) for alert_id in sorted(set(alert_ids))]
        for row in rows:
            FLOW.check(row, Act.ASSIGN, actor)
            require(actor, "alerts.assign", unit=squad)
            if row.unit_id == squad.pk and row.state in WITH_SQUAD:
                raise Conflict("assigned_already", f"预警 {row.number} 已在{squad.name}。")
            _give(row, squad, actor=actor, reason=plain(reason)[:_MOST_NOTE])
    return rows


def _give(row: Alert, squad: Unit, *, actor: Officer | None, reason: str) -> None:
    as_found(row)
    before = row.unit.name
    FLOW.do(row, Act.ASSIGN, actor=actor)
    row.unit, row.assigned_at = squad, now()
    row.due = today() + dt.timedelta(days=settings.ALERTS_DUE_DAYS)
    row.seen_at = row.seen_by = None
    row.save()
    facts = {"number": row.number, "squad": squad.name, "due": row.due, "before": before, "reason": reason}
    actor_id = actor.pk if actor else None
    append("alerts.assigned", actor_id=actor_id, object_kind="alert", object_id=row.pk, facts=facts, rows=[row])


def see(*, actor: Officer, alert_id: uuid.UUID) -> Alert:
    """Note that the squad has looked at it, the first time somebody of it does; for others nothing happens."""
    row = require_seen(actor, alert_id)
    if not FLOW.may(row, Act.SEE, actor):
        return row
    with transaction.atomic():
        row = _locked(alert_id)
        if not FLOW.may(row, Act.SEE, actor):
            return row
        as_found(row)
        FLOW.do(row, Act.SEE, actor=actor)
        row.seen_at, row.seen_by = now(), actor
        row.save()
        facts = {"number": row.number}
        append("alerts.seen", actor_id=actor.pk, object_kind="alert", object_id=row.pk, facts=facts, rows=[row])
    return row


def inspect(*, actor: Officer, alert_id: uuid.UUID, partner_id: uuid.UUID, clue: str) -> uuid.UUID:
    """Open the on-site inspection with what the alert knows; returns the case's id. The same alert twice is one case.

    `clue`: the reasons in words, for the inspection's record. Raises as opening a case does, Conflict (wrong_state).
    """
    seen = require_seen(actor, alert_id)
    if seen.state == State.VISITED and seen.case_id:
        return seen.case_id
    FLOW.check(seen, Act.INSPECT, actor)
    port = ports.bound(ports.InspectionPort)  # type: ignore[type-abstract]
    if port is None:
        raise Refused("no_inspections", "本系统没有安装现场检查模块；请直接反馈检查结果。")
    with transaction.atomic():
        row = _locked(alert_id)
        if row.state == State.VISITED and row.case_id:
            return row.case_id
        as_found(row)
        FLOW.do(row, Act.INSPECT, actor=actor)
        case_id = port.open_inspection(
            actor=actor, case_id=derived_id(row.pk, "case", row.assigned_at), officer_ids=[actor.pk, partner_id],
            lead=ports.Lead(
                reason="random" if row.drawn else "alert", source=f"{_SOURCE[row.drawn]} {row.number}",
                received_at=row.assigned_at or row.created_at, text=clue, shop_name=row.shop_name,
                address=row.address or row.subject, district_code=row.district_code, longitude=row.longitude,
                latitude=row.latitude,
            ),
        )  # fmt: skip
        row.case_id = case_id
        row.save()
        append(
            "alerts.inspected", actor_id=actor.pk, object_kind="alert", object_id=row.pk, case_id=case_id,
            facts={"number": row.number}, rows=[row],
        )  # fmt: skip
    return case_id


def record(*, actor: Officer, alert_id: uuid.UUID, outcome: str, case_no: str = "", note: str = "") -> Alert:
    """Say what the visit found. Raises Refused (outcome_missing, case_no_missing), Conflict (wrong_state)."""
    seen = require_seen(actor, alert_id)
    require(actor, "alerts.act", unit=seen.unit)
    if outcome not in Alert.Outcome.values:
        raise Refused("outcome_missing", "请选择检查结果。", "outcome")
    number = plain(case_no)
    if outcome == Alert.Outcome.CASE and not number:
        raise Refused("case_no_missing", "请填写立案号；还未立案的，请从“开始检查”办理。", "case_no")
    with transaction.atomic():
        row = _locked(alert_id)
        as_found(row)
        FLOW.do(row, Act.RECORD, actor=actor)
        row.case_no, row.note = (number if outcome == Alert.Outcome.CASE else "")[:60], plain(note)[:_MOST_NOTE]
        _end(row, outcome, actor.pk)
    return row


def hold(*, case_id: uuid.UUID) -> None:
    """Lock the alert whose inspection this is, so that what is heard of it waits for no lock after the ledger's."""
    Alert.objects.select_for_update(of=("self",)).filter(case_id=case_id).first()


def heard(*, case_id: uuid.UUID, outcome: str, case_no: str, actor_id: uuid.UUID | None) -> None:
    """The inspection that an alert opened has ended; a later word replaces an earlier one."""
    row = Alert.objects.select_for_update(of=("self",)).filter(case_id=case_id).first()
    if row is None or (row.state == State.DONE and row.outcome == outcome):
        return
    as_found(row)
    row.case_no = case_no if outcome == Alert.Outcome.CASE else ""
    row.handed_back_at = None
    _end(row, outcome, actor_id)


def withdraw(*, actor: Officer, alert_id: uuid.UUID) -> Alert:
    """Take a result back that was typed by mistake, until the night's run has learned from it.

    Raises Conflict (learned_already), NotAllowed (not_yours).
    """
    seen = require_seen(actor, alert_id)
    require(actor, "alerts.act", unit=seen.unit)
    with transaction.atomic():
        row = _locked(alert_id)
        FLOW.check(row, Act.WITHDRAW, actor)
        if not row.is_mine_to_take_back:
            raise Conflict("learned_already", "该结果来自现场检查或已计入分析，不能撤回；请在案件中更正或联系分析员。")
        if row.done_by_id != actor.pk and not may(actor, "alerts.assign", unit=row.unit):
            raise NotAllowed("not_yours", "只有反馈人本人可以撤回结果。")
        as_found(row)
        outcome = row.get_outcome_display()
        FLOW.do(row, Act.WITHDRAW, actor=actor)
        row.outcome, row.case_no, row.note = "", "", ""
        row.visited_on = row.done_at = row.done_by = None
        row.save()
        facts = {"number": row.number, "outcome": outcome}
        append("alerts.withdrawn", actor_id=actor.pk, object_kind="alert", object_id=row.pk, facts=facts, rows=[row])
    return row


def lapse() -> list[Alert]:
    """Mark what is past its day; each once."""
    with transaction.atomic():
        late = list(
            Alert.objects.select_for_update(of=("self",))
            .filter(state__in=(State.ASSIGNED, State.SEEN), due__lt=today())
            .order_by("pk")
        )
        for row in map(as_found, late):
            FLOW.do(row, Act.LAPSE, actor=None)
            row.save(update_fields=["state"])
        if late:
            facts = {"count": len(late), "numbers": [row.number for row in late]}
            append(
                "alerts.lapsed", actor_id=None, object_kind="alert", object_id=late[0].pk, facts=facts, rows=late
            )  # fmt: skip
    return late


def _end(row: Alert, outcome: str, actor_id: uuid.UUID | None) -> None:
    row.state, row.outcome, row.visited_on, row.done_at = State.DONE, outcome, today(), now()
    row.done_by_id = actor_id
    row.save()
    facts = {"number": row.number, "outcome": row.get_outcome_display(), "case_no": row.case_no, "note": row.note}
    append(
        "alerts.recorded", actor_id=actor_id, object_kind="alert", object_id=row.pk, case_id=row.case_id, facts=facts,
        rows=[row],
    )  # fmt: skip


def _locked(alert_id: uuid.UUID) -> Alert:
    return Alert.objects.select_for_update(of=("self",)).select_related("unit").get(pk=alert_id)
