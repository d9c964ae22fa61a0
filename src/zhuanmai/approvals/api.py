"""JSON of approvals: one touch for an opinion, then its answer."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from zhuanmai.accounts.requests import officer_of
from zhuanmai.approvals import services

router = Router(tags=["approvals"])


class OpinionIn(Schema):
    """A head's opinion before it is signed."""

    agreed: bool
    words: str = ""


class DecisionIn(Schema):
    """The key's answer, with the decision that it was asked for."""

    signing_id: uuid.UUID
    credential: dict[str, Any]
    agreed: bool


@router.post("/{approval_id}/begin", response=dict[str, Any])
def approval_begin(request: HttpRequest, approval_id: uuid.UUID, given: OpinionIn) -> dict[str, Any]:
    """The challenge for an opinion."""
    return services.begin(officer=officer_of(request), approval_id=approval_id, agreed=given.agreed, words=given.words)


@router.post("/{approval_id}/finish", response=dict[str, Any])
def approval_finish(request: HttpRequest, approval_id: uuid.UUID, given: DecisionIn) -> dict[str, Any]:
    """Keep the opinion, signed. The same request again gets the same answer and does nothing."""
    row = services.finish(
        officer=officer_of(request),
        approval_id=approval_id,
        signing_id=given.signing_id,
        credential=given.credential,
        agreed=given.agreed,
    )
    return {"state": row.state, "next": "/approvals"}
