"""The same id twice has the effect of once; an id that names something else already is refused."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from zhuanmai.core.errors import Refused
from zhuanmai.core.models import SeenOperation


def first_time(
    operation_id: uuid.UUID, *, actor_id: uuid.UUID | None, kind: str, subject: uuid.UUID | None, content: Any = None
) -> bool:
    """Remember an operation id in the running transaction; False if it has been seen (the effect is already there).

    Raises Refused (id_used) if it was used by another actor, for another act, on another subject or with other
    content (JSON). A second transaction with the same id waits for the first and then sees it.
    """
    given = json.dumps(content, ensure_ascii=True, sort_keys=True, default=str)
    what = f"{subject or ''}|{hashlib.sha256(given.encode()).hexdigest()}"
    row, created = SeenOperation.objects.get_or_create(
        id=operation_id, defaults={"actor_id": actor_id, "kind": kind, "answer_key": what}
    )
    if (row.actor_id, row.kind, row.answer_key) != (actor_id, kind, what):
        raise Refused("id_used", "这个操作编号已用于别的操作，本次未作任何改动；请刷新页面后重做。", "operation_id")
    return created
