"""What can be asked of documents: those of a subject, who still has to sign, what a token or a digest is."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

from django.db.models import Prefetch, QuerySet

from zhuanmai.accounts.models import Officer
from zhuanmai.core import confined, files
from zhuanmai.documents import catalogue, fields, intact, subjects
from zhuanmai.documents.fields import MissingField
from zhuanmai.documents.models import Document, DocumentState, Making, SignatureBlock, Version
from zhuanmai.documents.papers import Kind
from zhuanmai.documents.sealing import roots

_VERDICT = "zhuanmai.documents.intact:verdict"
_SECONDS, _MEGABYTES = 5, 512  # of processor time and memory for one file: ours take 0.2 s and 150 MB


@dataclass(frozen=True)
class Verified:
    """What the public may know of a paper: genuine, in force, its digest; never whose case it is."""

    status: str  # in_force, corrected, void, unregistered, unknown
    name: str
    number: str
    unit: str
    sealed_at: dt.datetime | None
    sha256: str
    version: int


def documents_of(subject_kind: str, subject_id: uuid.UUID) -> list[Document]:
    """The documents of a subject that are not void, in the order of the archive.

    Their current versions and the signatures that count on those are read with them: three queries in all.
    """
    order = {code: place for place, code in enumerate(subjects.subject_of(subject_kind).papers.archive_order)}
    counting = SignatureBlock.objects.filter(voided_at=None).select_related("officer")
    newest = Version.objects.filter(superseded_at=None).prefetch_related(Prefetch("signatures", counting, "counting"))
    found = (
        Document.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
        .exclude(state=DocumentState.VOID)
        .select_related("unit")
        .prefetch_related(Prefetch("versions", newest, "newest"))
    )
    return sorted(found, key=lambda one: (order.get(one.kind, 999), one.created_at))


def current(document: Document) -> Version:
    """The version in force (or in preparation) of a document; not asked for again where it was read with it."""
    for version in getattr(document, "newest", ()):
        if version.number == document.version:
            return cast(Version, version)
    return Version.objects.select_related("document").get(document=document, number=document.version)


def signatures_on(version: Version) -> list[SignatureBlock]:
    """The signatures that count on a version; not asked for again where they were read with it."""
    read: list[SignatureBlock] | None = getattr(version, "counting", None)
    return list(version.signatures.filter(voided_at=None).select_related("officer")) if read is None else read


def lacking_for_seal(version: Version) -> list[MissingField]:
    """What is still missing before a version may be sealed: facts, the number, opinions, the receipt.

    An approver counts as heard only with an opinion, others by their signature.
    """
    document = version.document
    papers = catalogue.kind(document.kind).papers
    signed = [one.role for one in signatures_on(version) if one.opinion or one.role not in papers.approvers]
    facts = papers.facts.from_json(version.facts)
    return fields.missing(document.kind, facts, number=document.number or None, final=True, signed=signed)


def has_signed_version(subject_kind: str, subject_id: uuid.UUID) -> bool:
    """Whether somebody's signature stands on a current version: then facts change by correction only."""
    return SignatureBlock.objects.filter(
        version__document__subject_kind=subject_kind, version__document__subject_id=subject_id,
        version__superseded_at=None, voided_at=None,
    ).exclude(version__document__state=DocumentState.VOID).exists()  # fmt: skip


def newest_making(subject_kind: str, subject_id: uuid.UUID) -> Making | None:
    """The set that was asked for last."""
    return Making.objects.filter(subject_kind=subject_kind, subject_id=subject_id).first()


def outstanding(version: Version, *, kind: Kind, absent: bool, with_witness: bool) -> list[str]:
    """The signatures that are still missing, as roles: officer, officer, party, witness, valuer, then approvers.

    Where the party is absent, the witness signs in their place; a refusal counts as the party's answer, and then the
    witness signs too.
    """
    given = signatures_on(version)
    roles = [block.role for block in given]
    refused = any(block.refusal for block in given)
    wanted: list[str] = []
    for signer in kind.signers:
        name, _, count = signer.partition("×")
        first = kind.papers.aliases.get(name.split("|")[0], name.split("|")[0])
        if first in ("officer", "server"):
            wanted += [first] * (int(count or 1) - roles.count(first))
        elif first in ("party", "receiver", "provider"):
            person = "witness" if absent and with_witness else first
            wanted += [person] * (person not in roles and person not in wanted)
        elif first == "witness":
            wanted += ["witness"] * (with_witness and "witness" not in roles and "witness" not in wanted)
        else:
            wanted += [first] * (first not in roles)
    if refused and with_witness and "witness" not in [*roles, *wanted]:
        wanted.append("witness")
    return wanted + [role for role in kind.approvals if role not in roles and " " not in role]


