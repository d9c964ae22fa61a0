"""What can be done with documents: prepare, sign, seal, correct, void. Each act is one transaction and one entry."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from zhuanmai.accounts.models import Officer, Signing, Unit
from zhuanmai.accounts.withdrawn import withdraw
from zhuanmai.core import files
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Conflict, Refused
from zhuanmai.documents import catalogue, rendering, sealing
from zhuanmai.documents.facts import Facts
from zhuanmai.documents.models import Document, DocumentState, IssuedNumber, SignatureBlock, Version, new_token
from zhuanmai.documents.numbering import reserve
from zhuanmai.documents.queries import current, lacking_for_seal, outstanding_for_seal, signatures_on
from zhuanmai.documents.rendering import Signature
from zhuanmai.ledger.services import append, as_found

CHANGED = "内容已变，原签名作废，须重新签名"
REPLACED = "已由新的签名取代"


@dataclass(frozen=True)
class Signed:
    """A signature to put on a version: who, in which role, how."""

    role: str
    name: str
    officer: Officer | None = None
    signing_id: uuid.UUID | None = None
    drawing: str = ""
    refusal: str = ""
    paper_scan: str = ""
    opinion: str = ""
    at: dt.datetime | None = None


def prepare(
    *,
    actor: Officer,
    kind: str,
    subject_kind: str,
    subject_id: uuid.UUID,
    unit: Unit,
    facts: Facts,
    key: str = "",
    dated_on: dt.date | None = None,
) -> Version:
    """Make or refresh the unsigned version of a document: number reserved, body rendered, digest taken.

    An unchanged body keeps its signatures; a changed one voids them, in words. A sealed document is left as it is.
    Raises Refused: document_incomplete, glyph_missing (nothing prints half-filled).
    """
    with transaction.atomic():
        found = (
            Document.objects.select_for_update(of=("self",))
            .filter(subject_kind=subject_kind, subject_id=subject_id, kind=kind, key=key)
            .exclude(state=DocumentState.VOID)
            .first()
        )
        if found is not None and found.state == DocumentState.SEALED:
            return current(found)
        document = found or Document(
            subject_kind=subject_kind, subject_id=subject_id, unit=unit, kind=kind, key=key
        )  # fmt: skip
        return write(actor=actor, document=document, facts=facts, dated_on=dated_on)


def write(*, actor: Officer, document: Document, facts: Facts, dated_on: dt.date | None = None) -> Version:
    """The same for who holds the subject, and so knows its documents: a new one (not saved yet), or one in preparation.

    Call it within a transaction that nothing is written in afterwards.
    """
    entry = catalogue.kind(document.kind)
    rows: list[object] = []
    if document._state.adding:
        if entry.number_word and not entry.numbered_at_decision:
            rows.append(_reserved(document, entry.number_word, dated_on or today()))
        version = _first(document, facts)
    else:
        version = _again(actor, as_found(document), facts, rows)
    append(
        "documents.prepared",
        actor_id=actor.pk,
        object_kind="document",
        object_id=document.pk,
        case_id=document.subject_id,
        facts={"name": entry.name, "number": document.number, "body_sha256": version.body_sha256},
        rows=[document, version, *rows],
    )
    return version


def _reserved(document: Document, word: str, day: dt.date) -> IssuedNumber:
    number = reserve(unit=document.unit, word=word, year=day.year, document_id=document.pk)
    document.number = number.text
    return number


def _first(document: Document, facts: Facts) -> Version:
    """The document's first version: rendered first, so that what cannot be printed leaves nothing."""
    rendered = rendering.render(document.kind, facts, number=document.number or None)
    document.save(force_insert=True)
    return Version.objects.create(document=document, number=document.version, facts=facts.to_json(), **_of(rendered))


