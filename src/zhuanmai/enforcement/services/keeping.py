"""What can be done beside operations: keep the bytes of a photograph."""

from __future__ import annotations

import hashlib
import uuid

from django.db import transaction
from django.db.models import F

from zhuanmai.accounts.models import Officer
from zhuanmai.core import files, pdfs, pictures
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.enforcement import photos
from zhuanmai.enforcement.models import Case, Photo
from zhuanmai.enforcement.workers import require_worker
from zhuanmai.ledger.services import append, as_found


def keep_photo(*, actor: Officer, case_id: uuid.UUID, photo_id: uuid.UUID, content: bytes) -> Photo:
    """Keep the original bytes of a photograph or a scanned paper (PDF), and the copy that is shown and printed.

    What it is the bytes tell, not who sends them. The same bytes twice are kept once. Raises NotFound (no_photo) before
    its operation has come, Refused: digest_differs, not_a_picture, not_a_pdf, too_large, busy.
    """
    digest = hashlib.sha256(content).hexdigest()
    mime, copy, hints = _opened(content)
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id).select_related("unit").first()
        row = Photo.objects.select_for_update(of=("self",)).filter(pk=photo_id, case_id=case_id).first()
        if case is None or row is None:
            raise NotFound("no_photo", "照片的记录还没有传到；照片留在平板上，稍后自动重传。")
        require_worker(actor, case)
        if row.sha256 and row.sha256 != digest:
            raise Refused("digest_differs", "照片内容与登记的摘要不符，原件可能在传输中损坏；请重传。", "photo")
        if row.kept:
            return row
        as_found(row)
        files.store(content)
        row.sha256, row.kept, row.mime, row.quality = digest, True, mime, hints
        row.shown_sha256 = files.store(copy)
        row.save()
        advance(case)
        append(
            "enforcement.photo_kept",
            actor_id=actor.pk,
            object_kind="photo",
            object_id=row.pk,
            case_id=case.pk,
            facts={"photo_id": str(row.pk), "sha256": digest, "quality": hints},
            rows=[row],
        )
        return row


def _opened(content: bytes) -> tuple[str, bytes, list[str]]:
    """What was sent: its media type, the copy to be shown, what may be wrong with it in words."""
    if pdfs.looks_like(content):
        return pdfs.MIME, pdfs.shown(content), []
    picture = pictures.opened(content, longest=pictures.SHOWN)
    return picture.mime, picture.shown(), photos.quality(picture.image, picture.pixels)


def locked(case_id: uuid.UUID) -> Case:
    """The case, held until the running transaction ends.

    Taken before any other row and before the ledger: what two people do on one case then waits in line.
    """
    query = Case.objects.select_for_update(of=("self",)).select_related("bureau", "unit", "inspection")
    return as_found(query.get(pk=case_id))


def advance(case: Case) -> None:
    """Something happened: tablets that ask for news get the new state."""
    Case.objects.filter(pk=case.pk).update(cursor=F("cursor") + 1)
