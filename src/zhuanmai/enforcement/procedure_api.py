"""JSON of the procedure: acts, signing by key and by hand, previews and the print set."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from zhuanmai.accounts.requests import officer_of
from zhuanmai.core import files, serving
from zhuanmai.core.errors import Refused
from zhuanmai.documents import rendering, viewing
from zhuanmai.documents.planning import Planned
from zhuanmai.documents.printing import copies_of, print_set
from zhuanmai.enforcement.case_shapes import CaseState
from zhuanmai.enforcement.paperwork import find, planned
from zhuanmai.enforcement.permissions import require_seen
from zhuanmai.enforcement.personal import look_at_all_papers, look_at_paper, state_for
from zhuanmai.enforcement.services import acts, signing
from zhuanmai.ledger.services import append

router = Router(tags=["enforcement"])


class ActIn(Schema):
    """An act of the procedure under an id made by whoever asks."""

    operation_id: uuid.UUID
    act: str
    payload: dict[str, Any] = {}


class ActOut(Schema):
    """The case's new state."""

    state: CaseState


class SigningBeginIn(Schema):
    """Which documents to sign; none named: all that wait for this officer."""

    role: str = "officer"
    document_ids: list[uuid.UUID] = []


class SigningFinishIn(Schema):
    """The key's answer."""

    signing_id: uuid.UUID
    credential: dict[str, Any]


class HandIn(Schema):
    """A signature by hand: drawn (PNG, base64), refused with a reason, or on paper (the photo's id)."""

    operation_id: uuid.UUID
    role: Literal["party", "receiver", "provider", "witness"]
    document_ids: list[uuid.UUID] = []
    drawing: str = ""
    refusal_reason: str = ""
    paper_scan: uuid.UUID | None = None


@router.post("/cases/{case_id}/acts", response=ActOut)
def post_act(request: HttpRequest, case_id: uuid.UUID, given: ActIn) -> dict[str, Any]:
    """Do an act and answer with the case's new state."""
    officer = officer_of(request)
    acts.act(
        officer=officer,
        case_id=case_id,
        operation_id=given.operation_id,
        name=given.act,
        payload=given.payload,
    )
    return {"state": state_for(officer, require_seen(officer, case_id))}


@router.post("/cases/{case_id}/signing/begin", response=dict[str, Any])
def signing_begin(request: HttpRequest, case_id: uuid.UUID, given: SigningBeginIn) -> dict[str, Any]:
    """The challenge for one touch over the documents of this stage."""
    return signing.begin(officer=officer_of(request), case_id=case_id, document_ids=given.document_ids)


@router.post("/cases/{case_id}/signing/finish", response=dict[str, Any])
def signing_finish(request: HttpRequest, case_id: uuid.UUID, given: SigningFinishIn) -> dict[str, Any]:
    """Put the signatures on the documents; what is complete is sealed by a job."""
    signing.finish(
        officer=officer_of(request),
        case_id=case_id,
        signing_id=given.signing_id,
        credential=given.credential,
    )
    return {"next": f"/cases/{case_id}/documents"}


@router.post("/cases/{case_id}/signatures", response=dict[str, Any])
def post_signature(request: HttpRequest, case_id: uuid.UUID, given: HandIn) -> dict[str, Any]:
    """The party's or witness's signature, refusal, or signed paper."""
    signing.sign_by_hand(
        officer=officer_of(request),
        case_id=case_id,
        operation_id=given.operation_id,
        role=given.role,
        document_ids=given.document_ids,
        drawing=given.drawing,
        refusal_reason=given.refusal_reason,
        paper_scan=given.paper_scan,
    )
    return {"done": True}


@router.get("/cases/{case_id}/documents/{document_id}/preview.pdf")
def preview(request: HttpRequest, case_id: uuid.UUID, document_id: uuid.UUID, reason: str = "") -> HttpResponse:
    """The document as it is: the sealed file, or a preview with what is missing in amber.

    Each look is on the ledger; who has no part in the case gives a reason (so below).
    """
    one = _paper(request, case_id, document_id, "preview.pdf", reason)
    return serving.paper(_content(one), name=f"{one.kind.code}.pdf")


@router.get("/cases/{case_id}/documents/{document_id}/view", response=dict[str, Any])
def paper(request: HttpRequest, case_id: uuid.UUID, document_id: uuid.UUID, reason: str = "") -> dict[str, Any]:
    """The document as pictures of its pages, with the places of its facts and of what is missing."""
    one = _paper(request, case_id, document_id, "view", reason)
    if one.version is not None and one.is_sealed:
        return viewing.view_of_file(files.load(one.version.sealed_sha256))
    number = one.document.number if one.document else None
    return viewing.view(rendering.render(one.kind.code, one.facts, number=number or None, preview=True))


@router.get("/cases/{case_id}/documents/{document_id}/sealed.pdf")
def sealed(request: HttpRequest, case_id: uuid.UUID, document_id: uuid.UUID, reason: str = "") -> HttpResponse:
    """The sealed file, byte for byte."""
    one = _paper(request, case_id, document_id, "sealed.pdf", reason)
    return serving.paper(_content(one), name=f"{one.kind.code}.pdf")


@router.get("/cases/{case_id}/print.pdf")
def print_all(request: HttpRequest, case_id: uuid.UUID, reason: str = "") -> HttpResponse:
    """The print set of the stage: each sealed document with its copies, in one file."""
    officer = officer_of(request)
    case = require_seen(officer, case_id)
    ready = [one.document for one in planned(case) if one.document and one.document.state == "sealed"]
    if not ready:
        raise Refused("nothing_to_print", "还没有封签的文书；请先完成签名。")
    look_at_all_papers(actor=officer, case=case, way="print.pdf", reason=reason)
    content = print_set(ready)
    with transaction.atomic():
        facts = {"copies": sum(copies_of(one) for one in ready)}
        append(
            "enforcement.printed",
            actor_id=officer.pk,
            object_kind="case",
            object_id=case.pk,
            case_id=case.pk,
            facts=facts,
        )
    return serving.paper(content, name=f"{case.clue_no}.pdf")


def _paper(request: HttpRequest, case_id: uuid.UUID, document_id: uuid.UUID, way: str, reason: str) -> Planned:
    """A document of a case, about to be shown: the look at it is on the ledger."""
    officer = officer_of(request)
    case = require_seen(officer, case_id)
    one = find(case, document_id)
    if way == "sealed.pdf" and not (one.document and one.document.state == "sealed"):
        raise Refused("not_sealed", "文书尚未封签；请先完成签名。")
    look_at_paper(actor=officer, case=case, paper=one, way=way, reason=reason)
    return one


def _content(one: Planned) -> bytes:
    """The sealed file, or a preview with what is missing in amber."""
    if one.version is not None and one.is_sealed:
        return files.load(one.version.sealed_sha256)
    number = one.document.number if one.document else None
    return rendering.render(one.kind.code, one.facts, number=number or None, preview=True).pdf
