"""Acts of the procedure: submit, decide on the spot, end; each locks the case, asks the procedure, writes, appends."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from django.db import transaction
from django.db.models import Model
from pydantic import Field

from zhuanmai.accounts.models import Officer
from zhuanmai.approvals.queries import oral_of
from zhuanmai.core.clock import now, to_local, today
from zhuanmai.core.errors import FieldError, Refused
from zhuanmai.core.idempotency import first_time
from zhuanmai.documents import making
from zhuanmai.documents.queries import documents_of
from zhuanmai.enforcement import decided_on_the_spot, penalties
from zhuanmai.enforcement.case_rows import counted_lines, first_party
from zhuanmai.enforcement.inspection_port import hold, tell
from zhuanmai.enforcement.models import Case, Registration
from zhuanmai.enforcement.national_feed import report_case
from zhuanmai.enforcement.operations import flush
from zhuanmai.enforcement.permissions import require_seen
from zhuanmai.enforcement.procedure import KIND, Act, State
from zhuanmai.enforcement.services.approvals import ask, to_ask_again
from zhuanmai.enforcement.services.keeping import locked
from zhuanmai.enforcement.terms import registered_until
from zhuanmai.enforcement.unnamed import unnamed
from zhuanmai.enforcement.workflow import FLOW
from zhuanmai.fieldlog.payloads import Payload, Text, parsed
from zhuanmai.ledger.services import append, as_found

OUTCOMES = ("返还", "送检", "移送", "依法处理", "解除")
_AFTER_THE_TERM = frozenset({"返还", "解除"})
Rows = list[Model]


def act(
    *, officer: Officer, case_id: uuid.UUID, operation_id: uuid.UUID, name: str, payload: dict[str, Any] | None = None
) -> Case:
    """Do an act of the procedure. The same operation id twice has the effect of once. Raises what the act raises."""
    doing = ACTS.get(name)
    if doing is None and name != "prepare_documents":
        raise Refused("unknown_act", f"没有“{name}”这一步；请刷新页面后重试。")
    require_seen(officer, case_id)
    if doing is None:
        return make_documents(officer=officer, case_id=case_id)
    given = parsed(doing.shape, payload or {})
    with transaction.atomic():
        kind = f"enforcement.{name}"
        if not first_time(operation_id, actor_id=officer.pk, kind=kind, subject=case_id, content=payload or {}):
            return Case.objects.get(pk=case_id)
        case = locked(case_id)
        hold(case)
        FLOW.check(case, Act(name), officer)
        flush(case, officer)
        before = case.state
        what, rows = doing.does(officer, case, given)
        case.cursor += 1
        case.save()
        if case.state != before:
            tell(case, officer.pk)
        append(
            "enforcement.moved" if case.state != before else "enforcement.acted",
            actor_id=officer.pk,
            object_kind="case",
            object_id=case.pk,
            case_id=case.pk,
            facts={"act": what, "operation_id": operation_id}
            | ({"state": State(case.state).zh} if case.state != before else {}),
            rows=[case, *rows],
        )
        return case


class Nothing(Payload):
    """The payload of an act that needs none."""


class Disposal(Payload):
    """dispose_goods: an outcome for all lines, or outcomes by line id."""

    outcome: Text = ""
    outcomes: dict[str, Text] | None = None


class CorrectFacts(Payload):
    """correct_facts: why."""

    reason: Annotated[Text, Field(max_length=200)] = ""


def submit_registration(officer: Officer, case: Case, payload: Nothing) -> tuple[str, Rows]:
    """Ask the head to approve registration in advance; the term of seven working days begins (行政处罚法 56)."""
    known = getattr(case, "registration", None)
    row = as_found(known) if known else Registration(case=case)
    _complete(
        [
            (row.reason, "registration.reason", "请填写先行登记保存的理由。"),
            (row.storage_place, "registration.storage_place", "请填写保存地点。"),
            (counted_lines(case), "items", "还没有清点物品；请先扫码清点。"),
            (not _unnamed(case), "items", "还有未识别的条码没有起名；请先起名登记或撤销。"),
            (case.causes.exists(), "causes", "请先选定案由。"),
        ]
    )
    oral = oral_of(KIND, case.pk, "registration")
    began = oral.at if oral else now()
    done = FLOW.do(case, Act.SUBMIT_REGISTRATION, actor=officer, at=began, event="registration")
    term = done.began["registered_goods"]
    row.from_on = to_local(term.trigger_at).date()  # asked for again, the goods are registered since the first time
    row.until_on, row.submitted_at = term.due, now()
    row.save()
    rows = ask(case, "registration", officer)
    return "呈报登记保存", [*rows, row, *done.rows]


def submit_filing(officer: Officer, case: Case, payload: Nothing) -> tuple[str, Rows]:
    """Ask department, legal and bureau head to file the case (D08)."""
    party = first_party(case)
    _complete(
        [
            (case.causes.exists(), "causes", "请先选定案由。"),
            (not _unnamed(case), "items", "还有未识别的条码没有起名；请先起名登记或撤销。"),
            (case.summary, "summary.text", "请填写案情摘要（可按事实写好）。"),
            (party is not None and party.name, "party.name", "请录入当事人。"),
        ]
    )
    done = FLOW.do(case, Act.SUBMIT_FILING, actor=officer)
    rows = ask(case, "filing", officer)
    report_case(case)
    return "呈报立案", [*rows, *done.rows]


def decide_on_the_spot(officer: Officer, case: Case, payload: Nothing) -> tuple[str, Rows]:
    """A penalty on the spot (行政处罚法 51): a warning, or a fine within the limit; facts certain, defence heard."""
    sheet, party = case.simple or {}, first_party(case)
    _complete(
        [
            (party is not None and party.name, "party.name", "请录入当事人。"),
            (case.causes.exists(), "causes", "请先选定案由。"),
            (sheet.get("facts"), "simple.facts", "请写明违法事实。"),
            (sheet.get("penalty_kind"), "simple.penalty_kind", "请选择处罚种类。"),
            (sheet.get("defence"), "simple.defence", "请记录告知陈述申辩及当事人的意见（行政处罚法 44、45）。"),
        ]
    )
    decided_on_the_spot.check(case)
    case.simple = {**sheet, "decided_at": now().isoformat()}
    without = () if penalties.is_fine(sheet["penalty_kind"]) else ("pay_fine",)
    return "当场处罚", FLOW.do(case, Act.DECIDE_ON_THE_SPOT, actor=officer, without=without).rows


def submit_sampling(officer: Officer, case: Case, payload: Nothing) -> tuple[str, Rows]:
    """Ask the head to approve the sampling where no registration is asked for (D05)."""
    _complete([(case.samples.filter(removed_at=None).exists(), "samples", "还没有抽样；请先在物品上抽样。")])
    done = FLOW.do(case, Act.SUBMIT_SAMPLING, actor=officer)
    return "呈报抽样取证", [*ask(case, "sampling", officer), *done.rows]


def submit_report(officer: Officer, case: Case, payload: Nothing) -> tuple[str, Rows]:
    """Ask the department's head what becomes of a report from the public (D01)."""
    _complete([(case.inspection.report, "report.text", "还没有举报记录；请先录入举报内容。")])
    done = FLOW.do(case, Act.SUBMIT_REPORT, actor=officer)
    return "呈报举报受理", [*ask(case, "report", officer), *done.rows]


