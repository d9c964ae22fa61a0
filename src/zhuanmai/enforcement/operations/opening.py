"""Opening a case: its clue number, its unit, its two officers, the visit; handing it over."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from django.db import connection
from django.db.models import Max
from pydantic import BeforeValidator, Field

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import may, require
from zhuanmai.accounts.queries import bureau_of
from zhuanmai.core.clock import now, to_local
from zhuanmai.core.errors import Refused
from zhuanmai.enforcement.models import REASONS, Case, CaseOfficer, Inspection
from zhuanmai.enforcement.operations import times
from zhuanmai.enforcement.operations.cases import CASES, CaseWork
from zhuanmai.enforcement.operations.rules import handing_over
from zhuanmai.enforcement.procedure import Act, State
from zhuanmai.enforcement.workers import require_fit
from zhuanmai.enforcement.workflow import FLOW
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.payloads import Id, Moment, Payload, Personal, Text, nothing
from zhuanmai.fieldlog.work import Done

_CLUE_LOCK = 0x636C7565  # "clue"
_PLACE = ("address", "longitude", "latitude", "shop_name", "district_code")


class Clue(Payload):
    """Where the case comes from."""

    source: Annotated[Text, Field(max_length=120)] = ""
    received_at: Moment = None
    text: Text = ""


class Place(Payload):
    """Where the visit is, down to the door number."""

    address: Annotated[Text, Field(max_length=300)] = ""
    longitude: Annotated[Annotated[float, Field(ge=-180, le=180)] | None, BeforeValidator(nothing)] = None
    latitude: Annotated[Annotated[float, Field(ge=-90, le=90)] | None, BeforeValidator(nothing)] = None
    shop_name: Annotated[Text, Field(max_length=120)] = ""
    district_code: Annotated[Text, Field(max_length=6)] = ""


class Report(Payload):
    """A report from the public (举报)."""

    at: Moment = None
    way: Text = ""
    by: Personal = ""
    anonymous: bool = False
    text: Text = ""


class CaseOpen(Payload):
    """case.open."""

    reason: Annotated[Text, Field(max_length=20)] = "routine"
    clue: Clue = Clue()
    place: Place = Place()
    report: Report | None = None
    officer_ids: list[uuid.UUID] = []
    recorder_id: Id = None


@CASES.opens("case.open", CaseOpen)
def opened(officer: Officer, case_id: uuid.UUID, given: CaseOpen, operation: FieldOperation) -> tuple[Case, Done]:
    """Open a case under its id.

    Raises Refused: two_officers, certificate_invalid, no_post, address_missing, other_bureau, too_early,
    future.
    """
    pair = pair_of(given.officer_ids)
    unit = pair[0].unit
    require(officer, "enforcement.act", unit=officer.unit if officer in pair else unit)
    bureau = bureau_of(unit)
    require_fit(pair, bureau)
    if not given.place.address:
        raise Refused("address_missing", "请填写检查地点，写到门牌号。", "place.address")
    at = min(operation.at, now())
    opening = times.Case(at, None, now())
    times.check("case.opened_at", at, opening, field="at")
    check_origin(opening, given.clue, given.report)
    day = to_local(at).date()
    serial = _next_serial(bureau.pk, day)
    case = Case.objects.create(
        id=case_id,
        clue_no=f"{bureau.abbreviation}-{day:%Y%m%d}-{serial:02d}",
        clue_day=day,
        clue_serial=serial,
        unit=unit,
        bureau=bureau,
        state=State.INSPECTION,
        opened_by=officer,
        opened_at=at,
    )
    recorder = next((one for one in pair if one.pk == given.recorder_id), pair[1])
    visit = Inspection.objects.create(
        case=case,
        reason=given.reason,
        clue_source=given.clue.source or REASONS.get(given.reason, ""),
        clue_received_at=given.clue.received_at,
        clue_text=given.clue.text,
        report=given.report.model_dump(mode="json") if given.report else None,
        recorder=recorder,
        **{name: getattr(given.place, name) for name in _PLACE},
    )
    assigned = _assigned(case, pair, "")
    begun = FLOW.open(case, Act.OPEN, at=given.clue.received_at or at, event="opened")
    facts = {"clue_no": case.clue_no, "reason": visit.reason, "address": visit.address}
    return case, Done(facts, [case, visit, *assigned, *begun.rows], object_id=case.pk)


def check_origin(case: times.Case, clue: Clue | None, report: Report | None) -> None:
    """Raise Refused (too_early, future) unless clue and report came within their bounds."""
    times.check("clue.received_at", clue.received_at if clue else None, case)
    times.check("report.at", report.at if report else None, case)


def pair_of(ids: Sequence[uuid.UUID]) -> list[Officer]:
    """The two officers of a case in their order. Raises Refused: two_officers, certificate_invalid (行政处罚法 42)."""
    known = {one.pk: one for one in Officer.objects.filter(pk__in=ids, is_active=True).select_related("unit__parent")}
    pair = [known[one] for one in dict.fromkeys(ids) if one in known]
    if len(pair) != 2:
        detail = "执法人员应为两名不同的在职人员（行政处罚法 42(1)）；请重新选择。"
        raise Refused("two_officers", detail, "officer_ids")
    for one in pair:
        if not one.certificate_is_valid():
            detail = f"{one.name}没有有效的执法证，不能办案（行政处罚法 42(1)）；请换人或先换证。"
            raise Refused("certificate_invalid", detail, "officer_ids")
    if bureau_of(pair[0].unit) != bureau_of(pair[1].unit):
        raise Refused("other_bureau", "两名执法人员应属同一个局；请重新选择。", "officer_ids")
    return pair


def _next_serial(bureau_id: uuid.UUID, day: Any) -> int:
    """The next number of the day, taken under a lock that the transaction holds: no number twice."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_CLUE_LOCK, str(bureau_id)])
    last = Case.objects.filter(bureau_id=bureau_id, clue_day=day).aggregate(last=Max("clue_serial"))["last"]
    return int(last or 0) + 1