def outstanding_for_seal(version: Version) -> list[str]:
    """The same by what the version itself says of who was there."""
    kind = catalogue.kind(version.document.kind)
    there = kind.papers.presence(version.facts)
    return outstanding(version, kind=kind, absent=there.absent, with_witness=there.with_witness)


def waiting_for_signature(
    subject_kind: str, ids: QuerySet[Any] | Iterable[uuid.UUID], *, officer: Officer, roles: Collection[str]
) -> dict[uuid.UUID, int]:
    """How many prepared documents of each subject still want a signature in one of the roles, this officer's not given.

    Three queries, however many subjects; those without any are left out.
    """
    kinds = {code: _wanted(kind, roles) for code, kind in subjects.subject_of(subject_kind).papers.kinds.items()}
    versions = (
        Version.objects.filter(
            document__subject_kind=subject_kind,
            document__subject_id__in=ids,
            document__state=DocumentState.PREPARED,
            superseded_at=None,
            document__kind__in=[code for code, count in kinds.items() if count],
        )
        .select_related("document")
        .prefetch_related(
            Prefetch("signatures", SignatureBlock.objects.filter(voided_at=None, role__in=roles), to_attr="given")
        )
    )
    found: Counter[uuid.UUID] = Counter()
    for version in versions:
        given: list[SignatureBlock] = getattr(version, "given", [])
        if len(given) < kinds[version.document.kind] and all(block.officer_id != officer.pk for block in given):
            found[version.document.subject_id] += 1
    return dict(found)


def _wanted(kind: Kind, roles: Collection[str]) -> int:
    """How many signatures in these roles a kind of document wants."""
    parts = (signer.partition("×") for signer in kind.signers)
    return sum(int(count or 1) for name, _, count in parts if name.split("|")[0] in roles)


def by_token(token: str) -> Version | None:
    """The version whose QR code bears this token."""
    return Version.objects.filter(token=token).exclude(sealed_sha256="").select_related("document__unit").first()


def by_digest(sha256: str) -> Version | None:
    """The version whose sealed file has this digest."""
    return Version.objects.filter(sealed_sha256=sha256).select_related("document__unit").first()


def verified(version: Version | None) -> Verified:
    """What the public page says of a version."""
    if version is None:
        return Verified("unknown", "", "", "", None, "", 0)
    document = version.document
    status = "void" if document.state == DocumentState.VOID else "corrected" if version.superseded_at else "in_force"
    return Verified(
        status, catalogue.kind(document.kind).name, document.number, document.unit.name, version.sealed_at,
        version.sealed_sha256, version.number,
    )  # fmt: skip


def verified_file(content: bytes) -> Verified:
    """What a file is: a paper of ours, a paper that bears our seal but is not in the register, or neither.

    `sha256` is the digest of the file, whatever it is. A paper of ours is known by its digest alone; the seal of any
    other file is judged in a process with limits (one that takes more is no paper of ours). Raises Refused (busy).
    """
    sha256 = hashlib.sha256(content).hexdigest()
    found = verified(by_digest(sha256))
    if found.status == "unknown":
        return replace(found, status="unregistered" if _bears_our_seal(content) else "unknown", sha256=sha256)
    return found


def _bears_our_seal(content: bytes) -> bool:
    if not content.startswith(b"%PDF-"):
        return False
    known = [base64.b64encode(one).decode() for one in roots()]
    try:
        said = confined.run(_VERDICT, content, seconds=_SECONDS, megabytes=_MEGABYTES, roots=known)
    except (confined.TooMuch, RuntimeError):
        return False
    return said == intact.INTACT


def sealed_file(document: Document) -> bytes:
    """The sealed file of the current version; the unsigned one while it is not sealed."""
    version = current(document)
    return files.load(version.sealed_sha256 or version.unsigned_sha256)
