"""The papers that a subject needs now, made or still to be made, with what each lacks and what it failed of."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from zhuanmai.core.errors import Refused
from zhuanmai.core.ids import derived_id
from zhuanmai.documents import catalogue, fields
from zhuanmai.documents.facts import Facts
from zhuanmai.documents.fields import MissingField
from zhuanmai.documents.models import Document, DocumentState, Making, SignatureBlock, Version
from zhuanmai.documents.outcomes import Became, Outcome
from zhuanmai.documents.papers import Kind
from zhuanmai.documents.queries import current, documents_of, signatures_on
from zhuanmai.documents.rendering import body_sha256
from zhuanmai.documents.subjects import Subject

SETTLED = "“{name}”已审批，需更正：事实有改动的，请说明理由更正后重新生成，再重新呈报。"


@dataclass(frozen=True)
class Planned:
    """A document that a subject needs: its kind, key, facts, what is missing, and the document once it is made.

    `failed`: why it was not made, or not made anew, when its set was asked for last; it is neither signed nor sealed
    until that is put right and it is made. Nor is one signed that the facts have overtaken (`is_outdated`).
    """

    id: uuid.UUID
    kind: Kind
    key: str
    name: str
    facts: Any
    missing: tuple[MissingField, ...]
    document: Document | None
    failed: Outcome | None = None

    @property
    def version(self) -> Version | None:
        """The current version, where the document is made."""
        return current(self.document) if self.document else None

    @property
    def signatures(self) -> list[SignatureBlock]:
        """The signatures that count on it."""
        return signatures_on(current(self.document)) if self.document else []

    @cached_property
    def is_outdated(self) -> bool:
        """Whether it waits, and its body is not what the facts give now: then nobody signs it until it is made anew."""
        return self.document is not None and is_outdated(self.document, self.facts)

    @property
    def why(self) -> str:
        """Why it was not made or not sealed, or must be made anew, in words that say what to do; empty: all is well."""
        if self.document is None or self.document.state != DocumentState.PREPARED:
            return self.failed.why if self.failed and not self.is_sealed else ""
        if self.failed or self.is_outdated:
            return self.failed.why if self.failed else (self.settled or outdated(self.name).detail)
        return current(self.document).not_sealed

    @property
    def settled(self) -> str:
        """Why it is not made anew though it is outdated: all approvers have spoken; empty where it is."""
        return SETTLED.format(name=self.name) if self.document and is_settled(self.document) else ""

    @property
    def is_prepared(self) -> bool:
        """Whether it is made and waits for signatures."""
        return self.document is not None and self.document.state == DocumentState.PREPARED and self.failed is None

    @property
    def is_sealed(self) -> bool:
        """Whether it is sealed."""
        return self.document is not None and self.document.state == DocumentState.SEALED

    @property
    def state(self) -> str:
        """Where it stands: missing, planned, failed, outdated, or the document's own state."""
        if self.failed is not None and not self.is_sealed:
            return "failed"
        if self.is_outdated:
            return "outdated"
        if self.document is not None:
            return self.document.state
        return "missing" if self.missing else "planned"


def planned(subject: Subject, subject_id: uuid.UUID, reading: Any, making: Making | None = None) -> list[Planned]:
    """The documents of a subject now, in the order of the file. `making`: the set that was asked for last."""
    made = documents_of(subject.kind, subject_id)
    by_key = {(one.kind, one.key): one for one in made}
    shared = subject.facts(reading, made)
    failed = failures(making)
    found = []
    for one in subject.plan.wanted(reading):
        document, kind = by_key.get((one.code, one.key)), catalogue.kind(one.code)
        facts = subject.own_facts(reading, shared, one.code, one.key, made)
        found.append(
            Planned(
                document.pk if document else derived_id(subject_id, one.code, one.key),
                kind,
                one.key,
                subject.name(facts, one.code, one.key),
                facts,
                tuple(lacking(kind, facts, document)),
                document,
                failed.get((one.code, one.key)),
            )
        )
    return found


def is_outdated(document: Document, facts: Facts) -> bool:
    """Whether a paper that waits has another body than these facts and its form give now, or wants other signers."""
    if document.state != DocumentState.PREPARED:
        return False
    version, presence = current(document), catalogue.kind(document.kind).papers.presence
    if version.body_sha256 != body_sha256(document.kind, facts, number=document.number or None):
        return True
    return presence(version.facts) != presence(facts.to_json())


def is_settled(document: Document) -> bool:
    """Whether a paper that waits has the opinions of all its approvers: it is decided on, and stays as it is."""
    return _has_opinions(document) is True


def wants_opinions(document: Document) -> bool:
    """Whether a paper that waits lacks an approver's opinion."""
    return _has_opinions(document) is False


def _has_opinions(document: Document) -> bool | None:
    """Whether all approvers of a paper that waits have spoken; None where it waits for nobody's opinion."""
    wanted = {role for role in catalogue.kind(document.kind).approvals if " " not in role}
    if document.state != DocumentState.PREPARED or not wanted:
        return None
    return wanted <= {block.role for block in signatures_on(current(document)) if block.opinion}


def outdated(name: str) -> Refused:
    """Refused (paper_outdated): what is said where a paper is older than its facts."""
    return Refused("paper_outdated", f"“{name}”在生成后有改动，请承办人重新生成后再办理。")


def lacking(kind: Kind, facts: Facts, document: Document | None) -> Sequence[MissingField]:
    """The facts that a paper needs and does not have; the number that it takes when it is made is none of them."""
    number = (document.number if document else "") or ("…" if kind.number_word else None)
    return fields.missing(kind.code, facts, number=number)


def failures(making: Making | None) -> dict[tuple[str, str], Outcome]:
    """The papers that failed when the set was made last, by code and key."""
    kept = (Outcome(**{**one, "became": Became(one["became"])}) for one in (making.outcomes if making else ()))
    return {(one.code, one.key): one for one in kept if one.became is Became.FAILED}