def dispose_goods(officer: Officer, case: Case, payload: Disposal) -> tuple[str, Rows]:
    """Propose what happens to each line of registered goods; the head approves, D21 tells the party (行政处罚法 56).

    After the term only return or release is left.
    """
    registration = getattr(case, "registration", None)
    if registration is None or registration.from_on is None:
        raise Refused("not_registered", "本案没有先行登记保存，无需处理决定。")
    rows, until = list[Model](), registered_until(registration)
    for line in counted_lines(case):
        outcome = (payload.outcomes or {}).get(str(line.pk)) or payload.outcome
        if outcome not in OUTCOMES:
            detail = f"请为“{line.name}”选择处理方式：{'、'.join(OUTCOMES)}。"
            raise Refused("outcome_missing", detail, "outcome")
        if until and today() > until and outcome not in _AFTER_THE_TERM:
            detail = f"登记保存已于 {until} 到期，只能返还或者解除（行政处罚法 56）。"
            raise Refused("term_over", detail, "outcome")
        as_found(line).outcome = outcome
        line.save(update_fields=["outcome"])
        rows.append(line)
    done = FLOW.do(case, Act.DISPOSE_GOODS, actor=officer)
    return "呈报登记保存物品处理", [*rows, *ask(case, "goods", officer, corrected=bool(case.correcting)), *done.rows]


