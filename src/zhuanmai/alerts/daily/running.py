"""Runs: done by a job, gone on with after a kill; what squads found goes back into the lake before each."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import duckdb
import structlog
from django.conf import settings
from django.db import transaction
from django.utils import translation

from zhuanmai.alerts.daily import drafts, quotas
from zhuanmai.alerts.daily.asking import TASK
from zhuanmai.alerts.maps import places
from zhuanmai.alerts.model import store
from zhuanmai.alerts.models import Alert, Run, Whereabouts
from zhuanmai.alerts.phrases import RANDOM
from zhuanmai.alerts.procedure import OPEN, State
from zhuanmai.alerts.services import dispatch_waiting
from zhuanmai.alerts.territories import Places, places_of
from zhuanmai.alerts.wording import STEPS
from zhuanmai.core import ports, work
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.core.models import Work
from zhuanmai.core.telling import described
from zhuanmai.lake.engine import open_lake
from zhuanmai.lake.services import feed
from zhuanmai.ledger.services import append, as_found

_LANGUAGE = "zh-hans"  # reasons are kept in the bureau's language; pages say them in the reader's
log = structlog.get_logger(__name__)


def perform(*, run_id: uuid.UUID) -> Run:
    """Do a run, anew if it was killed; what it fails of is on its row. Raises work.Overtaken."""
    row = Run.objects.get(pk=run_id)
    turn = work.begin(row.work)
    if turn is None:
        return row
    try:
        _bring_in()
        with translation.override(_LANGUAGE):
            made, places, seen = _made(row, turn)
    except Refused as error:
        return _fail(turn, row, error)
    except (duckdb.Error, OSError) as error:
        detail = f"分析中断（{described(error)}）；数据未受影响，排除故障后可重新分析。"
        return _fail(turn, row, Refused("run_stopped", detail))
    return _keep(turn, row, made, places, seen)


def _bring_in() -> None:
    """What was filed and what visits found since the last run goes into the lake."""
    book = ports.bound(ports.CaseBook)  # type: ignore[type-abstract]
    if book is not None:
        book.hand_over()
    hand_back()


def _made(row: Run, turn: work.Turn) -> tuple[drafts.Outcome, Places, list[Whereabouts]]:
    lake = open_lake()
    if not (lake.has("licences") and lake.has("orders")):
        raise Refused("lake_empty", "数据湖中还没有许可证和订单数据；请先在“数据湖”导入文件，再分析。")

    def tell(step: str) -> None:
        turn.tell(step, list(STEPS).index(step), len(STEPS))

    made_before = Alert.objects.count()
    drawn_before = Alert.objects.filter(drawn=True).count()
    drawn = quotas.random_part(made_before, drawn_before, row.wanted, settings.ALERTS_RANDOM_SHARE)
    wish = drafts.Wish(row.day, row.wanted - drawn, drawn, _barred(row.day))
    kept = store.load(row.day)
    made = drafts.run(lake, wish, tell, kept, None if kept else store.looks_before(row.day))
    if made.kept.learned_on == row.day:
        store.store(made.kept)
    tell("mapping")
    return made, places_of(lake), _seen(row, lake.as_of(row.day))


def _seen(row: Run, lake: Any) -> list[Whereabouts]:
    """Hot spots and flows as of the day; not kept yet."""
    seen = [
        Whereabouts(run=row, what="hotspots", kind=kind, weeks=weeks, rows=rows)
        for (kind, weeks), rows in places.hot_rows(lake, row.day).items()
    ]
    flows = places.flow_rows(lake, row.day).items()
    return seen + [Whereabouts(run=row, what="flows", weeks=weeks, rows=rows) for weeks, rows in flows]


def _barred(day: dt.date) -> dict[str, frozenset[str]]:
    """Whom not to raise: who has an open alert at all, and for the same first reason who had one lately."""
    since = day - dt.timedelta(weeks=settings.ALERTS_QUIET_WEEKS)
    barred: dict[str, frozenset[str]] = {}
    for subject, leading, state in Alert.objects.filter(day__gt=since).values_list("subject", "leading", "state"):
        if state in OPEN or leading == RANDOM:
            barred[subject] = drafts.NONE_AT_ALL
        elif barred.get(subject) != drafts.NONE_AT_ALL:
            barred[subject] = barred.get(subject, frozenset()) | {leading}
    still_open = Alert.objects.filter(state__in=OPEN).values_list("subject", flat=True)
    return barred | dict.fromkeys(still_open, drafts.NONE_AT_ALL)


def _keep(turn: work.Turn, row: Run, made: drafts.Outcome, places: Places, seen: list[Whereabouts]) -> Run:
    """Keep the alerts and the newest maps, and give out what the squads can handle, in one transaction."""
    with transaction.atomic():
        turn.end(Work.State.DONE)
        row.without, row.numbers = list(made.without), made.numbers
        row.save()
        Whereabouts.objects.all().delete()
        Whereabouts.objects.bulk_create(seen)
        start = Alert.objects.filter(day=row.day).count()
        alerts = [alert_of(row, draft, start + at, places) for at, draft in enumerate(made.drafts, 1)]
        raise_all(row, alerts)
        dispatch_waiting()
    log.info("alerts.run_done", day=str(row.day), alerts=len(alerts))
    return row


def raise_all(row: Run, alerts: list[Alert]) -> None:
    """Keep the alerts of a run, in the running transaction."""
    for alert in alerts:
        alert.save(force_insert=True)
    facts = {
        "day": row.day, "count": len(alerts), "drawn": sum(alert.drawn for alert in alerts),
        "numbers": [alert.number for alert in alerts], "without": row.without,
    }  # fmt: skip
    append("alerts.raised", actor_id=row.asked_by_id, object_kind="run", object_id=row.pk, facts=facts, rows=alerts)


def alert_of(row: Run, draft: drafts.Draft, number: int, places: Places) -> Alert:
    """A draft as a row that waits in its bureau; not kept yet."""
    shop = draft.shop
    address = shop.get("address") or ""
    longitude, latitude = shop.get("longitude"), shop.get("latitude")
    area, unit, district = places.whose(address, shop.get("district_code") or "", longitude, latitude)
    return Alert(
        number=f"A{row.day:%Y%m%d}-{number:03d}", run=row, day=row.day, subject_kind=draft.kind,
        subject=draft.subject[:300], drawn=draft.drawn, probability=draft.chance, score=draft.chance,
        offence=draft.offence, leading=draft.leading, reasons=draft.reasons, picture=draft.picture,
        similar=draft.similar, shop_name=(shop.get("shop_name") or "")[:120], address=address[:300],
        district_code=district, business_type=shop.get("business_type") or "", longitude=longitude,
        latitude=latitude, area=area, unit=unit, state=State.RAISED,
    )  # fmt: skip


def _fail(turn: work.Turn, row: Run, error: Refused) -> Run:
    with transaction.atomic():
        turn.end(Work.State.FAILED, error.detail)
        _record_failure(row)
    return row


@work.when_given_up(TASK)
def _given_up(done: Work) -> None:
    _record_failure(Run.objects.get(work=done))


def _record_failure(row: Run) -> None:
    facts = {"day": row.day, "reason": row.error}
    append("alerts.run_failed", actor_id=row.asked_by_id, object_kind="run", object_id=row.pk, facts=facts)


def hand_back() -> int:
    """Write what squads found since the last run into the lake's inspections, so that the model learns from it."""
    with transaction.atomic():
        found = Alert.objects.select_for_update(of=("self",)).filter(state=State.DONE, handed_back_at=None)
        rows = list(map(as_found, found.order_by("pk")))
        if not rows:
            return 0
        fed = feed(table="inspections", source="alerts", rows=map(_inspection, rows))
        moment = now()
        for row in rows:
            row.handed_back_at = moment
            row.save(update_fields=["handed_back_at"])
        facts = {"count": len(rows), "file": fed.file_name}
        append(
            "alerts.handed_back", actor_id=None, object_kind="lake", object_id=rows[0].run_id, facts=facts, rows=rows
        )
    return len(rows)


def _inspection(row: Alert) -> tuple[Any, ...]:
    """A visit as its row of the lake's `inspections`."""
    licence_no = row.subject if row.subject_kind == "licence" else ""
    case_no = row.case_no if row.outcome == Alert.Outcome.CASE else ""
    reason = "random" if row.drawn else "alert"
    return (row.number, row.visited_on, licence_no, row.address or row.subject, reason, row.outcome, case_no)
