"""JSON for the field kit: operations in, state out, the kit, photographs."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema

from zhuanmai.accounts.requests import officer_of
from zhuanmai.core import files
from zhuanmai.core.errors import NotFound
from zhuanmai.enforcement import operations
from zhuanmai.enforcement.kit import kit
from zhuanmai.enforcement.models import Photo
from zhuanmai.enforcement.operations import reading
from zhuanmai.enforcement.permissions import require_seen
from zhuanmai.enforcement.personal import OPEN_PICTURES, look_at_photo, state_for
from zhuanmai.enforcement.procedure_api import router as stages
from zhuanmai.enforcement.services import keeping

router = Router(tags=["enforcement"])
router.add_router("", stages)


class OperationIn(Schema):
    """One operation from a tablet: its id (UUIDv7), its order there, who made it, what, when, with what.

    Whoever takes over what another made names them again in `taken_over_from`.
    """

    id: uuid.UUID
    n: int
    by: uuid.UUID
    taken_over_from: uuid.UUID | None = None
    kind: str
    at: dt.datetime
    payload: dict[str, Any] = {}


# A batch is read by hand (operations.reading): one operation that does not fit this is refused by itself.
_BATCH = {
    "description": "A batch from one tablet. `unsent`: how many it has beyond these.",
    "type": "object",
    "required": ["tablet", "operations"],
    "properties": {
        "tablet": {"type": "string", "format": "uuid"},
        "operations": {"type": "array", "minItems": 1, "maxItems": reading.MOST, "items": OperationIn.json_schema()},
        "unsent": {"type": "integer", "minimum": 0, "default": 0},
    },
}


class ResultOut(Schema):
    """What became of an operation, by the id it came with: applied, duplicate, pending, refused."""

    id: str
    status: str
    code: str = ""
    detail: str = ""
    field: str = ""


class OperationsOut(Schema):
    """The answer to a batch: results in the order sent, and the cursor that a state must have to contain them."""

    results: list[ResultOut]
    cursor: int
    state: dict[str, Any] | None = None


class TakeOverIn(Schema):
    """Whose unsent operations, and on which device they are."""

    author: uuid.UUID
    device: uuid.UUID


class TakeOverOut(Schema):
    """The key to the author's data of this case on the device (32 bytes, base64)."""

    key: str


class PhotoOut(Schema):
    """A photograph that is kept: its digest, and hints on its quality."""

    sha256: str
    quality: list[str]


@router.post(
    "/cases/{case_id}/operations",
    response=OperationsOut,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _BATCH}}}},
)
def post_operations(request: HttpRequest, case_id: uuid.UUID) -> dict[str, Any]:
    """Apply a tablet's operations in order, each once; refused ones change nothing and say why."""
    batch = reading.batch(case_id, request.body)
    results, cursor = operations.apply(
        officer=officer_of(request),
        case_id=case_id,
        tablet=batch.tablet,
        operations=batch.operations,
        unsent=batch.unsent,
    )
    return {"results": [vars(result) for result in results], "cursor": cursor, "state": None}


@router.post("/cases/{case_id}/take-over", response=TakeOverOut)
def post_take_over(
    request: HttpRequest, case_id: uuid.UUID, given: TakeOverIn, response: HttpResponse
) -> dict[str, str]:
    """Open what another officer of the case entered on this device and did not send; each time is on the ledger."""
    officer = officer_of(request)
    require_seen(officer, case_id)
    response["Cache-Control"] = "no-store"
    key = keeping.take_over(actor=officer, case_id=case_id, author_id=given.author, device=given.device)
    return {"key": base64.b64encode(key).decode("ascii")}


@router.get("/cases/{case_id}/state", response={200: dict[str, Any], 204: None})
def get_state(request: HttpRequest, case_id: uuid.UUID, after: int | None = None, reason: str = "") -> HttpResponse:
    """The case's state; 204 if nothing happened after the cursor that the tablet has.

    `masked`: its people are masked, for who does not work on the case; with a `reason` they are not.
    """
    officer = officer_of(request)
    case = require_seen(officer, case_id)
    if after is not None and case.cursor <= after:
        return HttpResponse(status=204)
    state = state_for(officer, case, reason=reason)
    answer = JsonResponse(state, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})
    answer["Cache-Control"] = "private, no-store"
    return answer


@router.get("/kit", response=dict[str, Any])
def get_kit(request: HttpRequest) -> dict[str, Any]:
    """People of the bureau, causes, outlines of questions, photo lists, settings of the gun."""
    return kit(officer_of(request))


@router.put("/cases/{case_id}/photos/{photo_id}", response=PhotoOut)
def put_photo(request: HttpRequest, case_id: uuid.UUID, photo_id: uuid.UUID) -> dict[str, Any]:
    """Keep a photograph's original bytes (the body), whose digest its operation named."""
    officer = officer_of(request)
    require_seen(officer, case_id)
    mime = (request.headers.get("Content-Type") or "image/jpeg").split(";")[0]
    kept = keeping.keep_photo(actor=officer, case_id=case_id, photo_id=photo_id, content=request.body, mime=mime)
    return {"sha256": kept.sha256, "quality": kept.quality}


@router.get("/cases/{case_id}/photos/{photo_id}")
def get_photo(request: HttpRequest, case_id: uuid.UUID, photo_id: uuid.UUID, reason: str = "") -> HttpResponse:
    """A photograph's original. One that may show people or their papers: who has no part in the case gives a reason."""
    officer = officer_of(request)
    case = require_seen(officer, case_id)
    row = Photo.objects.filter(pk=photo_id, case=case, kept=True).first()
    if row is None:
        raise NotFound("no_photo", "这张照片还没有传到服务器。")
    look_at_photo(actor=officer, case=case, photo=row, reason=reason)
    answer = HttpResponse(files.load(row.sha256), content_type=row.mime or "image/jpeg")
    # Pictures of people are kept no longer than the entry of the look covers.
    kept = "max-age=31536000, immutable" if row.what in OPEN_PICTURES else "max-age=3600"
    answer["Cache-Control"] = f"private, {kept}"
    return answer
