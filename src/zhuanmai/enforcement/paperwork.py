"""The papers of a case at work: what it needs now, what each still lacks or failed of, and who still has to sign."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import Any

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.approvals.queries import oral_of
from zhuanmai.core.errors import NotFound
from zhuanmai.core.jobs import is_alive, step_words
from zhuanmai.documents import catalogue, planning
from zhuanmai.documents.fields import MissingField
from zhuanmai.documents.models import Document, Making
from zhuanmai.documents.outcomes import Became, Outcome
from zhuanmai.documents.planning import Planned
from zhuanmai.documents.queries import lacking_for_seal, newest_making, outstanding
from zhuanmai.documents.subjects import Subject
from zhuanmai.enforcement.case_facts import CaseFacts
from zhuanmai.enforcement.case_papers import PAPERS
from zhuanmai.enforcement.case_rows import CaseRows
from zhuanmai.enforcement.facts_for_documents import case_facts, own_facts, with_documents
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.operations import flush
from zhuanmai.enforcement.paper_plan import PLAN
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.enforcement.services.keeping import locked
from zhuanmai.ledger.services import append


class Reading(CaseRows):
    """The rows of a case, and the facts that were entered, made of them once."""

    @cached_property
    def entered(self) -> CaseFacts:
        """All facts but those that documents print of each other."""
        return case_facts(self)


class CasePaperwork(Subject):
    """Cases as documents ask for them."""

    kind = KIND
    papers = PAPERS
    plan = PLAN

    def lock(self, subject_id: uuid.UUID) -> Case:
        """The case, held until the transaction ends."""
        return locked(subject_id)

    def take_in(self, row: Case, actor: Officer) -> None:
        """What came from tablets before its predecessors, and is held."""
        flush(row, actor)

    def mark(self, row: Case) -> object:
        """Whatever happens to a case moves its cursor."""
        return row.cursor

    def read(self, row: Case) -> Reading:
        """The case's rows, read when they are asked for."""
        return Reading(row)

    def unit(self, reading: Reading) -> Unit:
        """The bureau of the case."""
        return reading.case.bureau

    def facts(self, reading: Reading, made: Sequence[Document]) -> CaseFacts:
        """What was entered, with what documents print of each other."""
        return with_documents(reading, reading.entered, made)

    def own_facts(self, reading: Reading, facts: CaseFacts, code: str, key: str, made: Sequence[Document]) -> CaseFacts:
        """The facts as one document needs them."""
        return own_facts(reading, facts, code, key, made)

    def name(self, facts: CaseFacts, code: str, key: str) -> str:
        """An annex by its document, a piece of evidence by its kind."""
        name = super().name(facts, code, key)
        if code == "D64":
            return f"{name}（附{catalogue.kind(key).name}）"
        return f"{name}（{facts.evidence.kind or ''}）" if code == "D06" and facts.evidence else name

    def correcting(self, row: Case) -> str:
        """The reason of the correction that is being made."""
        return row.correcting

    def told(self, row: Case) -> None:
        """Tablets that ask for news get the new state."""
        row.cursor += 1
        row.save(update_fields=["cursor"])

    def finished(self, row: Case, actor: Officer, outcomes: Collection[Outcome]) -> None:
        """The correction is over once every sealed paper has followed; what was made and what failed is entered."""
        row.cursor += 1
        is_open = any(one.became is Became.FAILED or (one.is_sealed and not one.is_done) for one in outcomes)
        row.correcting = row.correcting if is_open else ""
        row.save(update_fields=["cursor", "correcting"])
        words = {Became.MADE: "", Became.CORRECTED: "（更正）"}
        names = [one.name + words[one.became] for one in outcomes if one.became in words]
        failed = [one.name for one in outcomes if one.became is Became.FAILED]
        append(
            "enforcement.documents_prepared",
            actor_id=actor.pk,
            object_kind="case",
            object_id=row.pk,
            case_id=row.pk,
            facts={"names": "、".join(names) or "无", "failed": f"；未能生成：{'、'.join(failed)}" if failed else ""},
            rows=[row],
        )


PAPERWORK = CasePaperwork()


def planned(case: Case, making: Making | None = None) -> list[Planned]:
    """The documents of the case now, made or still to be made, with what each lacks, and what it failed of."""
    return planning.planned(PAPERWORK, case.pk, Reading(case), making or newest_making(KIND, case.pk))


