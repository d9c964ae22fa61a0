"""What papers ask for besides the facts: registration, oral approval, correction, service, causes, summary, valuer."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from zhuanmai.accounts.queries import officer
from zhuanmai.approvals.services import record_oral
from zhuanmai.core.clock import to_local
from zhuanmai.core.errors import Refused
from zhuanmai.core.jobs import defer
from zhuanmai.enforcement import penalties
from zhuanmai.enforcement.models import CaseCause, Registration
from zhuanmai.enforcement.operations.cases import CASES, CaseWork
from zhuanmai.enforcement.operations.rules import entering_facts, only_recorded, recording_oral_approval
from zhuanmai.enforcement.procedure import KIND, Act
from zhuanmai.enforcement.workers import require_valuer
from zhuanmai.enforcement.workflow import FLOW
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.payloads import Day, Moment, Payload, Personal, Text, nothing
from zhuanmai.fieldlog.subjects import Merge
from zhuanmai.fieldlog.work import Done
from zhuanmai.reference import causes, identifiers
from zhuanmai.reference.thresholds import spot_limits


class CausesSet(Payload):
    """causes.set."""

    codes: list[str] = []


@CASES.handles("causes.set", CausesSet, rule=entering_facts)
def causes_set(work: CaseWork, payload: CausesSet, operation: FieldOperation) -> Done:
    """The causes of the case, in code order. Raises NotFound (cause_unknown), Refused (signed)."""
    work.require_unsigned()
    chosen = [causes.cause(code) for code in sorted(set(payload.codes))]
    kept = {row.code: row for row in work.case.causes.all()}
    removed = [row for code, row in kept.items() if code not in payload.codes]
    CaseCause.objects.filter(pk__in=[row.pk for row in removed]).delete()
    made = [
        CaseCause.objects.create(case=work.case, code=one.code, name=one.name) for one in chosen if one.code not in kept
    ]
    facts = {"codes": [one.code for one in chosen], "names": "、".join(one.name for one in chosen) or "无"}
    return Done(facts, list(made), list(removed))


class RegistrationSet(Payload):
    """registration.set."""

    reason: Annotated[Text, Field(max_length=200)] = ""
    storage_place: Annotated[Text, Field(max_length=200)] = ""
    way: Annotated[Text, Field(max_length=40)] = ""


@CASES.handles("registration.set", RegistrationSet, rule=entering_facts)
def registration_set(work: CaseWork, payload: RegistrationSet, operation: FieldOperation) -> Done:
    """Why, where and how goods are kept as evidence. Raises Refused (registration_approved)."""
    known = Registration.objects.filter(case=work.case).first()
    row = work.note(known) if known else Registration(case=work.case)
    if row.approved_at is not None:
        raise Refused("registration_approved", "先行登记保存已经批准，不能直接改；请说明理由后重新呈报。")
    for name, value in payload.given().items():
        setattr(row, name, value)
    row.save()
    return Done({"reason": row.reason, "storage_place": row.storage_place, "way": row.way}, [row])


class OralApprovalRecord(Payload):
    """oral_approval.record."""

    by_officer_id: uuid.UUID
    at: Moment
    reason: Annotated[Text, Field(max_length=200)] = ""


@CASES.handles("oral_approval.record", OralApprovalRecord, rule=recording_oral_approval, merge=Merge.FIRST)
def oral_approval_record(work: CaseWork, payload: OralApprovalRecord, operation: FieldOperation) -> Done:
    """An oral approval in an urgent case. Raises Refused: not_a_head, own_case, time_missing, too_early, future,
    reason_missing, recorded."""
    head = officer(payload.by_officer_id)
    if payload.at is None:
        raise Refused("time_missing", "请填写口头批准的时间。", "at")
    work.check_time("oral_approval.at", payload.at)
    if not payload.reason:
        raise Refused("reason_missing", "请写明情况紧急的原因。", "reason")
    row = record_oral(
        kind=KIND, subject_id=work.case.pk, unit=work.case.bureau, purpose="registration", by=head, at=payload.at,
        reason=payload.reason, recorded_by=work.officer.pk, note=work.note,
    )  # fmt: skip
    done = FLOW.do(
        work.case, Act.RECORD_ORAL_APPROVAL, actor=work.asked, at=row.at, event="oral_approval", restated=True
    )
    defer("enforcement.seal_ready", case_id=str(work.case.pk))  # what waited for the approval
    facts = {"by": head.name, "at": f"{to_local(row.at):%Y-%m-%d %H:%M}", "reason": row.reason}
    return Done(facts, [row, *done.rows])


class CorrectionSet(Payload):
    """correction.set."""

    what: Annotated[Text, Field(max_length=500)] = ""
    until: Day = None
    at_once: bool = False


@CASES.handles("correction.set", CorrectionSet, rule=entering_facts)
def correction_set(work: CaseWork, payload: CorrectionSet, operation: FieldOperation) -> Done:
    """What the party is ordered to put right, and until when (行政处罚法 28). Raises Refused: too_early, future."""
    work.check_time("correction.until", payload.until)
    case = work.case
    case.correction = {**(case.correction or {}), **payload.model_dump(mode="json", include=payload.model_fields_set)}
    if not case.correction.get("what"):
        case.correction = None
    case.save(update_fields=["correction"])
    found = case.correction or {}
    return Done({"what": found.get("what", ""), "until": found.get("until")}, [case])


class ServiceSet(Payload):
    """service.set."""

    address: Annotated[Personal, Field(max_length=300)] = ""
    receiver: Annotated[Personal, Field(max_length=120)] = ""
    phone: Personal = ""
    electronic: bool | None = None
    electronic_way: Annotated[Text, Field(max_length=120)] = ""
    way: Annotated[Text, Field(max_length=20)] = ""
    substitute: Annotated[Text, Field(max_length=200)] = ""


@CASES.handles("service.set", ServiceSet, rule=only_recorded)
def service_set(work: CaseWork, payload: ServiceSet, operation: FieldOperation) -> Done:
    """Where papers reach the party, and whether electronically (行政处罚法 61(2))."""
    case = work.case
    given = payload.model_dump(mode="json", include=payload.model_fields_set)
    if given.get("phone"):
        given["phone"] = identifiers.phone(given["phone"], field="phone").value
    case.service = {**(case.service or {}), **given}
    case.save(update_fields=["service"])
    return Done({name: case.service.get(name, "") for name in ("address", "receiver", "phone")}, [case])


class SummarySet(Payload):
    """summary.set."""

    text: Annotated[Text, Field(max_length=20_000)] = ""


@CASES.handles("summary.set", SummarySet, rule=entering_facts)
def summary_set(work: CaseWork, payload: SummarySet, operation: FieldOperation) -> Done:
    """The summary of the case (案情摘要), as the filing report prints it."""
    work.case.summary = payload.text
    work.case.save(update_fields=["summary"])
    return Done({"characters": len(payload.text)}, [work.case])


class ValuerSet(Payload):
    """valuer.set."""

    officer_id: uuid.UUID


@CASES.handles("valuer.set", ValuerSet, rule=entering_facts)
def valuer_set(work: CaseWork, payload: ValuerSet, operation: FieldOperation) -> Done:
    """Who values the goods. Raises NotFound (no_officer), Refused: not_a_valuer, works_here, decided_here."""
    chosen = officer(payload.officer_id)
    require_valuer(chosen, work.case)
    work.case.valuer = chosen
    work.case.save(update_fields=["valuer"])
    return Done({"name": chosen.name}, [work.case])


_Yuan = Annotated[Decimal, Field(ge=0, le=100_000_000, decimal_places=2)]


class SimpleSet(Payload):
    """simple.set. `bases`: what the shares of a cause's fine are of (CNY), by the code of the cause."""

    facts: Annotated[Text, Field(max_length=4000)] = ""
    penalty_kind: Text = ""
    amount: Annotated[Annotated[Decimal, Field(gt=0, le=1_000_000)] | None, BeforeValidator(nothing)] = None
    bases: Annotated[dict[str, _Yuan], Field(max_length=20)] = {}
    income: Annotated[_Yuan | None, BeforeValidator(nothing)] = None
    circumstances: Annotated[list[str], Field(max_length=20)] = []
    payment: Annotated[Text, Field(max_length=300)] = ""
    defence: Annotated[Text, Field(max_length=1000)] = ""


@CASES.handles("simple.set", SimpleSet, rule=entering_facts)
def simple_set(work: CaseWork, payload: SimpleSet, operation: FieldOperation) -> Done:
    """The facts of a penalty on the spot (当场处罚); decided by an act of its own.

    Raises NotFound (cause_unknown), Refused: penalty_kind, circumstance_unknown, circumstance_by_age,
    circumstance_uncited.
    """
    case = work.case
    given = payload.model_dump(mode="json", include=payload.model_fields_set)
    if payload.penalty_kind:
        chosen = [causes.cause(row.code) for row in case.causes.all()]
        penalties.check_kind(payload.penalty_kind, chosen, spot_limits().law)
    for code in payload.bases:
        causes.cause(code)
    penalties.proposed(given)
    case.simple = {**(case.simple or {}), **given}
    case.save(update_fields=["simple"])
    return Done({"penalty_kind": case.simple.get("penalty_kind"), "amount": case.simple.get("amount")}, [case])
