"""The ledger's JSON: the proof of one entry, for whoever may verify. (History pages live in accounts.)"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from zhuanmai.core.errors import NotAllowed
from zhuanmai.ledger.queries import prove

router = Router(tags=["ledger"])


@router.get("/entries/{seq}/proof")
def entry_proof(request: HttpRequest, seq: int) -> dict[str, Any]:
    """The inclusion proof of an entry (docs/ledger-check.py checks it). Needs ledger.verify."""
    if not request.user.is_authenticated or not request.user.may("ledger.verify"):
        raise NotAllowed("not_allowed", "只有审计员可以导出留痕证明；需要时请向审计员申请。")
    return prove(seq)
