"""Cases as subjects of approvals: what heads are asked, what they sign, and what follows from the last opinion."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer, Role, Signing
from zhuanmai.approvals.models import Approval, OralApproval
from zhuanmai.approvals.queries import approvals_of
from zhuanmai.approvals.services import ask as ask_heads
from zhuanmai.approvals.subjects import Card, Matter, Step, Subject
from zhuanmai.core.clock import now, today
from zhuanmai.core.errors import Refused
from zhuanmai.core.headings import Heading
from zhuanmai.core.jobs import defer
from zhuanmai.core.templatetags.zhuanmai import cartons, yuan
from zhuanmai.documents import catalogue, touches
from zhuanmai.documents import services as documents
from zhuanmai.documents.models import Document
from zhuanmai.documents.planning import wants_opinions
from zhuanmai.documents.queries import current, documents_of
from zhuanmai.documents.touches import OnPapers
from zhuanmai.enforcement import inspection_port, totals
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.national_feed import report_case
from zhuanmai.enforcement.permissions import require_seen
from zhuanmai.enforcement.personal import party_name
from zhuanmai.enforcement.procedure import KIND, Act, State
from zhuanmai.enforcement.services.keeping import locked
from zhuanmai.enforcement.workers import conflicted, conflicts
from zhuanmai.enforcement.workflow import FLOW
from zhuanmai.ledger.services import as_found

_DEPARTMENT = Step(Role.DEPARTMENT_HEAD, "enforcement.approve_department", "承办部门", _("Department head"))
_LEGAL = Step(Role.LEGAL_HEAD, "enforcement.approve_legal", "法制部门", _("Legal head"))
_BUREAU = Step(Role.BUREAU_HEAD, "enforcement.approve_bureau", "负责人", _("Bureau head"))
MATTERS = {
    one.code: one
    for one in (
        Matter("report", "举报受理", _("Report record"), (_DEPARTMENT,)),
        Matter("registration", "先行登记保存", _("Registration in advance"), (_BUREAU,)),
        Matter("sampling", "抽样取证", _("Sampling"), (_BUREAU,)),
        Matter("filing", "立案", _("Filing"), (_DEPARTMENT, _LEGAL, _BUREAU)),
        Matter("goods", "登记保存物品处理", _("Decision on registered goods"), (_BUREAU,)),
    )
}
_DOCUMENTS = {
    "registration": ("D03", "D05"),
    "filing": ("D08",),
    "sampling": ("D05",),
    "report": ("D01",),
    "goods": ("D21",),
}


_DECIDED_ONCE = {Approval.State.APPROVED, Approval.State.REFUSED, Approval.State.VOID}


def ask(case: Case, purpose: str, officer: Officer, *, corrected: bool = False) -> list[Model]:
    """Ask the heads of the case's bureau in their order; `corrected`: about papers that are not as they agreed to.

    Raises Refused (asked_already, approved_already, no_holder).
    """
    return ask_heads(
        officer=officer, kind=KIND, subject_id=case.pk, unit=case.bureau, purpose=purpose, corrected=corrected
    )


def to_ask_again(case: Case) -> list[str]:
    """The matters that were decided on, and of which a paper wants opinions again since it was corrected."""
    rounds: dict[str, list[Approval]] = {}
    for row in approvals_of(KIND, case.pk):
        known = rounds.get(row.purpose)
        rounds[row.purpose] = [*known, row] if known and known[0].round == row.round else [row]
    wanting = {one.kind for one in documents_of(KIND, case.pk) if wants_opinions(one)}
    return [
        purpose
        for purpose, found in rounds.items()
        if wanting & set(_DOCUMENTS[purpose])
        and any(row.signing_id for row in found)
        and {row.state for row in found} <= _DECIDED_ONCE
    ]


def _heading(case: Case) -> Heading:
    place = case.inspection.shop_name or case.inspection.address or case.clue_no
    return Heading(case.clue_no, reverse("enforcement:case", args=[case.pk]), place)


class CasesToDecide(OnPapers, Subject):
    """Cases as approvals ask for them."""

    kind = KIND
    matters: Mapping[str, Matter] = MATTERS

    def require_seen(self, officer: Officer, subject_id: uuid.UUID) -> None:
        """The case is in the officer's scope."""
        require_seen(officer, subject_id)

    def lock(self, subject_id: uuid.UUID) -> None:
        """The case, then the alert whose visit it is."""
        inspection_port.hold(locked(subject_id))

    def conflicted(self, officer_ids: set[uuid.UUID], subject_id: uuid.UUID) -> set[uuid.UUID]:
        """Those who ever worked on the case."""
        return conflicted(officer_ids, subject_id)

    def conflicts(self, officer: Officer) -> QuerySet[Any]:
        """The cases that the officer ever worked on."""
        return conflicts(officer)

    def about(self, approval: Approval) -> list[Document]:
        """The documents of the matter that wait for the opinion: what the page shows is what the touch signs."""
        kinds = _DOCUMENTS[approval.purpose]
        return [one for one in super().about(approval) if one.kind in kinds]

    def headings(self, subject_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Heading]:
        """Clue number, page and shop of each case; one query."""
        found = Case.objects.select_related("inspection").filter(pk__in=subject_ids)
        return {case.pk: _heading(case) for case in found}

    def card(self, approval: Approval) -> Card:
        """Party (masked), place, causes, goods, and the documents that are signed."""
        case = Case.objects.select_related("inspection").get(pk=approval.subject_id)
        sums, visit = totals.total(list(case.lines.select_related(None))), case.inspection
        return Card(
            facts=(
                (_("Party"), party_name(case)),
                (_("Place"), f"{visit.shop_name} {visit.address}".strip()),
                (_("Cause"), "、".join(cause.name for cause in case.causes.all())),
                (_("Goods"), f"{cartons(sums.cartons)} · {yuan(sums.value)}"),
            ),
            papers=tuple(
                (catalogue.kind(one.kind).name, reverse("api:preview", args=[case.pk, one.pk]))
                for one in self.about(approval)
            ),
        )

    def decided(self, approval: Approval, signing: Signing, oral: OralApproval | None) -> list[Model]:
        """Sign the documents; registered, filed or refused after the last opinion."""
        case = locked(approval.subject_id)
        before = case.state
        touches.put(signing)
        rows = _follow(case, approval, signing.officer)
        case.cursor += 1
        case.save()
        if case.state != before:
            inspection_port.tell(case, signing.officer_id)
        defer("enforcement.seal_ready", case_id=str(case.pk))
        return [case, *rows]