def _assigned(case: Case, pair: Sequence[Officer], reason: str) -> list[CaseOfficer]:
    return [
        CaseOfficer.objects.create(case=case, officer=one, position=place, from_at=now(), reason=reason)
        for place, one in enumerate(pair, start=1)
    ]


class HandOver(Payload):
    """case.hand_over."""

    officer_ids: list[uuid.UUID] = []
    recorder_id: Id = None
    reason: Annotated[Text, Field(max_length=200)] = ""


@CASES.handles("case.hand_over", HandOver, rule=handing_over)
def hand_over(work: CaseWork, payload: HandOver, operation: FieldOperation) -> Done:
    """Other officers go on with the case; who had it stays on record.

    Raises Refused as opening does, and decided_here, values_here.
    """
    case = work.case
    own = case.assignments.filter(officer=work.officer, until_at=None).exists()
    if not own and not may(work.officer, "enforcement.assign", unit=case.unit):
        raise Refused("not_yours", "只有本案承办人或负责人可以移交案件。")
    if not payload.reason:
        raise Refused("reason_missing", "请写明移交原因。", "reason")
    pair = pair_of(payload.officer_ids)
    if bureau_of(pair[0].unit) != case.bureau:
        raise Refused("other_bureau", "只能移交给本局的执法人员；移送其他单位请走移送程序。", "officer_ids")
    ended = list(case.assignments.filter(until_at=None))
    if [one.officer_id for one in ended] == [one.pk for one in pair]:
        raise Refused("same_officers", "承办人没有变化，无需移交。", "officer_ids")
    require_fit(pair, case.bureau, case)
    for one in map(work.note, ended):
        one.until_at = now()
        one.save(update_fields=["until_at"])
    begun = _assigned(case, pair, payload.reason)
    visit = work.inspection
    visit.recorder = next((one for one in pair if one.pk == payload.recorder_id), pair[1])
    visit.save(update_fields=["recorder"])
    case.unit = pair[0].unit
    case.save(update_fields=["unit"])
    facts = {"names": "、".join(one.name for one in pair), "reason": payload.reason}
    return Done(facts, [*ended, *begun, visit, case])
