"""A case as tablets and pages show it: one JSON object with everything that is entered and computed."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Iterable
from typing import cast

from zhuanmai.accounts.models import Officer
from zhuanmai.approvals.models import Approval, OralApproval
from zhuanmai.approvals.queries import approvals_of, oral_of
from zhuanmai.approvals.subjects import matter_of, step_of
from zhuanmai.core.left import Left
from zhuanmai.deadlines.models import Deadline
from zhuanmai.documents.queries import newest_making
from zhuanmai.enforcement import kit, terms, totals
from zhuanmai.enforcement.case_shapes import (
    CaseApproval,
    CaseCause,
    CaseDocument,
    CaseFacets,
    CaseFacts,
    Evidence,
    Named,
    Next,
    PendingOperation,
    Place,
    Presence,
    SetMade,
    SetOutcome,
    TabletSeen,
    Term,
    Visit,
)
from zhuanmai.enforcement.case_shapes import CaseOfficer as OfficerShape
from zhuanmai.enforcement.case_shapes import OralApproval as OralApprovalShape
from zhuanmai.enforcement.case_shapes import Party as PartyShape
from zhuanmai.enforcement.case_shapes import Photo as PhotoShape
from zhuanmai.enforcement.case_shapes import Questioning as QuestioningShape
from zhuanmai.enforcement.case_shapes import Registration as RegistrationShape
from zhuanmai.enforcement.goods_json import (
    code_state,
    iso,
    lights_state,
    lines_state,
    sample_state,
    totals_state,
    unknown_state,
)
from zhuanmai.enforcement.models import (
    Case,
    CaseOfficer,
    EvidenceCopy,
    Inspection,
    Party,
    Photo,
    Questioning,
    Registration,
)
from zhuanmai.enforcement.paperwork import documents_state, making_state, set_outcome
from zhuanmai.enforcement.procedure import KIND, State
from zhuanmai.fieldlog.models import Tablet
from zhuanmai.fieldlog.queries import tablets_of, waiting_of

_LONG_LIST = 13  # beyond this the goods go on a list of their own, and the set of documents changes no more


def state_of(case: Case) -> CaseFacets:
    """The whole state of a case, with the cursor up to which it holds."""
    visit = case.inspection
    lines = list(case.lines.select_related(None))
    parties = list(case.parties.filter(removed_at=None))
    codes = list(case.codes.filter(removed_at=None))
    samples = list(case.samples.filter(removed_at=None))
    photos = list(case.photos.filter(removed_at=None))
    chosen: list[CaseCause] = [{"code": row.code, "name": row.name} for row in case.causes.all()]
    sums = totals.total(lines)
    registration = getattr(case, "registration", None)
    oral = oral_of(KIND, case.pk, "registration")
    approvals, making = approvals_of(KIND, case.pk), newest_making(KIND, case.pk)
    return {
        "case": _case(case, visit, approvals, oral is not None),
        "inspection": _inspection(visit),
        "place": _place(visit),
        "clue": {"source": visit.clue_source, "received_at": iso(visit.clue_received_at), "text": visit.clue_text},
        "report": visit.report,
        "parties": [_party(party) for party in parties],
        "presence": _presence(visit),
        "officers": [_officer(row) for row in _assigned(case)],
        "recorder": _named(visit.recorder),
        "lines": lines_state(case, lines, codes, samples),
        "unknown": unknown_state(lines),
        "pending": _pending(case),
        "totals": totals_state(sums),
        "thresholds": lights_state(case, sums, parties, [row["code"] for row in chosen]),
        "codes": [code_state(code) for code in codes],
        "photos": [_photo(case, photo) for photo in photos],
        "photo_list": kit.photo_list([row["code"] for row in chosen], [photo.what for photo in photos]),
        "questionings": [_questioning(row) for row in case.questionings.filter(removed_at=None)],
        "registration": _registration(registration),
        "oral_approval": _oral(oral),
        "samples": [sample_state(row) for row in samples],
        "evidence": [_evidence(row) for row in case.evidence.filter(removed_at=None)],
        "causes": chosen,
        "counting": {
            "closed": case.is_closed,
            "closed_at": iso(case.counting_closed_at),
            "fact_version": case.fact_version,
        },
        "deadlines": [deadline_state(row, words, left) for row, words, left in terms.of_case(case)],
        "approvals": [approval_state(row) for row in approvals],
        "documents": _documents(case, sums.lines),
        "making": cast("SetMade | None", making_state(making)),
        "set_outcome": cast("SetOutcome | None", set_outcome(making)),
        "tablets": [_tablet(row) for row in tablets_of(KIND, case.pk)],
        "service": case.service,
        "correction": case.correction,
        "simple": case.simple,
        "summary": case.summary,
        "valuer": _named(case.valuer),
        "next_act": next_act(case, approvals),
        "cursor": case.cursor,
    }


@functools.lru_cache(maxsize=256)
def _documents_kept(case_id: uuid.UUID, mark: int, lines: int) -> list[CaseDocument]:
    case = Case.objects.select_related("unit", "bureau", "inspection").get(pk=case_id)
    return cast("list[CaseDocument]", documents_state(case, newest_making(KIND, case_id)))


def _documents(case: Case, lines: int) -> list[CaseDocument]:
    """The documents of the state; while goods are only counted, what they lack stays the same (remembered)."""
    return _documents_kept(case.pk, case.cursor - case.counted, min(lines, _LONG_LIST))


def next_act(case: Case, approvals: Iterable[Approval]) -> Next | None:
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


APPROVAL_STATES_ZH = {
    Approval.State.UPCOMING: "轮候", Approval.State.WAITING: "等待审批", Approval.State.APPROVED: "同意",
    Approval.State.REFUSED: "不同意", Approval.State.RETURNED: "退回修改", Approval.State.VOID: "不再审批",
}  # fmt: skip


def deadline_state(row: Deadline, words: str, left: Left | None) -> Term:
    """A term: when it ends, and what is left of it."""
    return {
        "code": row.code,
        "what": words,
        "due": row.due.isoformat(),
        "due_at": iso(row.due_at),
        "provisional": row.provisional,
        "note": row.note,
        "left": left.words() if left else "",
        "left_level": left.level if left else "",
        "article": row.source,
        "certainty": row.certainty,
        "met": row.ended_at is not None,
        "ending": row.ending,
    }


def approval_state(row: Approval) -> CaseApproval:
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
        "state_zh": APPROVAL_STATES_ZH[Approval.State(row.state)],
        "officer": row.officer.name if row.officer else None,
        "opinion": row.opinion,
        "why": row.void_reason,
        "at": iso(row.decided_at),
        "asked_at": iso(row.asked_at),
    }


def _named(officer: Officer | None) -> Named | None:
    return {"id": str(officer.pk), "name": officer.name} if officer else None


def _case(case: Case, visit: Inspection, approvals: list[Approval], orally: bool) -> CaseFacts:
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
        "opened_at": iso(case.opened_at),
        "began_at": iso(visit.began_at or case.opened_at),
    }


def _inspection(visit: Inspection) -> Visit:
    return {
        "began_at": iso(visit.began_at),
        "ended_at": iso(visit.ended_at),
        "certificates_shown_at": iso(visit.certificates_shown_at),
        "remarks": visit.remarks,
        "narrative": visit.narrative,
        "narrative_facts": visit.narrative_facts,
    }


def _place(visit: Inspection) -> Place:
    return {
        "address": visit.address,
        "longitude": visit.longitude,
        "latitude": visit.latitude,
        "shop_name": visit.shop_name,
        "district_code": visit.district_code,
    }


def _presence(visit: Inspection) -> Presence:
    return {
        "party_present": visit.party_present,
        "person_in_charge": visit.person_in_charge,
        "witness": visit.witness,
        "refuses_to_sign": visit.refuses_to_sign,
        "refusal_reason": visit.refusal_reason,
    }


def _party(party: Party) -> PartyShape:
    return {
        "party_id": str(party.pk),
        "id": str(party.pk),
        "kind": party.kind,
        "name": party.name,
        "sex": party.sex,
        "ethnicity": party.ethnicity,
        "born_on": party.born_on.isoformat() if party.born_on else None,
        "id_kind": party.id_kind,
        "id_no": party.id_no,
        "phone": party.phone,
        "address": party.address,
        "occupation": party.occupation,
        "licence_no": party.licence_no,
        "licence_valid_to": party.licence_valid_to.isoformat() if party.licence_valid_to else None,
        "representative": party.representative,
    }


def _assigned(case: Case) -> list[CaseOfficer]:
    return list(case.assignments.filter(until_at=None).select_related("officer"))


def _officer(row: CaseOfficer) -> OfficerShape:
    officer = row.officer
    return {
        "id": str(officer.pk),
        "name": officer.name,
        "certificate_no": officer.certificate_no,
        "certificate_valid_to": officer.certificate_valid_to.isoformat() if officer.certificate_valid_to else None,
    }


def _pending(case: Case) -> list[PendingOperation]:
    return [
        {
            "id": str(row.pk),
            "kind": row.kind,
            "at": iso(row.at),
            "by": row.actor.name,
            "tablet": str(row.tablet),
            "payload": row.payload,
            "status": row.status,
            "detail": row.detail,
        }
        for row in waiting_of(KIND, case.pk)
    ]


def _photo(case: Case, photo: Photo) -> PhotoShape:
    return {
        "id": str(photo.pk),
        "photo_id": str(photo.pk),
        "line_id": str(photo.line_id) if photo.line_id else None,
        "taken_at": iso(photo.taken_at),
        "url": f"/api/enforcement/cases/{case.pk}/photos/{photo.pk}" if photo.kept else None,
        "what": photo.what,
        "caption": photo.caption,
        "place": photo.place,
        "sha256": photo.sha256,
        "kept": photo.kept,
        "quality": photo.quality,
    }


def _questioning(row: Questioning) -> QuestioningShape:
    return {
        "questioning_id": str(row.pk),
        "id": str(row.pk),
        "party_id": str(row.party_id) if row.party_id else None,
        "ordinal": row.ordinal,
        "began_at": iso(row.began_at),
        "ended_at": iso(row.ended_at),
        "rights_told_at": iso(row.rights_told_at),
        "place": row.place,
        "questions": row.questions,
    }


def _registration(row: Registration | None) -> RegistrationShape | None:
    if row is None:
        return None
    return {
        "reason": row.reason,
        "storage_place": row.storage_place,
        "way": row.way,
        "from": row.from_on.isoformat() if row.from_on else None,
        "until": until.isoformat() if (until := terms.registered_until(row)) else None,
        "submitted_at": iso(row.submitted_at),
        "approved_at": iso(row.approved_at),
    }


def _oral(row: OralApproval | None) -> OralApprovalShape | None:
    if row is None:
        return None
    return {
        "by_officer_id": str(row.by_id),
        "by": row.by.name,
        "at": iso(row.at),
        "reason": row.reason,
        "made_up_at": iso(row.made_up_at),
    }


def _evidence(row: EvidenceCopy) -> Evidence:
    return {
        "evidence_id": str(row.pk),
        "photo_id": str(row.photo_id) if row.photo_id else None,
        "at": iso(row.at),
        "kind": row.kind,
        "provided_by": row.provided_by,
        "way": row.way,
        "place": row.place,
    }


def _tablet(row: Tablet) -> TabletSeen:
    return {
        "tablet": str(row.tablet),
        "officer": row.officer.name,
        "scans": row.tallied,
        "last_seen": iso(row.last_seen),
        "unsent": row.unsent,
    }