def _follow(case: Case, row: Approval, officer: Officer) -> list[Model]:
    """What follows when the last head has spoken."""
    agreed = row.state == Approval.State.APPROVED
    match row.purpose:
        case "registration" if agreed:
            return _registered(case, officer)
        case "registration" if row.state == Approval.State.REFUSED and case.registration.approved_at is None:
            return FLOW.do(case, Act.REFUSE_REGISTRATION, actor=officer).rows
        case "goods" if agreed:
            return FLOW.do(case, Act.SETTLE_GOODS, actor=officer).rows
        case "filing" if row.step == Role.BUREAU_HEAD:
            return _filed(case, agreed, officer)
    return []


def _registered(case: Case, officer: Officer) -> list[Model]:
    registration = as_found(case.registration)
    registration.approved_at = registration.approved_at or now()
    registration.save(update_fields=["approved_at"])
    rows: list[Model] = [registration, *FLOW.do(case, Act.REGISTER_GOODS, actor=officer).rows]
    report_case(case)
    return rows


def _filed(case: Case, agreed: bool, officer: Officer) -> list[Model]:
    """The head's decision: D08 takes its number (立 or 不立); its day is the filing date (程序规定 35(1)).

    On a corrected report the head decides again as before. Raises Refused (decided_otherwise).
    """
    if case.filed_on is not None:
        if agreed != (case.state != State.NOT_FILED):
            detail = "本案已有立案决定，更正不能改变决定；不同意更正内容的，请先不签署，由承办人重新更正。"
            raise Refused("decided_otherwise", detail)
        return []
    done = FLOW.do(case, Act.FILE if agreed else Act.REFUSE_FILING, actor=officer)
    report = next(one for one in documents_of(KIND, case.pk) if one.kind == "D08")
    word = "立" if agreed else "不立"
    numbered = documents.take_number(actor=officer, version_id=current(report).pk, word=word, day=today())
    case.number, case.filed_on = numbered.number, today()
    case.save()
    report_case(case)
    return done.rows
