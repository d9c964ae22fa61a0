"""Papers under one touch of a key: what a touch signs, and the signatures that it puts on them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Model

from zhuanmai.accounts import signing as keys
from zhuanmai.accounts.models import Officer, Signing
from zhuanmai.accounts.signing import Finished, Purpose, SigningItem
from zhuanmai.core.errors import Refused
from zhuanmai.documents.models import Document, DocumentState, Version
from zhuanmai.documents.planning import failures, is_outdated, outdated
from zhuanmai.documents.queries import current, documents_of, newest_making
from zhuanmai.documents.rendering import Signature
from zhuanmai.documents.services import Signed, require_printable, sign, void_signatures
from zhuanmai.documents.subjects import subject_of

_STALE = "“{name}”没有按最新内容生成（{why}）；请承办人改正并重新生成后再办理。"
NEW_ROUND = "重新呈报，上一轮的审批签名作废"


class OnPapers:
    """An opinion that is given on papers: it signs them, and a new round voids it.

    A room derives its kind of subject of approvals from this first, and puts the touch (`put`) where it is decided.
    """

    matters: Any

    def about(self, approval: Any) -> list[Document]:
        """The papers that an opinion is about: all that wait for signatures, unless the matter says which."""
        made = documents_of(approval.subject_kind, approval.subject_id)
        return [one for one in made if one.state == DocumentState.PREPARED]

    def items(self, approval: Any, opinion: str) -> list[SigningItem]:
        """What the decision signs now: each of those papers with its digest.

        Raises Refused: paper_failed, paper_outdated (one is older than the facts), text_too_long, glyph_missing (the
        opinion does not go into a paper's box, or cannot be printed: asked by the rules of sealing).
        """
        found = self.about(approval)
        require_current(approval.subject_kind, approval.subject_id, found)
        for one in found:
            require_printable(current(one), [Signature(approval.step, "", opinion=opinion)])
        return items(found, approval.step, opinion)

    def new_round(self, approval: Any) -> list[Model]:
        """What the approvers signed before no longer stands on what is not sealed yet."""
        roles = {step.role for step in self.matters[approval.purpose].steps}
        return list(void_signatures(self.about(approval), roles=roles, reason=NEW_ROUND))


def require_current(kind: str, subject_id: uuid.UUID, asked: Sequence[Document]) -> None:
    """Raise Refused where one of these papers is not as the facts have it now, read once under the subject's lock.

    paper_failed: its newest making failed; paper_outdated: it was not made anew since the facts changed.
    """
    subject = subject_of(kind)
    failed = failures(newest_making(kind, subject_id))
    with transaction.atomic():
        reading, made = subject.read(subject.lock(subject_id)), documents_of(kind, subject_id)
        shared = subject.facts(reading, made)
        for one in asked:
            if outcome := failed.get((one.kind, one.key)):
                raise Refused("paper_failed", _STALE.format(name=outcome.name, why=outcome.why))
            facts = subject.own_facts(reading, shared, one.kind, one.key, made)
            if is_outdated(one, facts):
                raise outdated(subject.name(facts, one.kind, one.key))


def waiting(kind: str, subject_id: uuid.UUID) -> list[Document]:
    """The papers of a subject that wait for signatures, as the facts have them. Raises as `require_current` does."""
    found = [one for one in documents_of(kind, subject_id) if one.state == DocumentState.PREPARED]
    require_current(kind, subject_id, found)
    return found


def purpose_of(room: str, kind: str, subject_id: uuid.UUID) -> Purpose:
    """What a touch over the papers of a subject is asked for, by those who sign what they made."""
    return Purpose(f"{room}.sign", kind, str(subject_id))


def was_to_sign(signing: Signing, document: Document) -> bool:
    """Whether a touch was asked for to sign the papers of this document's subject, in whichever room."""
    asked = signing.purpose
    kept = purpose_of(str(asked.get("act", "")).removesuffix(".sign"), document.subject_kind, document.subject_id)
    return bool(asked == asdict(kept))


def items(made: Iterable[Document], role: str, opinion: str = "") -> list[SigningItem]:
    """What one touch signs in a role: each document as it is now, with the opinion of an approver."""
    return [SigningItem(str(one.pk), one.version, current(one).body_sha256, role, opinion) for one in made]


def finish(
    *, officer: Officer, signing_id: uuid.UUID, credential: dict[str, Any], purpose: Purpose,
    items: Sequence[SigningItem], outdated_papers: Mapping[str, str] = MappingProxyType({}),
) -> Finished:  # fmt: skip
    """Verify the touch and put its signatures on the papers, in the running transaction, under the subject's lock.

    `items`: what this officer has to sign now; `outdated_papers`: those of them that the facts have overtaken, names by
    id. Raises what `keys.finish` does, Refused: paper_outdated; body_changed (a body that changed meanwhile, or that is
    not the officer's to sign any more). A repeated request signs nothing.
    """
    done = keys.finish(officer=officer, signing_id=signing_id, credential=credential, purpose=purpose)
    if not done.is_repeated:
        still_open = [vars(item) for item in items]
        if any(item not in still_open for item in done.signing.manifest["items"]):
            raise Refused("body_changed", "文书内容或签名人刚有变动，本次签名未生效；请核对后重新签名。")
        for item in done.signing.manifest["items"]:
            if name := outdated_papers.get(item["document_id"]):
                raise outdated(name)
        put(done.signing)
    return done


def put(signing: Signing) -> None:
    """Put the signatures of a touch on what its manifest names, each in its role with its opinion."""
    for item in signing.manifest["items"]:
        version = Version.objects.get(document_id=item["document_id"], number=item["version"])
        given = Signed(
            item["role"], signing.officer.name, signing.officer, signing.pk, opinion=item["opinion"], at=signing.at
        )
        sign(actor_id=signing.officer_id, version_id=version.pk, signed=given)