def _again(actor: Officer, document: Document, facts: Facts, rows: list[object]) -> Version:
    """The version in preparation as the facts have it now; what was decided on another body is told so."""
    rendered = rendering.render(document.kind, facts, number=document.number or None)
    version = as_found(current(document))
    voided = _voided(signatures_on(version), CHANGED) if version.body_sha256 != rendered.body_sha256 else []
    version.facts, version.not_sealed = facts.to_json(), ""
    for name, value in _of(rendered).items():
        setattr(version, name, value)
    version.save()
    withdraw([block.signing_id for block in voided if block.signing_id], actor.pk)
    rows += voided
    return version


def _of(rendered: rendering.Rendered) -> dict[str, Any]:
    """What a version keeps of its rendering."""
    return {
        "body_sha256": rendered.body_sha256,
        "template_version": rendered.template_version,
        "page_count": rendered.page_count,
        "unsigned_sha256": files.store(rendered.pdf),
    }


def sign(*, actor_id: uuid.UUID | None, version_id: uuid.UUID, signed: Signed) -> SignatureBlock:
    """Put a signature on the current version of a document that is not sealed yet. The same signature twice is one.

    Signatures are an officer's, not a name's. A newer touch replaces the older: of the same officer in the same role,
    and of whoever gave the opinion of an approver's step before. A touch counts only for the body that it covered.
    Raises Conflict: sealed_already, body_changed; Refused: text_too_long, glyph_missing (the seal would fail of it).
    """
    with transaction.atomic():
        version = Version.objects.select_for_update(of=("self",)).select_related("document").get(pk=version_id)
        standing = list(_standing(version, signed))
        for known in standing:
            if known.signing_id == signed.signing_id:
                return known
        if version.sealed_sha256:
            raise Conflict("sealed_already", "文书已封签，不能再签；如有变动请走更正。")
        if signed.signing_id is not None and not _covers(signed.signing_id, signed.role, version):
            raise Conflict("body_changed", "文书内容在签名时刚有变动，本次签名未生效；请核对后重新签名。")
        printed = Signature(signed.role, signed.name, opinion=signed.opinion or None, refusal=signed.refusal or None)
        require_printable(version, [printed])
        replaced = _voided(standing, REPLACED)
        block = SignatureBlock.objects.create(
            version=version,
            role=signed.role,
            name=signed.name,
            officer=signed.officer,
            signing_id=signed.signing_id,
            drawing=signed.drawing,
            refusal=signed.refusal,
            paper_scan=signed.paper_scan,
            opinion=signed.opinion,
            at=signed.at or now(),
        )
        append(
            "documents.signed",
            actor_id=actor_id,
            object_kind="document",
            object_id=version.document_id,
            case_id=version.document.subject_id,
            facts={
                "role": catalogue.kind(version.document.kind).papers.role_words(signed.role),
                "paper": catalogue.kind(version.document.kind).name,
                "way": _way(signed),
                "body_sha256": version.body_sha256,
                "name": signed.name,
            },
            rows=[block, *replaced],
        )
        return block


def require_printable(version: Version, signatures: Sequence[Signature]) -> None:
    """Raise Refused (text_too_long, glyph_missing) for what the seal of this version would refuse of the signatures."""
    kind = version.document.kind
    rendering.require_printable(kind, catalogue.kind(kind).papers.facts.from_json(version.facts), signatures)


def _standing(version: Version, signed: Signed) -> QuerySet[SignatureBlock]:
    """The signatures in whose place a new one would stand."""
    found = version.signatures.filter(role=signed.role, voided_at=None)
    if signed.role in catalogue.kind(version.document.kind).papers.approvers:
        return found
    if signed.officer is not None:
        return found.filter(officer=signed.officer)
    return found.filter(officer=None, name=signed.name)


def void_signatures(made: Iterable[Document], *, roles: Collection[str], reason: str) -> list[SignatureBlock]:
    """Void the signatures in these roles on documents that are not sealed; the caller's entry names the rows."""
    blocks = (
        SignatureBlock.objects.select_for_update(of=("self",))
        .filter(
            version__document__in=[one.pk for one in made], version__sealed_sha256="", role__in=roles, voided_at=None
        )
        .order_by("pk")
    )
    return _voided(blocks, reason)