def correct_facts(officer: Officer, case: Case, payload: CorrectFacts) -> tuple[str, Rows]:
    """Open signed facts for correction, with the reason; new versions of what changes are made and signed again."""
    if not payload.reason:
        raise Refused("reason_missing", "更正须写明理由。", "reason")
    done = FLOW.do(case, Act.CORRECT_FACTS, actor=officer)
    case.correcting = payload.reason
    return f"更正事实，理由：{unnamed(case, payload.reason)}", done.rows


def submit_correction(officer: Officer, case: Case, payload: Nothing) -> tuple[str, Rows]:
    """Ask the heads anew about papers that were corrected after they had decided on them."""
    done = FLOW.do(case, Act.SUBMIT_CORRECTION, actor=officer)
    purposes = to_ask_again(case)
    if not purposes:
        raise Refused("nothing_to_submit", "没有更正后待审批的文书；请先更正并重新生成文书。")
    asked = [row for one in purposes for row in ask(case, one, officer, corrected=True)]
    return Act.SUBMIT_CORRECTION.zh, [*asked, *done.rows]


def serve(officer: Officer, case: Case, payload: Nothing) -> tuple[str, Rows]:
    """The decision on the spot was handed over at once (行政处罚法 52): its document must be sealed."""
    if not any(one.kind == "D36" and one.state == "sealed" for one in documents_of(KIND, case.pk)):
        raise Refused("not_sealed", "当场处罚决定书还没有签完封签；请先完成签名再送达。")
    return Act.SERVE.zh, FLOW.do(case, Act.SERVE, actor=officer).rows


def record(officer: Officer, case: Case, payload: Nothing) -> tuple[str, Rows]:
    """The decision on the spot is filed with the bureau (行政处罚法 52(3))."""
    done = FLOW.do(case, Act.RECORD, actor=officer)
    report_case(case)
    return Act.RECORD.zh, done.rows


def make_documents(*, officer: Officer, case_id: uuid.UUID) -> Case:
    """Make every document of the stage that lacks nothing: at once where few are to be made, else by a job.

    Doing it again changes only what the facts changed, and what failed. Sealed documents follow a correction as new
    versions.
    """
    case = require_seen(officer, case_id)
    making.ask(FLOW.permit(case, Act.PREPARE_DOCUMENTS, officer), kind=KIND)
    return case


def _end(what: Act) -> Callable[[Officer, Case, Nothing], tuple[str, Rows]]:
    def doing(officer: Officer, case: Case, payload: Nothing) -> tuple[str, Rows]:
        return what.zh, FLOW.do(case, what, actor=officer).rows

    return doing


def _complete(wanted: list[tuple[Any, str, str]]) -> None:
    errors = tuple(FieldError(field, "missing", words) for there, field, words in wanted if not there)
    if errors:
        raise Refused("incomplete", errors[0].detail, errors[0].field, errors)


def _unnamed(case: Case) -> bool:
    return case.lines.filter(name="", quantity__gt=0).exists()


@dataclass(frozen=True)
class _Doing:
    """An act: the shape of what it is asked with, and what does it."""

    shape: type[Payload]
    does: Callable[[Officer, Case, Any], tuple[str, Rows]]


ACTS: Mapping[str, _Doing] = {
    "submit_registration": _Doing(Nothing, submit_registration),
    "submit_filing": _Doing(Nothing, submit_filing),
    "decide_on_the_spot": _Doing(Nothing, decide_on_the_spot),
    "submit_sampling": _Doing(Nothing, submit_sampling),
    "submit_report": _Doing(Nothing, submit_report),
    "dispose_goods": _Doing(Disposal, dispose_goods),
    "correct_facts": _Doing(CorrectFacts, correct_facts),
    "submit_correction": _Doing(Nothing, submit_correction),
    "serve": _Doing(Nothing, serve),
    "record": _Doing(Nothing, record),
    "end_no_finding": _Doing(Nothing, _end(Act.END_WITHOUT_FINDING)),
    "end_not_entered": _Doing(Nothing, _end(Act.END_NOT_ENTERED)),
    "end_corrected": _Doing(Nothing, _end(Act.END_CORRECTED)),
}