def absent(case: Case) -> bool:
    """Whether the party was not there."""
    return case.inspection.party_present is False


def with_witness(case: Case) -> bool:
    """Whether there is a witness to sign."""
    return bool((case.inspection.witness or {}).get("name"))


def needs(case: Case, one: Planned) -> list[str]:
    """The roles that still have to sign a document."""
    if one.version is None:
        return [signer.partition("×")[0].split("|")[0] for signer in one.kind.signers]
    return outstanding(one.version, kind=one.kind, absent=absent(case), with_witness=with_witness(case))


def signed_by(one: Planned) -> list[dict[str, Any]]:
    """Who has signed a document: role, name, moment; `personal` where it is somebody else than an officer."""
    return [
        {
            "role": block.role,
            "words": one.kind.papers.role_words(block.role),
            "name": block.name,
            "at": block.at.isoformat(),
            "refused": block.refusal,
            "personal": block.officer_id is None,
        }
        for block in one.signatures
    ]


STATES_ZH = {
    "missing": "缺项", "planned": "待生成", "failed": "未能生成", "outdated": "待重新生成", "prepared": "待签",
    "sealed": "已封签", "void": "作废",
}  # fmt: skip


def documents_state(case: Case, making: Making | None) -> list[dict[str, Any]]:
    """The documents as the tablet shows them: what each lacks or failed of, who signed, who still has to."""
    found = []
    for one in planned(case, making):
        open_roles = needs(case, one)
        lacks = one.missing or (lacks_for_seal(case, one) if not open_roles else ())
        lacking = [{"field": m.field, "label": m.label, "path": m.path} for m in lacks]
        found.append(
            {
                "id": str(one.id),
                "code": one.kind.code,
                "name": one.name,
                "number": one.document.number if one.document else "",
                "state": one.state,
                "state_zh": STATES_ZH[one.state],
                "why": one.why,
                "missing": [] if one.is_sealed else lacking,
                "pages": one.version.page_count if one.version else None,
                "signed": signed_by(one),
                "needs": open_roles,
                "copies": [[copy.receiver, copy.number] for copy in one.kind.copies],
            }
        )
    return found


def making_state(making: Making | None) -> dict[str, Any] | None:
    """How far the set is that is being made; None where none is, unless the last one was broken off (`error`)."""
    if making is None or not (making.is_open or making.error):
        return None
    row = making.work
    words = step_words(row) if row.state == row.State.RUNNING and is_alive(row) else ""
    return {"done": row.done, "total": row.total, "words": words, "error": making.error, "open": making.is_open}


def set_outcome(making: Making | None) -> dict[str, int] | None:
    """What became of the papers of the newest set, counted; None where none was made to its end."""
    if making is None or making.is_open or not making.outcomes:
        return None
    became = [one["became"] for one in making.outcomes]
    made = became.count(Became.MADE) + became.count(Became.CORRECTED)
    return {
        "made": made,
        **{str(one): became.count(one) for one in (Became.UNCHANGED, Became.INCOMPLETE, Became.FAILED)},
    }


def lacks_for_seal(case: Case, one: Planned) -> tuple[MissingField, ...]:
    """What keeps a document from its seal though everybody has signed: facts, opinions, the approval it rests on."""
    if one.version is None or not one.is_prepared:
        return ()
    return (*lacking_for_seal(one.version), *_approval_awaited(case, one))


def _approval_awaited(case: Case, one: Planned) -> Iterator[MissingField]:
    """The approval that a notice rests on, where nobody gave it yet, in writing or orally (行政处罚法 56)."""
    parent = one.document.key if one.document and one.kind.code == "D64" else one.kind.code
    if parent != "D04":
        return
    registration = getattr(case, "registration", None)
    approved = registration is not None and registration.approved_at is not None
    if not approved and oral_of(KIND, case.pk, "registration") is None:
        yield MissingField("registration", "负责人批准先行登记保存（书面或者口头）", "registration.approved")


def find(case: Case, document_id: uuid.UUID) -> Planned:
    """A planned or made document of the case by its id. Raises NotFound (no_document)."""
    for one in planned(case):
        if one.id == document_id:
            return one
    raise NotFound("no_document", "案件中没有这份文书；请刷新后重试。")
