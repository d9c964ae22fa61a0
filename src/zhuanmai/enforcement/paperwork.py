"""Which documents a case needs now, what each still lacks, who still has to sign, and how many copies are printed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zhuanmai.core.errors import NotFound
from zhuanmai.core.ids import derived_id
from zhuanmai.documents import catalogue, fields
from zhuanmai.documents.catalogue import Kind
from zhuanmai.documents.facts import CaseFacts
from zhuanmai.documents.fields import MissingField
from zhuanmai.documents.models import Document
from zhuanmai.documents.queries import current, documents_of, lacking_for_seal, outstanding, signatures_on
from zhuanmai.enforcement.facts_for_documents import case_facts, counted_lines, for_document, kept_photos
from zhuanmai.enforcement.models import Case

LONG_LIST = 12
NUMBERED_FIRST = ("D03", "D04", "D05", "D42", "D21", "D36")  # others print their numbers, or that they exist


@dataclass(frozen=True)
class Planned:
    """A document that the case needs: its kind, key, facts, what is missing, and the document once it is made."""

    id: uuid.UUID
    kind: Kind
    key: str
    facts: CaseFacts
    missing: tuple[MissingField, ...]
    document: Document | None

    @property
    def name(self) -> str:
        """Name, with what tells it from others of its kind."""
        if self.kind.code == "D64":
            return f"{self.kind.name}（附{catalogue.kind(self.key).name}）"
        if self.kind.code == "D06" and self.facts.evidence:
            return f"{self.kind.name}（{self.facts.evidence.kind or ''}）"
        return self.kind.name


def wanted(case: Case) -> Iterator[tuple[str, str]]:
    """Kinds and keys of the documents that the case's facts call for, in the order of the file."""
    lines, visit = counted_lines(case), case.inspection
    registration = getattr(case, "registration", None)
    corrects = bool((case.correction or {}).get("what"))
    yield ("D02", "")
    if (case.simple or {}).get("penalty_kind"):
        yield ("D36", "")
    elif visit.report:
        yield ("D01", "")
    if registration is not None:
        yield from (("D03", ""), ("D04", ""))
        if len(lines) > LONG_LIST:
            yield from (("D64", "D03"), ("D64", "D04"))
    if case.samples.filter(removed_at=None).exists():
        yield ("D05", "")
    for row in case.evidence.filter(removed_at=None):
        yield ("D06", str(row.pk))
    if visit.party_present is not False:
        for questioning in case.questionings.filter(removed_at=None):
            yield ("D07", str(questioning.pk))
    if case.causes.exists() and not case.simple:
        yield ("D08", "")
    if lines and not case.simple:
        yield ("D13", "")
    if corrects:
        yield ("D42", "")
    if kept_photos(case):
        yield ("D57", "")
    if (case.service or {}).get("address") and visit.party_present is not False:
        yield ("D60", "")
    if registration is not None or corrects or case.simple:
        yield ("D40", "")
    if any(line.outcome for line in lines):
        yield from (("D21", ""), ("D40", "D21"))


def planned(case: Case) -> list[Planned]:
    """The documents of the case now, made or still to be made, with what each lacks."""
    made = documents_of(case.pk)
    by_key = {(one.kind, one.key): one for one in made}
    facts = case_facts(case, made)
    found = []
    for code, key in wanted(case):
        own = for_document(case, facts, code, key, made)
        document = by_key.get((code, key))
        kind = catalogue.kind(code)
        number = (document.number if document else "") or ("…" if kind.number_word else None)
        lacking = tuple(fields.missing(code, own, number=number))
        if code == "D40" and not own.documents:
            lacking = (MissingField("送达文书名称、文号", "送达文书", "documents"), *lacking)
        found.append(
            Planned(document.pk if document else derived_id(case.pk, code, key), kind, key, own, lacking, document)
        )
    return found


def absent(case: Case) -> bool:
    """Whether the party was not there."""
    return case.inspection.party_present is False


def with_witness(case: Case) -> bool:
    """Whether there is a witness to sign."""
    return bool((case.inspection.witness or {}).get("name"))


def needs(case: Case, one: Planned) -> list[str]:
    """The roles that still have to sign a document."""
    if one.document is None:
        return [signer.partition("×")[0].split("|")[0] for signer in one.kind.signers]
    return outstanding(current(one.document), kind=one.kind, absent=absent(case), with_witness=with_witness(case))


def signed_by(one: Planned) -> list[dict[str, Any]]:
    """Who has signed a document: role, name, moment; `personal` where it is somebody else than an officer."""
    if one.document is None:
        return []
    return [
        {
            "role": block.role,
            "name": block.name,
            "at": block.at.isoformat(),
            "refused": block.refusal,
            "personal": block.officer_id is None,
        }
        for block in signatures_on(current(one.document))
    ]


STATES_ZH = {"missing": "缺项", "planned": "待生成", "prepared": "待签", "sealed": "已封签", "void": "作废"}


def documents_state(case: Case) -> list[dict[str, Any]]:
    """The documents as the tablet shows them: what each lacks, who signed, who still has to."""
    found = []
    for one in planned(case):
        state = one.document.state if one.document else "missing" if one.missing else "planned"
        open_roles = needs(case, one)
        lacks = one.missing or (_lacking_for_seal(one) if not open_roles else ())
        lacking = [{"field": m.field, "label": m.label, "path": m.path} for m in lacks]
        found.append(
            {
                "id": str(one.id),
                "code": one.kind.code,
                "name": one.name,
                "number": one.document.number if one.document else "",
                "state": state,
                "state_zh": STATES_ZH[state],
                "missing": [] if state == "sealed" else lacking,
                "pages": current(one.document).page_count if one.document else None,
                "signed": signed_by(one),
                "needs": open_roles,
                "copies": [[copy.receiver, copy.number] for copy in one.kind.copies],
            }
        )
    return found


def _lacking_for_seal(one: Planned) -> tuple[MissingField, ...]:
    """What keeps a document from its seal though everybody has signed."""
    if one.document is None or one.document.state != "prepared":
        return ()
    return tuple(lacking_for_seal(current(one.document)))


def find(case: Case, document_id: uuid.UUID) -> Planned:
    """A planned or made document of the case by its id. Raises NotFound (no_document)."""
    for one in planned(case):
        if one.id == document_id:
            return one
    raise NotFound("no_document", "案件中没有这份文书；请刷新后重试。")
