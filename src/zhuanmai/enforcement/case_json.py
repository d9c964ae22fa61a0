"""A case as tablets and pages show it: one JSON object with everything that is entered and computed."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from zhuanmai.accounts.queries import names
from zhuanmai.approvals.models import Approval
from zhuanmai.approvals.queries import approvals_of, oral_of
from zhuanmai.approvals.subjects import matter_of, step_of
from zhuanmai.core.clock import SHANGHAI, now, to_local
from zhuanmai.core.units import plain
from zhuanmai.deadlines.models import Deadline
from zhuanmai.enforcement import kit, terms, totals
from zhuanmai.enforcement.models import (
    CartonCodeRead,
    Case,
    CaseOfficer,
    FieldOperation,
    Inspection,
    ItemLine,
    LineHistory,
    Party,
)
from zhuanmai.enforcement.operations.goods import FIELDS
from zhuanmai.enforcement.paperwork import documents_state
from zhuanmai.enforcement.procedure import KIND, State
from zhuanmai.enforcement.thresholds import Hearing, Licence, lights
from zhuanmai.reference import causes as causes_of_law
from zhuanmai.reference import figures, licensees
from zhuanmai.reference.calendar import working_days_between
from zhuanmai.reference.thresholds import thresholds

_LONG_LIST = 13  # beyond this the goods go on a list of their own, and the set of documents changes no more
_STATUS = FieldOperation.Status
_PARTY = (
    "kind", "name", "sex", "ethnicity", "born_on", "id_kind", "id_no", "phone", "address", "occupation", "licence_no",
    "licence_valid_to", "representative",
)  # fmt: skip


def state_of(case: Case) -> dict[str, Any]:
    """The whole state of a case, with the cursor up to which it holds."""
    visit = case.inspection
    lines = list(case.lines.select_related(None))
    parties = list(case.parties.filter(removed_at=None))
    codes = list(case.codes.filter(removed_at=None))
    samples = list(case.samples.filter(removed_at=None))
    photos = list(case.photos.filter(removed_at=None))
    chosen = [{"code": row.code, "name": row.name} for row in case.causes.all()]
    sums = totals.total(lines)
    registration = getattr(case, "registration", None)
    oral = oral_of(KIND, case.pk, "registration")
    approvals = approvals_of(KIND, case.pk)
    return {
        "case": _case(case, visit, approvals, oral is not None),
        "inspection": _inspection(visit),
        "place": _only(visit, "address", "longitude", "latitude", "shop_name", "district_code"),
        "clue": {"source": visit.clue_source, "received_at": _iso(visit.clue_received_at), "text": visit.clue_text},
        "report": visit.report,
        "parties": [_party(party) for party in parties],
        "presence": _presence(visit),
        "officers": [_officer(row) for row in _assigned(case)],
        "recorder": {"id": str(visit.recorder_id), "name": visit.recorder.name} if visit.recorder else None,
        "lines": _lines(case, lines, codes, samples),
        "unknown": _unknown(lines),
        "pending": _pending(case),
        "totals": _totals(sums),
        "thresholds": _lights(case, sums, parties, [row["code"] for row in chosen]),
        "codes": [_code(code) for code in codes],
        "photos": [_photo(case, photo) for photo in photos],
        "photo_list": kit.photo_list([row["code"] for row in chosen], [photo.what for photo in photos]),
        "questionings": [_questioning(row) for row in case.questionings.filter(removed_at=None)],
        "registration": _registration(registration),
        "oral_approval": _oral(oral),
        "samples": [_sample(row) for row in samples],
        "evidence": [_evidence(row) for row in case.evidence.filter(removed_at=None)],
        "causes": chosen,
        "counting": {
            "closed": case.is_closed,
            "closed_at": _iso(case.counting_closed_at),
            "fact_version": case.fact_version,
        },
        "deadlines": [deadline_state(row, words) for row, words in terms.of_case(case)],
        "approvals": [approval_state(row) for row in approvals],
        "documents": _documents(case, sums.lines),
        "tablets": [_tablet(case, row) for row in case.tablets.select_related("officer").order_by("created_at")],
        "service": case.service,
        "correction": case.correction,
        "simple": case.simple,
        "summary": case.summary,
        "valuer": {"id": str(case.valuer_id), "name": case.valuer.name} if case.valuer else None,
        "next_act": next_act(case, approvals),
        "cursor": case.cursor,
    }


@functools.lru_cache(maxsize=256)
def _documents_kept(case_id: uuid.UUID, mark: int, lines: int) -> list[dict[str, Any]]:
    case = Case.objects.select_related("unit", "bureau", "inspection").get(pk=case_id)
    return documents_state(case)


def _documents(case: Case, lines: int) -> list[dict[str, Any]]:
    """The documents of the state; while goods are only counted, what they lack stays the same (remembered)."""
    return _documents_kept(case.pk, case.cursor - case.counted, min(lines, _LONG_LIST))


def next_act(case: Case, approvals: Iterable[Approval]) -> dict[str, str] | None:
    """The one act that comes next, as the primary button says it; None where nothing is left here."""
    states = {(one.purpose, one.step): one.state for one in approvals}
    waiting = any(one.state == Approval.State.WAITING for one in approvals)
    if case.state == State.INSPECTION:
        return {"code": "close_counting", "words": "结束清点"}
    if case.state == State.EVIDENCE:
        if ("registration", "bureau_head") not in states and not hasattr(case, "registration"):
            return {"code": "submit_registration", "words": "呈报登记保存"}
        if ("filing", "department_head") not in states:
            return {"code": "submit_filing", "words": "呈报立案"}
        return {"code": "wait", "words": "等待审批"} if waiting else {"code": "submit_filing", "words": "重新呈报立案"}
    if case.state == State.DECIDED_ON_THE_SPOT:
        return {"code": "serve", "words": "送达"}
    if case.state == State.SERVED:
        return {"code": "record", "words": "备案"}
    return None


def state_words(case: Case, approvals: Iterable[Approval], *, orally: bool) -> str:
    """The state in the bureau's words: a case at evidence is named by what was last approved."""
    if case.state != State.EVIDENCE:
        return State(case.state).zh
    passed = {one.purpose for one in approvals if one.state == Approval.State.APPROVED and one.step == "bureau_head"}
    waiting = {one.purpose for one in approvals if one.state == Approval.State.WAITING}
    if "filing" in waiting:
        return "立案审批中"
    if "registration" in passed or orally:
        return "先行登记保存"
    return "登记保存审批中" if "registration" in waiting else State.EVIDENCE.zh


