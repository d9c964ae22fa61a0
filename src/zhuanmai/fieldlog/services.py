"""What can be done beside sending operations: take over what another officer made on a tablet and did not send."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from zhuanmai.accounts.device_keys import subject_key
from zhuanmai.accounts.models import Officer
from zhuanmai.fieldlog.subjects import Kind
from zhuanmai.ledger.services import append


def take_over(
    *, kind: Kind[Any, Any], actor: Officer, subject_id: uuid.UUID, author_id: uuid.UUID, device: uuid.UUID
) -> bytes:
    """The key to what another officer entered on this device and did not send, so that the actor sends it.

    Raises NotFound, NotAllowed (not_involved) unless the kind lets the one take over from the other.
    """
    kind.require_seen(actor, subject_id)
    with transaction.atomic():
        subject = kind.locked(subject_id)
        kind.require_worker(actor, subject)
        author = Officer.objects.filter(pk=author_id).first()
        kind.require_take_over(subject, author, actor)
        append(
            f"{kind.ledger}.taken_over",
            actor_id=actor.pk,
            object_kind=kind.code,
            object_id=subject_id,
            case_id=kind.case_of(subject_id),
            facts={"author": author.name if author else "", "author_id": str(author_id), "device": str(device)},
        )
        return subject_key(author_id, device, subject_id)