def _voided(blocks: Iterable[SignatureBlock], reason: str) -> list[SignatureBlock]:
    rows = [as_found(block) for block in blocks]
    for block in rows:
        block.voided_at, block.void_reason = now(), reason
        block.save(update_fields=["voided_at", "void_reason"])
    return rows


def _covers(signing_id: uuid.UUID, role: str, version: Version) -> bool:
    """Whether the manifest that was signed names this version with the body that it has now, in this role."""
    manifest = Signing.objects.values_list("manifest", flat=True).get(pk=signing_id)
    wanted = (str(version.document_id), version.number, version.body_sha256, role)
    return any(
        (item["document_id"], item["version"], item["body_sha256"], item["role"]) == wanted
        for item in manifest["items"]
    )


def _way(signed: Signed) -> str:
    if signed.refusal:
        return "拒签"
    return "纸上签名" if signed.paper_scan else "钥匙" if signed.signing_id else "手写"


def take_number(*, actor: Officer, version_id: uuid.UUID, word: str, day: dt.date) -> Document:
    """Take the number of a document that is numbered at the decision (D08: 立 or 不立)."""
    with transaction.atomic():
        version = Version.objects.select_related("document__unit").get(pk=version_id)
        document = Document.objects.select_for_update(of=("self",)).get(pk=version.document_id)
        if document.number:
            return document
        number = _reserved(as_found(document), word, day)
        document.save(update_fields=["number"])
        append(
            "documents.numbered",
            actor_id=actor.pk,
            object_kind="document",
            object_id=document.pk,
            case_id=document.subject_id,
            facts={"number": number.text},
            rows=[document, number],
        )
        return document


def seal(*, actor_id: uuid.UUID | None, version_id: uuid.UUID) -> Version:
    """Render the final file (same body, signatures filled, QR code) and seal it. Sealed once; then it stands.

    Raises Conflict: body_changed (facts or template no longer give the digest that was signed), not_in_preparation;
    Refused: document_incomplete, where an opinion, the number or the receipt is still missing; not_signed.
    """
    with transaction.atomic():
        version = Version.objects.select_for_update(of=("self",)).select_related("document__unit").get(pk=version_id)
        if version.sealed_sha256:
            return version
        if version.document.state != DocumentState.PREPARED or version.superseded_at:
            raise Conflict("not_in_preparation", "文书已作废或已有新版本，不再封签；请刷新查看。")
        document = as_found(as_found(version).document)
        facts = catalogue.kind(document.kind).papers.facts.from_json(version.facts)
        signatures = [_printed(block) for block in signatures_on(version)]
        rendering.require_complete(catalogue.kind(document.kind).name, lacking_for_seal(version), "封签")
        _require_signed(version)
        rendered = rendering.render(
            document.kind,
            facts,
            number=document.number or None,
            signatures=signatures,
            qr_url=f"{settings.BASE_URL}/verify/{version.token}",
        )
        if rendered.body_sha256 != version.body_sha256:
            raise Conflict("body_changed", "文书模板在签名后有变动，已签的摘要不符；请重新生成并签名。")
        places = rendered.places("seal")
        content = sealing.sealed(
            rendered.pdf,
            unit_code=document.unit.code,
            unit_name=document.unit.name,
            place=places[0] if places else None,
            reason=catalogue.kind(document.kind).name,
        )
        version.sealed_sha256, version.sealed_at, version.not_sealed = files.store(content), now(), ""
        version.page_count = rendered.page_count
        version.save()
        document.state = DocumentState.SEALED
        document.save(update_fields=["state"])
        numbers = list(IssuedNumber.objects.filter(document_id=document.pk, state=IssuedNumber.State.RESERVED))
        for number in numbers:
            as_found(number).state = IssuedNumber.State.ISSUED
            number.save(update_fields=["state"])
        append(
            "documents.sealed",
            actor_id=actor_id,
            object_kind="document",
            object_id=document.pk,
            case_id=document.subject_id,
            facts={
                "name": catalogue.kind(document.kind).name,
                "number": document.number,
                "version": version.number,
                "sha256": version.sealed_sha256,
            },
            rows=[document, version, *numbers],
        )
        return version