def deadline_state(row: Deadline, words: str) -> dict[str, Any]:
    """A term: when it ends, how many working days are left (calendar days where it is not counted in those)."""
    today = to_local(now()).date()
    return {
        "code": row.code,
        "what": words,
        "due": row.due.isoformat(),
        "due_at": _iso(row.due_at),
        "provisional": row.provisional,
        "note": row.note,
        "days_left": working_days_between(today, row.due) if row.ended_at is None else None,
        "article": row.source,
        "certainty": row.certainty,
        "met": row.ended_at is not None,
        "ending": row.ending,
    }


def approval_state(row: Approval) -> dict[str, Any]:
    """An approval with its words."""
    return {
        "id": str(row.pk),
        "purpose": row.purpose,
        "purpose_zh": matter_of(row).zh,
        "step": row.step,
        "role": row.step,
        "words": f"{matter_of(row).zh} · {step_of(row).zh}",
        "round": row.round,
        "state": row.state,
        "officer": row.officer.name if row.officer else None,
        "opinion": row.opinion,
        "at": _iso(row.decided_at),
        "asked_at": _iso(row.asked_at),
    }


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds") if moment else None


def _only(row: Any, *fields: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in fields}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _case(case: Case, visit: Inspection, approvals: list[Approval], orally: bool) -> dict[str, Any]:
    return {
        "id": str(case.pk),
        "clue_no": case.clue_no,
        "number": case.number or None,
        "filed_on": case.filed_on.isoformat() if case.filed_on else None,
        "state": case.state,
        "state_zh": state_words(case, approvals, orally=orally),
        "unit": {"id": str(case.bureau_id), "name": case.bureau.name, "squad": case.unit.name},
        "reason": visit.reason,
        "correcting": case.correcting or None,
        "opened_at": _iso(case.opened_at),
        "began_at": _iso(visit.began_at or case.opened_at),
    }


