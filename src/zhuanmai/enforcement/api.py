"""JSON for the field kit: operations in, state out, the kit, photographs."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from zhuanmai.accounts.requests import officer_of
from zhuanmai.core import files, serving
from zhuanmai.core.errors import NotFound
from zhuanmai.enforcement.case_shapes import CaseState
from zhuanmai.enforcement.kit import kit
from zhuanmai.enforcement.kit_shapes import Kit
from zhuanmai.enforcement.models import Photo
from zhuanmai.enforcement.operations import CASES
from zhuanmai.enforcement.permissions import require_seen
from zhuanmai.enforcement.personal import OPEN_PICTURES, look_at_photo
from zhuanmai.enforcement.procedure_api import router as procedure
from zhuanmai.enforcement.services import keeping
from zhuanmai.fieldlog import wire

router = Router(tags=["enforcement"])
router.add_router("", procedure)
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf"}


class PhotoOut(Schema):
    """A photograph that is kept: its digest, and hints on its quality."""

    sha256: str
    quality: list[str]


@router.post("/cases/{case_id}/operations", response=wire.OperationsOut, openapi_extra=wire.batch_of(CASES))
def post_operations(request: HttpRequest, case_id: uuid.UUID) -> dict[str, Any]:
    """Apply a tablet's operations in order, each once; refused ones change nothing and say why."""
    return wire.take(request, CASES, case_id)


@router.post("/cases/{case_id}/take-over", response=wire.TakeOverOut)
def post_take_over(
    request: HttpRequest, case_id: uuid.UUID, given: wire.TakeOverIn, response: HttpResponse
) -> dict[str, str]:
    """Open what another officer of the case entered on this device and did not send; each time is on the ledger."""
    return wire.take_over(request, response, CASES, case_id, given)


@router.get("/cases/{case_id}/state", response={200: CaseState, 204: None})
def get_state(request: HttpRequest, case_id: uuid.UUID, after: int | None = None, reason: str = "") -> HttpResponse:
    """The case's state; 204 if nothing happened after the cursor that the tablet has.

    `masked`: its people are masked, for who does not work on the case; with a `reason` they are not.
    """
    return wire.state(request, CASES, case_id, after=after, reason=reason)


@router.get("/kit", response=Kit)
def get_kit(request: HttpRequest) -> Kit:
    """People of the bureau, causes, outlines of questions, photo lists, settings of the gun."""
    return kit(officer_of(request))


@router.put("/cases/{case_id}/photos/{photo_id}", response=PhotoOut)
def put_photo(request: HttpRequest, case_id: uuid.UUID, photo_id: uuid.UUID) -> dict[str, Any]:
    """Keep a photograph's original bytes (the body), whose digest its operation named."""
    officer = officer_of(request)
    require_seen(officer, case_id)
    kept = keeping.keep_photo(actor=officer, case_id=case_id, photo_id=photo_id, content=request.body)
    return {"sha256": kept.sha256, "quality": kept.quality}


@router.get("/cases/{case_id}/photos/{photo_id}")
def get_photo(
    request: HttpRequest, case_id: uuid.UUID, photo_id: uuid.UUID, reason: str = "", original: bool = False
) -> HttpResponse:
    """A photograph as it is shown (JPEG); `original`: what was sent, byte for byte, as a download.

    One that may show people or their papers: who has no part in the case gives a reason.
    """
    officer = officer_of(request)
    case = require_seen(officer, case_id)
    row = Photo.objects.filter(pk=photo_id, case=case, kept=True).first()
    if row is None:
        raise NotFound("no_photo", "这张照片还没有传到服务器。")
    look_at_photo(actor=officer, case=case, photo=row, reason=reason)
    if original or not row.shown_sha256:
        name = f"{case.clue_no}-{row.pk}{_ENDINGS.get(row.mime, '')}"
        return serving.original(files.load(row.sha256), name=name)
    of_people = row.what not in OPEN_PICTURES
    return serving.picture(files.load(row.shown_sha256), name=f"{row.pk}.jpg", of_people=of_people)
