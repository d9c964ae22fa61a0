"""The ledger's JSON: the history of a case or an object, and the proof of one entry, for auditors.

(What an officer may see of their own cases, the rooms above ask of `queries.timeline` within their own scope.)
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from zhuanmai.core.errors import NotAllowed, Refused
from zhuanmai.ledger.queries import prove, timeline

router = Router(tags=["ledger"])


class Line(Schema):
    """One act: its number, moment (UTC), actor (null: the system), kind, sentence, and what it was done on."""

    seq: int
    at: dt.datetime
    actor_id: uuid.UUID | None
    kind: str
    sentence: str
    object_kind: str
    object_id: uuid.UUID
    case_id: uuid.UUID | None


@router.get("/history", response=list[Line])
def history(
    request: HttpRequest, case_id: uuid.UUID | None = None, object_id: uuid.UUID | None = None
) -> list[dict[str, Any]]:
    """The acts on a case or an object, the newest first, personal parts masked. Needs ledger.see."""
    _require(request, "ledger.see", "只有审计员可以查看全程留痕；需要时请向审计员申请。")
    if case_id is None and object_id is None:
        raise Refused("nothing_named", "请指明案件（case_id）或对象（object_id）。", "case_id")
    lines = timeline(case_id=case_id, object_id=object_id)
    return [{name: getattr(line, name) for name in Line.model_fields} for line in lines]


@router.get("/entries/{seq}/proof")
def entry_proof(request: HttpRequest, seq: int) -> dict[str, Any]:
    """The inclusion proof of an entry (docs/ledger-check.py checks it). Needs ledger.verify."""
    _require(request, "ledger.verify", "只有审计员可以导出留痕证明；需要时请向审计员申请。")
    return prove(seq)


def _require(request: HttpRequest, permission: str, otherwise: str) -> None:
    if not request.user.is_authenticated or not request.user.may(permission):
        raise NotAllowed("not_allowed", otherwise)
