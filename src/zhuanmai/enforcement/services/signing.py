"""Signing the documents of a stage: one touch of the key for all; party and witness draw, refuse, or use paper."""

from __future__ import annotations

import base64
import logging
import uuid
from dataclasses import replace
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from zhuanmai.accounts import signing as keys
from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.signing import Purpose, SigningItem
from zhuanmai.core import files
from zhuanmai.core.clock import now
from zhuanmai.core.errors import NotAllowed, Refused
from zhuanmai.core.idempotency import first_time
from zhuanmai.core.jobs import defer
from zhuanmai.documents import pictures, touches
from zhuanmai.documents import services as documents
from zhuanmai.documents.models import Document
from zhuanmai.documents.planning import Planned, outdated
from zhuanmai.documents.services import Signed
from zhuanmai.enforcement.case_rows import first_party
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.national_feed import report_case, report_document
from zhuanmai.enforcement.paperwork import lacks_for_seal, needs, planned
from zhuanmai.enforcement.permissions import require_seen
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.enforcement.services.keeping import advance, locked
from zhuanmai.enforcement.workers import is_assigned, require_worker, values

_PERSON_ROLES = {"party": ("party", "receiver", "provider"), "witness": ("witness",)}
PAPER_SCAN = "paper_scan"
_BROKEN = "封签时出错，签名都在，其他文书不受影响；系统会重试，仍不行请联系管理员（服务日志中有原因）。"
_log = logging.getLogger(__name__)


def begin(*, officer: Officer, case_id: uuid.UUID, document_ids: list[uuid.UUID] | None = None) -> dict[str, Any]:
    """The challenge for one touch over every document that waits for this officer's signature.

    Raises Refused (nothing_to_sign, no_key, paper_outdated), NotAllowed (not_your_case).
    """
    case = require_seen(officer, case_id)
    wanted = {str(one) for one in document_ids or ()}
    found, overtaken = _open_items(case, officer)
    items = [item for item in found if not wanted or item.document_id in wanted]
    for item in items:
        if name := overtaken.get(item.document_id):
            raise outdated(name)
    if not items and not _may_sign(case, officer):
        raise NotAllowed("not_your_case", "您不是本案承办人或核价人，没有要签的文书。")
    return keys.begin(officer=officer, items=items, purpose=_purpose(case))


def finish(*, officer: Officer, case_id: uuid.UUID, signing_id: uuid.UUID, credential: dict[str, Any]) -> Case:
    """Verify the touch, which must have been asked for here, and put the signatures on the documents.

    A job seals what is complete. Raises what `touches.finish` does. The same request again does nothing.
    """
    case = require_seen(officer, case_id)
    with transaction.atomic():
        items, overtaken = _open_items(locked(case.pk), officer)
        done = touches.finish(
            officer=officer, signing_id=signing_id, credential=credential, purpose=_purpose(case),
            items=items, outdated_papers=overtaken,
        )  # fmt: skip
        if not done.is_repeated:
            _touched(case)
    return case


def _open_items(case: Case, officer: Officer) -> tuple[list[SigningItem], dict[str, str]]:
    """Every document that waits for this officer's signature, in each role; and the names of those that are outdated.

    The facts are read once for all of them.
    """
    assigned = is_assigned(officer, case)
    items, overtaken = list[SigningItem](), dict[str, str]()
    for one in planned(case):
        roles = roles_of(case, officer, one, is_assigned=assigned) if one.version and not one.failed else []
        if one.version is not None and roles:
            items += [SigningItem(str(one.id), one.version.number, one.version.body_sha256, role) for role in roles]
            overtaken |= {str(one.id): one.name} if one.is_outdated else {}
    return items, overtaken


def _purpose(case: Case) -> Purpose:
    """What a touch for the documents of a case is asked for."""
    return touches.purpose_of("enforcement", KIND, case.pk)


def own_roles(case: Case, officer: Officer, one: Planned) -> list[str]:
    """The roles in which this officer still has to sign a document."""
    return roles_of(case, officer, one, is_assigned=is_assigned(officer, case))


def roles_of(case: Case, officer: Officer, one: Planned, *, is_assigned: bool) -> list[str]:
    """The same, where it is known already whether the officer is one of the two of the case."""
    open_roles = set(needs(case, one))
    signed = {block.role for block in one.signatures if block.officer_id == officer.pk}
    found: list[str] = []
    if is_assigned:
        found += [role for role in ("officer", "server") if role in open_roles and role not in signed]
    if "valuer" in open_roles and values(officer, case):
        found.append("valuer")
    return found