def _require_signed(version: Version) -> None:
    if roles := outstanding_for_seal(version):
        kind = catalogue.kind(version.document.kind)
        words = "、".join(kind.papers.role_words(kind.papers.aliases.get(role, role)) for role in dict.fromkeys(roles))
        raise Refused("not_signed", f"《{kind.name}》还缺{words}的签名；请签齐后再封签。")


def note_not_sealed(*, version_id: uuid.UUID, name: str, why: str) -> bool:
    """Put on a version why it could not be sealed; False, and nothing noted, where it says so already."""
    with transaction.atomic():
        version = Version.objects.select_for_update(of=("self",)).select_related("document").get(pk=version_id)
        if version.sealed_sha256 or version.not_sealed == why[:300]:
            return False
        as_found(version).not_sealed = why[:300]
        version.save(update_fields=["not_sealed"])
        append(
            "documents.not_sealed",
            actor_id=None,
            object_kind="document",
            object_id=version.document_id,
            case_id=version.document.subject_id,
            facts={"name": name, "reason": version.not_sealed},
            rows=[version],
        )
        return True


def _printed(block: SignatureBlock) -> Signature:
    return Signature(
        role=block.role,
        name=block.name,
        at=block.at,
        drawing=files.load(block.drawing) if block.drawing else None,
        opinion=block.opinion or None,
        refusal=block.refusal or None,
        on_paper=bool(block.paper_scan),
    )


def correct(*, actor: Officer, document_id: uuid.UUID, facts: Facts, reason: str) -> Version:
    """Correct a sealed document (更正) by a new version with the reason; the old one still verifies as 已更正."""
    if not reason.strip():
        raise Refused("reason_missing", "更正须写明理由。", field="reason")
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).select_related("unit").get(pk=document_id)
        if document.state != DocumentState.SEALED:
            raise Conflict("not_sealed", "文书尚未封签，直接修改即可。")
        old = as_found(current(as_found(document)))
        rendered = rendering.render(document.kind, facts, number=document.number or None)
        new = Version.objects.create(
            document=document,
            number=document.version + 1,
            facts=facts.to_json(),
            reason=reason.strip(),
            token=new_token(),
            **_of(rendered),
        )
        old.superseded_at = now()
        old.save(update_fields=["superseded_at"])
        document.version, document.state = new.number, DocumentState.PREPARED
        document.save(update_fields=["version", "state"])
        append(
            "documents.corrected",
            actor_id=actor.pk,
            object_kind="document",
            object_id=document.pk,
            case_id=document.subject_id,
            facts={"number": document.number, "version": new.number, "reason": reason.strip()},
            rows=[document, old, new],
        )
        return new


def void(*, actor: Officer, document_id: uuid.UUID, reason: str) -> Document:
    """Void a document (作废) with the reason; its number is never used again."""
    if not reason.strip():
        raise Refused("reason_missing", "作废须写明理由。", field="reason")
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if document.state == DocumentState.VOID:
            return document
        as_found(document)
        document.state, document.void_reason = DocumentState.VOID, reason.strip()
        document.save(update_fields=["state", "void_reason"])
        numbers = list(IssuedNumber.objects.filter(document_id=document.pk))
        for number in numbers:
            as_found(number)
            number.state, number.reason = IssuedNumber.State.VOID, reason.strip()
            number.save(update_fields=["state", "reason"])
        append(
            "documents.voided",
            actor_id=actor.pk,
            object_kind="document",
            object_id=document.pk,
            case_id=document.subject_id,
            facts={"number": document.number, "reason": reason.strip()},
            rows=[document, *numbers],
        )
        return document