def _inspection(visit: Inspection) -> dict[str, Any]:
    return {
        "began_at": _iso(visit.began_at),
        "ended_at": _iso(visit.ended_at),
        "certificates_shown_at": _iso(visit.certificates_shown_at),
        "remarks": visit.remarks,
        "narrative": visit.narrative,
        "narrative_facts": visit.narrative_facts,
    }


def _presence(visit: Inspection) -> dict[str, Any]:
    return _only(visit, "party_present", "person_in_charge", "witness", "refuses_to_sign", "refusal_reason")


def _party(party: Party) -> dict[str, Any]:
    found = _only(party, *_PARTY)
    for name in ("born_on", "licence_valid_to"):
        found[name] = found[name].isoformat() if found[name] else None
    return {"party_id": str(party.pk), "id": str(party.pk), **found}


def _assigned(case: Case) -> list[CaseOfficer]:
    return list(case.assignments.filter(until_at=None).select_related("officer"))


def _officer(row: CaseOfficer) -> dict[str, Any]:
    officer = row.officer
    return {
        "id": str(officer.pk),
        "name": officer.name,
        "certificate_no": officer.certificate_no,
        "certificate_valid_to": officer.certificate_valid_to.isoformat() if officer.certificate_valid_to else None,
    }


def _lines(case: Case, lines: list[ItemLine], codes: list[CartonCodeRead], samples: list[Any]) -> list[dict[str, Any]]:
    by_line: dict[uuid.UUID, list[str]] = defaultdict(list)
    for code in codes:
        by_line[code.line_id].append(str(code.pk))
    taken = {row.line_id: plain(row.cartons) for row in samples}
    past = _history(case)
    people = names({line.changed_by for line in lines})
    return [
        {
            **_line(totals.computed(line)),
            "codes": by_line[line.pk],
            "samples": [taken[line.pk]] if line.pk in taken else [],
            "changed_by": people.get(line.changed_by),
            "history": past[line.pk],
        }
        for line in totals.present(lines)
    ]


def _line(one: totals.LineSum) -> dict[str, Any]:
    line = one.line
    return {
        "id": str(line.pk),
        "party_id": str(line.party_id) if line.party_id else None,
        "product_id": str(line.product_id) if line.product_id else None,
        "barcode": line.barcode,
        "tail": line.barcode[-6:],
        "name": line.name,
        "description": line.description,
        "goods": line.goods,
        "kind": line.kind or None,
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "cartons": _text(one.cartons),
        "sticks": None if one.sticks is None else int(one.sticks),
        "price": None if line.price is None else str(line.price),
        "per": line.per,
        "price_mark": line.price_mark,
        "price_reason": line.price_reason,
        "price_basis": line.price_basis,
        "value": None if one.value is None else str(one.value),
        "note": line.note,
        "listed": line.listed,
        "packs_per_carton": line.packs_per_carton,
        "sticks_per_carton": line.sticks_per_carton,
        "bag_no": line.bag_no,
        "strip_no": line.strip_no,
        "outcome": line.outcome or None,
        "version": line.version,
        "last_at": _iso(line.last_at),
    }


def _history(case: Case) -> dict[uuid.UUID, list[dict[str, Any]]]:
    rows = list(LineHistory.objects.filter(line__case=case, field__in=list(FIELDS)))
    people = names({row.by_id for row in rows})
    found: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row.line_id].append(
            {
                "field": row.field,
                "words": FIELDS[row.field],
                "before": row.before,
                "after": row.after,
                "by": people.get(row.by_id),
                "at": _iso(row.at),
            }
        )
    return found


def _unknown(lines: list[ItemLine]) -> list[dict[str, Any]]:
    return [
        {"barcode": line.barcode, "n": plain(line.quantity), "status": "waiting", "line_id": str(line.pk)}
        for line in lines
        if line.quantity > 0 and not line.is_named
    ]


def _pending(case: Case) -> list[dict[str, Any]]:
    waiting = case.operations.filter(status__in=[_STATUS.PENDING, _STATUS.HELD]).select_related("actor")
    return [
        {
            "id": str(row.pk),
            "kind": row.kind,
            "at": _iso(row.at),
            "by": row.actor.name,
            "tablet": str(row.tablet),
            "payload": row.payload,
            "status": row.status,
            "detail": row.detail,
        }
        for row in waiting
    ]