def sign_by_hand(
    *,
    officer: Officer,
    case_id: uuid.UUID,
    operation_id: uuid.UUID,
    role: str,
    document_ids: list[uuid.UUID],
    drawing: str = "",
    refusal_reason: str = "",
    paper_scan: uuid.UUID | None = None,
) -> Case:
    """The party or witness signs on the tablet, refuses with a reason, or signed on paper (its scan is attached).

    Raises Refused: what is wrong with how it is given, paper_outdated, text_too_long, glyph_missing.
    """
    case = require_seen(officer, case_id)
    require_worker(officer, case)
    name, roles = _person(case, role), _PERSON_ROLES.get("party" if role in ("receiver", "provider") else role, ())
    signed = _how(case, role, name, drawing, refusal_reason, paper_scan)
    with transaction.atomic():
        content = [role, sorted(map(str, document_ids)), drawing, refusal_reason, paper_scan]
        kind = "enforcement.sign_by_hand"
        if not first_time(operation_id, actor_id=officer.pk, kind=kind, subject=case.pk, content=content):
            return case
        for one in planned(locked(case.pk)):
            if one.version is None or one.failed is not None or (document_ids and one.id not in document_ids):
                continue
            for wanted in set(needs(case, one)) & set(roles):
                version = one.version
                if one.is_outdated:
                    raise outdated(one.name)
                if not version.sealed_sha256:
                    given = Signed(
                        wanted, signed.name, None, None, signed.drawing, signed.refusal, signed.paper_scan, "", now()
                    )
                    documents.sign(actor_id=officer.pk, version_id=version.pk, signed=given)
        _touched(case)
    return case


def _how(case: Case, role: str, name: str, drawing: str, refusal: str, scan: uuid.UUID | None) -> Signed:
    if refusal.strip():
        refusal = " ".join(refusal.split())  # one paragraph, as its box on the paper is
        if role == "witness":
            raise Refused("witness_refuses", "见证人不愿签名的，请另请见证人。", "role")
        return Signed(role, name, refusal=refusal)
    if scan is not None:
        photo = case.photos.filter(pk=scan, what=PAPER_SCAN, kept=True, removed_at=None).first()
        if photo is None:
            detail = "签名纸的照片还没有传到，或所选的照片不是签名纸；请稍候再试，或重新拍摄签名纸。"
            raise Refused("scan_missing", detail, "paper_scan")
        return Signed(role, name, paper_scan=photo.sha256)
    try:
        content = base64.b64decode(drawing.partition(",")[2] or drawing, validate=True)
    except ValueError:
        content = b""
    if not content:
        raise Refused("drawing_missing", "没有收到手写签名；请重新签。", "drawing")
    pictures.drawing(content)
    return Signed(role, name, drawing=files.store(content))


def _person(case: Case, role: str) -> str:
    if role == "witness":
        name = (case.inspection.witness or {}).get("name")
        if not name:
            raise Refused("no_witness", "还没有录入见证人。", "witness")
        return str(name)
    party = first_party(case)
    if party is None or not party.name:
        raise Refused("no_party", "还没有录入当事人。", "party")
    return party.name


def _may_sign(case: Case, officer: Officer) -> bool:
    return values(officer, case) or is_assigned(officer, case)


def _touched(case: Case) -> None:
    advance(case)
    defer("enforcement.seal_ready", case_id=str(case.pk))


def seal_ready(*, case_id: uuid.UUID) -> int:
    """Seal every document that nobody has to sign any more, and put it in the outbox; returns how many.

    Each in a transaction of its own: one that fails is noted with its reason, and holds up no other. It is tried again
    with the next signature, set or decision. Raises NotSealed at the end, so that the job shows as failed.
    """
    case = Case.objects.select_related("bureau", "unit", "inspection").get(pk=case_id)
    sealed, failed = 0, list[str]()
    for found in [one for one in planned(case) if _is_ready(case, one)]:
        try:
            with transaction.atomic():
                sealed += _sealed(case, found)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            failed.append(found.name)
            _note_not_sealed(case, found, error)
    if sealed:
        with transaction.atomic():
            report_case(locked(case_id))
    if failed:
        raise NotSealed("、".join(failed))
    return sealed


class NotSealed(Exception):
    """Documents that could not be sealed, by name; each says why."""


def _sealed(case: Case, found: Planned) -> bool:
    """Seal one document, unless it has changed meanwhile or something is missing (its page says what)."""
    locked(case.pk)
    one = replace(found, document=Document.objects.select_related("unit").get(pk=found.id))
    if one.version is None or not _is_ready(case, one) or lacks_for_seal(case, one):
        return False
    version = documents.seal(actor_id=None, version_id=one.version.pk)
    version.document.refresh_from_db()
    report_document(case, version)
    advance(case)
    return True


def _note_not_sealed(case: Case, found: Planned, error: Exception) -> None:
    """Put on the document why it could not be sealed; a reason that stands there already is not noted again."""
    if not isinstance(error, Refused):
        _log.exception("%s of case %s was not sealed", found.kind.code, case.pk, exc_info=error)
    with transaction.atomic():
        locked(case.pk)
        why = error.detail if isinstance(error, Refused) else _BROKEN
        version = found.version
        if version is not None and documents.note_not_sealed(version_id=version.pk, name=found.name, why=why):
            advance(case)


def _is_ready(case: Case, one: Planned) -> bool:
    """Whether a document is made, and nobody has to sign it any more."""
    return one.is_prepared and not needs(case, one)
