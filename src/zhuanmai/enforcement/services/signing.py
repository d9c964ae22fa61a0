"""Signing the documents of a stage: one touch of the key for all; party and witness draw, refuse, or use paper."""

from __future__ import annotations

import base64
import uuid
from dataclasses import replace
from typing import Any

from django.db import transaction

from zhuanmai.accounts import signing as keys
from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.signing import Purpose, SigningItem
from zhuanmai.core import files
from zhuanmai.core.clock import now
from zhuanmai.core.errors import NotAllowed, Refused
from zhuanmai.core.idempotency import first_time
from zhuanmai.core.jobs import defer
from zhuanmai.documents import services as documents
from zhuanmai.documents import touches
from zhuanmai.documents.models import Document
from zhuanmai.documents.planning import Planned
from zhuanmai.documents.queries import lacking_for_seal
from zhuanmai.documents.services import Signed
from zhuanmai.enforcement.case_rows import first_party
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.national_feed import report_case, report_document
from zhuanmai.enforcement.paperwork import needs, planned
from zhuanmai.enforcement.permissions import require_seen, require_worker
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.enforcement.services.keeping import advance, locked

_PERSON_ROLES = {"party": ("party", "receiver", "provider"), "witness": ("witness",)}
_PNG = b"\x89PNG\r\n\x1a\n"


def begin(*, officer: Officer, case_id: uuid.UUID, document_ids: list[uuid.UUID] | None = None) -> dict[str, Any]:
    """The challenge for one touch over every document that waits for this officer's signature.

    Raises Refused (nothing_to_sign, no_key), NotAllowed (not_your_case).
    """
    case = require_seen(officer, case_id)
    wanted = {str(one) for one in document_ids or ()}
    items = [item for item in _open_items(case, officer) if not wanted or item.document_id in wanted]
    if not items and not _may_sign(case, officer):
        raise NotAllowed("not_your_case", "您不是本案承办人或核价人，没有要签的文书。")
    return keys.begin(officer=officer, items=items, purpose=_purpose(case))


def finish(*, officer: Officer, case_id: uuid.UUID, signing_id: uuid.UUID, credential: dict[str, Any]) -> Case:
    """Verify the touch, which must have been asked for here, and put the signatures on the documents.

    A job seals what is complete. Raises what `touches.finish` does. The same request again does nothing.
    """
    case = require_seen(officer, case_id)
    with transaction.atomic():
        locked(case.pk)
        done = touches.finish(
            officer=officer, signing_id=signing_id, credential=credential, purpose=_purpose(case),
            items=_open_items(case, officer),
        )  # fmt: skip
        if not done.is_repeated:
            _touched(case)
    return case


def _open_items(case: Case, officer: Officer) -> list[SigningItem]:
    """Every document that waits for this officer's signature, in each role in which it does."""
    assigned = is_assigned(case, officer)
    return [
        SigningItem(str(one.id), one.version.number, one.version.body_sha256, role)
        for one in planned(case)
        if one.version is not None and one.failed is None
        for role in roles_of(case, officer, one, is_assigned=assigned)
    ]


def _purpose(case: Case) -> Purpose:
    """What a touch for the documents of a case is asked for."""
    return touches.purpose_of("enforcement", KIND, case.pk)


def own_roles(case: Case, officer: Officer, one: Planned) -> list[str]:
    """The roles in which this officer still has to sign a document."""
    return roles_of(case, officer, one, is_assigned=is_assigned(case, officer))


def roles_of(case: Case, officer: Officer, one: Planned, *, is_assigned: bool) -> list[str]:
    """The same, where it is known already whether the officer is one of the two of the case."""
    open_roles = set(needs(case, one))
    signed = {block.role for block in one.signatures if block.officer_id == officer.pk}
    found: list[str] = []
    if is_assigned:
        found += [role for role in ("officer", "server") if role in open_roles and role not in signed]
    if case.valuer_id == officer.pk and "valuer" in open_roles:
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
    """The party or witness signs on the tablet, refuses with a reason, or signed on paper (its scan is attached)."""
    case = require_seen(officer, case_id)
    require_worker(officer, case)
    name, roles = _person(case, role), _PERSON_ROLES.get("party" if role in ("receiver", "provider") else role, ())
    signed = _how(case, role, name, drawing, refusal_reason, paper_scan)
    with transaction.atomic():
        content = [role, sorted(map(str, document_ids)), drawing, refusal_reason, paper_scan]
        kind = "enforcement.sign_by_hand"
        if not first_time(operation_id, actor_id=officer.pk, kind=kind, subject=case.pk, content=content):
            return case
        locked(case.pk)
        for one in planned(case):
            if one.version is None or one.failed is not None or (document_ids and one.id not in document_ids):
                continue
            for wanted in set(needs(case, one)) & set(roles):
                version = one.version
                if not version.sealed_sha256:
                    given = Signed(
                        wanted, signed.name, None, None, signed.drawing, signed.refusal, signed.paper_scan, "", now()
                    )
                    documents.sign(actor_id=officer.pk, version_id=version.pk, signed=given)
        _touched(case)
    return case


def _how(case: Case, role: str, name: str, drawing: str, refusal: str, scan: uuid.UUID | None) -> Signed:
    if refusal.strip():
        if role == "witness":
            raise Refused("witness_refuses", "见证人不愿签名的，请另请见证人。", "role")
        return Signed(role, name, refusal=refusal.strip())
    if scan is not None:
        photo = case.photos.filter(pk=scan, kept=True).first()
        if photo is None:
            raise Refused("scan_missing", "签名纸的照片还没有传到；请稍候再试。", "paper_scan")
        return Signed(role, name, paper_scan=photo.sha256)
    try:
        content = base64.b64decode(drawing.partition(",")[2] or drawing, validate=True)
    except ValueError:
        content = b""
    if not content.startswith(_PNG):
        raise Refused("drawing_missing", "没有收到手写签名；请重新签。", "drawing")
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
    return case.valuer_id == officer.pk or is_assigned(case, officer)


def is_assigned(case: Case, officer: Officer) -> bool:
    """Whether the officer is one of the two of the case now."""
    return case.assignments.filter(officer=officer, until_at=None).exists()


def _touched(case: Case) -> None:
    advance(case)
    defer("enforcement.seal_ready", case_id=str(case.pk))


def seal_ready(*, case_id: uuid.UUID) -> int:
    """Seal every document that nobody has to sign any more, and put it in the outbox; returns how many."""
    case = Case.objects.select_related("bureau", "unit", "inspection").get(pk=case_id)
    sealed = 0
    for found in [one for one in planned(case) if _is_ready(case, one)]:
        with transaction.atomic():
            locked(case.pk)
            one = replace(found, document=Document.objects.select_related("unit").get(pk=found.id))
            if one.version is None or not _is_ready(case, one):
                continue  # it changed before the case was held
            if lacking_for_seal(one.version):
                continue  # the tablet and the documents page name what is missing
            version = documents.seal(actor_id=None, version_id=one.version.pk)
            version.document.refresh_from_db()
            report_document(case, version)
            advance(case)
        sealed += 1
    if sealed:
        with transaction.atomic():
            report_case(locked(case_id))
    return sealed


def _is_ready(case: Case, one: Planned) -> bool:
    """Whether a document is made, and nobody has to sign it any more."""
    return one.is_prepared and not needs(case, one)