def _totals(sums: totals.Totals) -> dict[str, Any]:
    return {
        "lines": sums.lines,
        "cartons": plain(sums.cartons),
        "sticks": int(sums.sticks),
        "value": str(sums.value.quantize(Decimal("0.01"))),
        "by_kind": {kind: plain(cartons) for kind, cartons in sums.by_kind.items()},
        "unpriced": sums.unpriced,
        "without_sticks": sums.without_sticks,
        "other_units": [{"unit": unit, "quantity": plain(n)} for unit, n in sums.other_units.items()],
    }


def _lights(case: Case, sums: totals.Totals, parties: list[Party], codes: list[str]) -> list[dict[str, Any]]:
    day = _day_of_visit(case)
    chosen = [cause for cause in causes_of_law.causes(day) if cause.code in codes] if codes else []
    row = figures.hearing_threshold(case.bureau, parties[0].kind if parties else "", day)
    hearing = Hearing(row.fine, row.confiscation, row.article, row.source) if row else None
    found = lights(
        sums,
        causes=chosen,
        thresholds=thresholds(),
        licence=Licence(holds_licence(case, parties)),
        hearing=hearing,
    )
    return [vars(light) for light in found]


def holds_licence(case: Case, parties: Iterable[Party]) -> bool | None:
    """Whether a party holds a tobacco licence on the day of the case; None while nobody is entered."""
    known = list(parties)
    if not known:
        return None
    day = _day_of_visit(case)
    for party in known:
        if not party.licence_no:
            continue
        row = licensees.by_licence_no(party.licence_no)
        in_force = row is None or row.status in ("valid", "suspended")
        if in_force and (party.licence_valid_to is None or party.licence_valid_to >= day):
            return True
    return False


def _day_of_visit(case: Case) -> dt.date:
    """The day whose law and figures the case is shown by."""
    return to_local(case.inspection.began_at or case.opened_at).date()


def _code(code: CartonCodeRead) -> dict[str, Any]:
    return {
        "id": str(code.pk),
        "line_id": str(code.line_id),
        "sorted_on": code.sorted_on.isoformat(),
        **_only(code, "row1", "row2", "company", "licence_no", "means", "words", "shop_name", "notices", "confidence"),
    }


def _photo(case: Case, photo: Any) -> dict[str, Any]:
    return {
        "id": str(photo.pk),
        "photo_id": str(photo.pk),
        "line_id": str(photo.line_id) if photo.line_id else None,
        "taken_at": _iso(photo.taken_at),
        "url": f"/api/enforcement/cases/{case.pk}/photos/{photo.pk}" if photo.kept else None,
        **_only(photo, "what", "caption", "place", "sha256", "kept", "quality"),
    }


def _questioning(row: Any) -> dict[str, Any]:
    return {
        "questioning_id": str(row.pk),
        "id": str(row.pk),
        "party_id": str(row.party_id) if row.party_id else None,
        "ordinal": row.ordinal,
        "began_at": _iso(row.began_at),
        "ended_at": _iso(row.ended_at),
        "rights_told_at": _iso(row.rights_told_at),
        "place": row.place,
        "questions": row.questions,
    }


def _registration(row: Any) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        **_only(row, "reason", "storage_place", "way"),
        "from": row.from_on.isoformat() if row.from_on else None,
        "until": row.until_on.isoformat() if row.until_on else None,
        "submitted_at": _iso(row.submitted_at),
        "approved_at": _iso(row.approved_at),
    }


def _oral(row: Any) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "by_officer_id": str(row.by_id),
        "by": row.by.name,
        "at": _iso(row.at),
        "reason": row.reason,
        "made_up_at": _iso(row.made_up_at),
    }


def _sample(row: Any) -> dict[str, Any]:
    texts = _only(row, "purpose", "method", "packing_form", "state", "sample_no", "sealed")
    return {"line_id": str(row.line_id), "base": plain(row.base), "cartons": plain(row.cartons), **texts}


def _evidence(row: Any) -> dict[str, Any]:
    return {
        "evidence_id": str(row.pk),
        "photo_id": str(row.photo_id) if row.photo_id else None,
        "at": _iso(row.at),
        **_only(row, "kind", "provided_by", "way", "place"),
    }


def _tablet(case: Case, row: Any) -> dict[str, Any]:
    return {
        "tablet": str(row.tablet),
        "officer": row.officer.name,
        "scans": row.scans,
        "last_seen": _iso(row.last_seen),
        "unsent": row.unsent,
    }
