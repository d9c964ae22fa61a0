"""JSON of documents: the catalogue. (Documents of a case are reached through the case, which knows who may see it.)"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from zhuanmai.documents import catalogue

router = Router(tags=["documents"])


@router.get("/kinds")
def kinds(request: HttpRequest) -> list[dict[str, Any]]:
    """The catalogue: code, name, stage, signers, number word, approvals, copies, whether it can be printed here."""
    return [
        {
            "code": kind.code,
            "name": kind.name,
            "en": kind.en,
            "stage": kind.stage,
            "signers": kind.signers,
            "number_word": kind.number_word,
            "approvals": kind.approvals,
            "copies": kind.copies_line if kind.copies else "",
            "printed": kind.printed,
        }
        for kind in catalogue.kinds().values()
    ]
