"""The log's JSON, for a room's routes: a batch in, what became of it out; the take-over; the state with its cursor."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Schema

from zhuanmai.accounts.requests import officer_of
from zhuanmai.core import legible
from zhuanmai.fieldlog import applying, reading, services
from zhuanmai.fieldlog.subjects import Kind


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


# A batch is read by hand (fieldlog.reading): one operation that does not fit this is refused by itself.
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


def batch_of(kind: Kind[Any, Any]) -> dict[str, Any]:
    """What a route that takes batches of a kind describes of itself: `openapi_extra`.

    `x-texts`: for each operation its texts by their paths, each with the most characters it may have (null: as many
    as come), so that a form knows before it sends.
    """
    texts = {name: dict(_texts(kind.shape(name).model_json_schema())) for name in kind.operations()}
    body = {"required": True, "content": {"application/json": {"schema": _BATCH}}}
    return {"requestBody": {**body, "x-texts": {name: found for name, found in texts.items() if found}}}


def _texts(whole: dict[str, Any], schema: dict[str, Any] | None = None, path: str = "") -> Iterator[tuple[str, Any]]:
    """The free texts in a payload's schema: their paths (`*` in a list), and the most characters of each."""
    schema = whole if schema is None else schema
    if reference := schema.get("$ref"):
        schema = whole["$defs"][reference.rsplit("/", 1)[-1]]
    for one in schema.get("anyOf", ()):
        yield from _texts(whole, one, path)
    for name, field in schema.get("properties", {}).items():
        yield from _texts(whole, field, f"{path}.{name}".strip("."))
    if "items" in schema:
        yield from _texts(whole, schema["items"], f"{path}.*")
    if schema.get("type") == "string" and not {"format", "enum", "const", "pattern"} & schema.keys():
        yield path, schema.get("maxLength")


class ResultOut(Schema):
    """What became of an operation, by the id it came with: applied, duplicate, pending, refused."""

    id: str
    status: Literal["applied", "duplicate", "pending", "refused"]
    code: str = ""
    detail: str = ""
    field: str = ""


class OperationsOut(Schema):
    """The answer to a batch: results in the order sent, and the cursor that a state must have to contain them."""

    results: list[ResultOut]
    cursor: int


class TakeOverIn(Schema):
    """Whose unsent operations, and on which device they are."""

    author: uuid.UUID
    device: uuid.UUID


class TakeOverOut(Schema):
    """The key to the author's data of this subject on the device (32 bytes, base64)."""

    key: str


def take(request: HttpRequest, kind: Kind[Any, Any], subject_id: uuid.UUID) -> dict[str, Any]:
    """Apply a tablet's operations in order, each once; refused ones change nothing and say why (OperationsOut)."""
    batch = reading.batch(subject_id, legible.body_of(request))
    results, cursor = applying.apply(
        kind=kind,
        officer=officer_of(request),
        subject_id=subject_id,
        tablet=batch.tablet,
        operations=batch.operations,
        unsent=batch.unsent,
    )
    return {"results": [vars(result) for result in results], "cursor": cursor}


def take_over(
    request: HttpRequest, response: HttpResponse, kind: Kind[Any, Any], subject_id: uuid.UUID, given: TakeOverIn
) -> dict[str, str]:
    """Open what another officer entered on this device and did not send; each time is on the ledger (TakeOverOut)."""
    response["Cache-Control"] = "no-store"
    key = services.take_over(
        kind=kind, actor=officer_of(request), subject_id=subject_id, author_id=given.author, device=given.device
    )
    return {"key": base64.b64encode(key).decode("ascii")}


def state(
    request: HttpRequest, kind: Kind[Any, Any], subject_id: uuid.UUID, *, after: int | None, reason: str
) -> HttpResponse:
    """The subject's state; 204 if nothing happened after the cursor that the tablet has."""
    officer = officer_of(request)
    subject = kind.require_seen(officer, subject_id)
    if after is not None and subject.cursor <= after:
        return HttpResponse(status=204)
    told = kind.state_for(officer, subject, reason)
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})
    answer["Cache-Control"] = "private, no-store"
    return answer
