"""Signing the documents of a stage: one touch of the key for all; party and witness draw, refuse, or use paper."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from django.db import transaction

from zhuanmai.accounts import signing as keys
from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.signing import SigningItem
from zhuanmai.core import files
from zhuanmai.core.clock import now
from zhuanmai.core.errors import NotAllowed, Refused
from zhuanmai.core.idempotency import first_time
from zhuanmai.core.jobs import defer
from zhuanmai.documents import services as documents
from zhuanmai.documents.models import Version
from zhuanmai.documents.queries import current, lacking_for_seal
from zhuanmai.documents.services import Signed
from zhuanmai.enforcement.facts_for_documents import first_party
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.permissions import require_seen, require_worker
from zhuanmai.enforcement.reporting import report_case, report_document
from zhuanmai.enforcement.services import advance, locked
from zhuanmai.enforcement.stages import Planned, needs, planned

_PERSON_ROLES = {"party": ("party", "receiver", "provider"), "witness": ("witness",)}
_PNG = b"\x89PNG\r\n\x1a\n"


def begin(*, officer: Officer, case_id: uuid.UUID, document_ids: list[uuid.UUID] | None = None) -> dict[str, Any]:
    """The challenge for one touch over every document that waits for this officer's signature.

    Raises Refused (nothing_to_sign, no_key), NotAllowed (not_your_case).
    """
    case = require_seen(officer, case_id)
    items = [
        SigningItem(str(one.id), current(one.document).number, current(one.document).body_sha256, role)
        for one in planned(case)
        if one.document and (not document_ids or one.id in document_ids)
        for role in own_roles(case, officer, one)
    ]
    if not items and not _may_sign(case, officer):
        raise NotAllowed("not_your_case", "您不是本案承办人或核价人，没有要签的文书。")
    return keys.begin(officer=officer, items=items)


def finish(*, officer: Officer, case_id: uuid.UUID, signing_id: uuid.UUID, credential: dict[str, Any]) -> Case:
    """Verify the touch and put the signatures on the documents; a job seals what is complete.

    Raises Refused (signature_invalid, body_changed): a body that changed meanwhile is not signed.
    """
    case = require_seen(officer, case_id)
    with transaction.atomic():
        locked(case.pk)
        done = keys.finish(officer=officer, signing_id=signing_id, credential=credential)
        for item in done.manifest["items"]:
            version = Version.objects.select_related("document").get(
                document_id=item["document_id"], number=item["version"], document__case_id=case.pk
            )
            if version.body_sha256 != item["body_sha256"]:
                raise Refused("body_changed", "文书内容刚有变动，本次签名未生效；请核对后重新签名。")
            documents.sign(
                actor_id=officer.pk,
                version_id=version.pk,
                signed=Signed(
                    item["role"], officer.name, officer, done.pk, opinion=item.get("opinion", ""), at=done.at
                ),
            )
        _touched(case)
    return case


def own_roles(case: Case, officer: Officer, one: Planned) -> list[str]:
    """The roles in which this officer still has to sign a document."""
    open_roles = set(needs(case, one))
    signed = {
        block.role
        for block in current(one.document).signatures.filter(voided_at=None, officer=officer)
    } if one.document else set()  # fmt: skip
    found: list[str] = []
    if case.assignments.filter(officer=officer, until_at=None).exists():
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
            if one.document is None or (document_ids and one.id not in document_ids):
                continue
            for wanted in set(needs(case, one)) & set(roles):
                version = current(one.document)
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
    return case.valuer_id == officer.pk or case.assignments.filter(officer=officer, until_at=None).exists()


def _touched(case: Case) -> None:
    advance(case)
    defer("enforcement.seal_ready", case_id=str(case.pk))


def seal_ready(*, case_id: uuid.UUID) -> int:
    """Seal every document that nobody has to sign any more, and put it in the outbox; returns how many."""
    case = Case.objects.select_related("bureau", "unit", "inspection").get(pk=case_id)
    sealed = 0
    for one in planned(case):
        if one.document is None or one.document.state != "prepared" or needs(case, one):
            continue
        with transaction.atomic():
            locked(case.pk)
            one.document.refresh_from_db()
            if one.document.state != "prepared" or needs(case, one):
                continue  # it changed before the case was held
            if lacking_for_seal(current(one.document)):
                continue  # the tablet and the documents page name what is missing
            version = documents.seal(actor_id=None, version_id=current(one.document).pk)
            version.document.refresh_from_db()
            report_document(case, version)
            advance(case)
        sealed += 1
    if sealed:
        with transaction.atomic():
            report_case(case)
    return sealed
