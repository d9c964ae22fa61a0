"""Approvals: a head's opinion, signed with their own key on the documents concerned; what follows from the last."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Model

from zhuanmai.accounts import signing as keys
from zhuanmai.accounts.models import Officer, Signing
from zhuanmai.accounts.signing import SigningItem
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Conflict, NotFound, Refused
from zhuanmai.core.jobs import defer
from zhuanmai.documents import services as documents
from zhuanmai.documents.models import Document, Version
from zhuanmai.documents.queries import current, documents_of
from zhuanmai.documents.services import Signed
from zhuanmai.enforcement import terms
from zhuanmai.enforcement.models import Approval, Case
from zhuanmai.enforcement.permissions import require_approver, require_seen
from zhuanmai.enforcement.procedure import Act, require
from zhuanmai.enforcement.reporting import report_case
from zhuanmai.enforcement.services import locked
from zhuanmai.enforcement.state import PURPOSES, STEPS
from zhuanmai.enforcement.visits import tell
from zhuanmai.ledger.services import append, as_found

_DOCUMENTS = {
    "registration": ("D03", "D05"),
    "filing": ("D08",),
    "sampling": ("D05",),
    "report": ("D01",),
    "goods": ("D21",),
}
_AGREE, _REFUSE = "同意", "不同意"


def begin(*, officer: Officer, approval_id: uuid.UUID, agreed: bool, words: str) -> dict[str, Any]:
    """The challenge for an opinion: one touch signs it on every document that it is about.

    Raises NotAllowed, Conflict (decided_already), Refused (words_missing, document_not_made).
    """
    row = _waiting(officer, approval_id)
    opinion = _opinion(agreed, words)
    items = [SigningItem(str(one.pk), one.version, current(one).body_sha256, row.step, opinion) for one in _about(row)]
    if not items:
        raise Refused("document_not_made", "承办人还没有生成相应文书；请承办人先在“文书”一步生成。")
    return keys.begin(officer=officer, items=items)


def finish(*, officer: Officer, approval_id: uuid.UUID, signing_id: uuid.UUID, credential: dict[str, Any]) -> Approval:
    """Verify the touch, keep the opinion, sign the documents, and do what follows from it."""
    waiting = _waiting(officer, approval_id, repeated=signing_id)
    with transaction.atomic():
        case = locked(waiting.case_id)
        row = Approval.objects.select_for_update(of=("self",)).get(pk=approval_id)
        if row.signing_id == signing_id:
            return row
        if row.state != Approval.State.WAITING:
            raise Conflict("decided_already", "这项审批已经办理；请刷新查看。")
        as_found(row)
        done = keys.finish(officer=officer, signing_id=signing_id, credential=credential)
        opinion = done.manifest["items"][0]["opinion"]
        agreed = not opinion.startswith(_REFUSE)
        row.officer, row.opinion, row.decided_at, row.signing_id = officer, opinion, done.at, done.pk
        row.state = Approval.State.APPROVED if agreed else _against(row)
        row.save()
        rows: list[Model] = [row, *_next(row, agreed)]
        _sign(done, row, officer)
        before = case.state
        rows += _follow(case, row, agreed, officer)
        case.cursor += 1
        case.save()
        if case.state != before:
            tell(case, officer.pk)
        append(
            "enforcement.decided",
            actor_id=officer.pk,
            key_id=done.key_id,
            object_kind="case",
            object_id=case.pk,
            case_id=case.pk,
            facts={
                "step": STEPS[row.step],
                "purpose": PURPOSES[row.purpose],
                "opinion": opinion,
                "approved": agreed,
            },
            rows=[case, *rows],
        )
        defer("enforcement.seal_ready", case_id=str(case.pk))
        return row


def _waiting(officer: Officer, approval_id: uuid.UUID, repeated: uuid.UUID | None = None) -> Approval:
    row = (
        Approval.objects.select_related("case__bureau", "case__unit", "case__inspection").filter(pk=approval_id).first()
    )
    if row is None:
        raise NotFound("no_approval", "没有这项审批；请刷新后重试。")
    require_seen(officer, row.case_id)
    if repeated is not None and row.signing_id == repeated:
        return row
    require_approver(officer, row.case, row.step)
    if row.state != Approval.State.WAITING:
        raise Conflict("decided_already", "这项审批已经办理，或还没轮到这一步；请刷新查看。")
    return row


def _opinion(agreed: bool, words: str) -> str:
    text = words.strip()
    if not agreed and not text.removeprefix(_REFUSE).strip("，。 "):
        raise Refused("words_missing", "不同意的，请写明理由。", "words")
    start = _AGREE if agreed else _REFUSE
    if agreed and text.startswith(_REFUSE):
        raise Refused("words_contradict", "意见与“同意”相反；请核对。", "words")
    return text if text.startswith(start) else f"{start}。{text}" if text else f"{start}。"


def _about(row: Approval) -> list[Document]:
    return [one for one in documents_of(row.case_id) if one.kind in _DOCUMENTS[row.purpose] and one.state == "prepared"]


def _against(row: Approval) -> str:
    last = row.purpose != Approval.Purpose.FILING or row.step == Approval.Step.BUREAU_HEAD
    return Approval.State.REFUSED if last else Approval.State.RETURNED


def _next(row: Approval, agreed: bool) -> list[Approval]:
    others = list(
        Approval.objects.filter(
            case_id=row.case_id, purpose=row.purpose, round=row.round, state=Approval.State.UPCOMING
        ).order_by("position")
    )
    for place, one in enumerate(others):
        as_found(one).state = Approval.State.VOID if not agreed else Approval.State.WAITING if place == 0 else one.state
        one.save(update_fields=["state"])
    return others


def _sign(done: Signing, row: Approval, officer: Officer) -> None:
    for item in done.manifest["items"]:
        version = Version.objects.get(
            document_id=item["document_id"], number=item["version"], document__case_id=row.case_id
        )
        if version.body_sha256 != item["body_sha256"]:
            raise Refused("body_changed", "文书内容刚有变动，本次意见未生效；请核对后重新办理。")
        documents.sign(
            actor_id=officer.pk,
            version_id=version.pk,
            signed=Signed(row.step, officer.name, officer, done.pk, opinion=item["opinion"], at=done.at),
        )


def _follow(case: Case, row: Approval, agreed: bool, officer: Officer) -> list[Model]:
    """What follows when the last head has spoken."""
    if row.purpose == Approval.Purpose.REGISTRATION and agreed:
        return _registered(case)
    if row.purpose == Approval.Purpose.GOODS and agreed:
        return list(terms.meet(case, "registered_goods"))
    if row.purpose == Approval.Purpose.FILING and row.step == Approval.Step.BUREAU_HEAD:
        return _filed(case, agreed, officer)
    return []


def _registered(case: Case) -> list[Model]:
    registration = as_found(case.registration)
    registration.approved_at = now()
    registration.save(update_fields=["approved_at"])
    rows: list[Model] = [registration, *terms.meet(case, "oral_approval")]
    oral = getattr(case, "oral_approval", None)
    if oral is not None:
        as_found(oral).made_up_at = now()
        oral.save(update_fields=["made_up_at"])
        rows.append(oral)
    report_case(case)
    return rows


def _filed(case: Case, agreed: bool, officer: Officer) -> list[Model]:
    """The head's decision: D08 takes its number (立 or 不立); its day is the filing date (程序规定 35(1))."""
    move = require(case.state, Act.FILE if agreed else Act.REFUSE_FILING)
    report = next(one for one in documents_of(case.pk) if one.kind == "D08")
    word = "立" if agreed else "不立"
    numbered = documents.take_number(actor=officer, version_id=current(report).pk, word=word, day=today())
    case.state, case.number, case.filed_on = move.target or case.state, numbered.number, today()
    case.save()
    rows: list[Model] = list(terms.meet(case, "verify_clue", "file_after_action"))
    if agreed:
        rows.append(terms.begin(case, "decision", now()))
    report_case(case)
    return rows
