"""A room in small: site checks of shops, asked for by licensing (asked → checked → decided); docs/how-to/add-a-room.md.

What a new room writes is here and in its forms; nothing is copied from another room.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from procrastinate.contrib.django import app

from zhuanmai.accounts import permissions, personal, queries, requests
from zhuanmai.accounts.models import Officer, Role, Signing, Unit
from zhuanmai.accounts.permissions import Permission, may, require
from zhuanmai.accounts.personal import Sort, Standing, Thing, View
from zhuanmai.accounts.scoped import Rows
from zhuanmai.approvals import services, subjects
from zhuanmai.approvals.models import Approval, OralApproval
from zhuanmai.approvals.subjects import Card, Matter, Step
from zhuanmai.core import jobs, listing, moves, notices, work
from zhuanmai.core.headings import Heading
from zhuanmai.core.listing import Column, Listing, Table
from zhuanmai.core.masking import masked_name
from zhuanmai.core.models import Base, Work
from zhuanmai.core.moves import Move, Moves, Worded, Workflow
from zhuanmai.deadlines import subjects as deadlines
from zhuanmai.deadlines.acts import TermsOf
from zhuanmai.documents import making, touches
from zhuanmai.documents import services as documents
from zhuanmai.documents import subjects as papers
from zhuanmai.documents.facts import DocumentFacts, Facts, OfficerFacts, UnitFacts
from zhuanmai.documents.models import Document
from zhuanmai.documents.papers import Papers
from zhuanmai.documents.plan import Plan, Row
from zhuanmai.documents.queries import current, documents_of
from zhuanmai.fieldlog import entries
from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.fieldlog.payloads import Payload, Personal, Text
from zhuanmai.fieldlog.queries import acted_on
from zhuanmai.fieldlog.subjects import Kind, Merge, by_act
from zhuanmai.fieldlog.work import Done
from zhuanmai.fieldlog.work import Work as Batch
from zhuanmai.ledger import registry
from zhuanmai.ledger.services import append, as_found

KIND, TASK, TERM, HERE = "toy.check", "toy.seal", "licence_decision_retail_promise", Path(__file__).parent


class State(Worded):  # ---- what is kept, and what may be done with it
    ASKED, CHECKED, DECIDED = ("asked", "待核查"), ("checked", "已核查"), ("decided", "已决定")


class Act(Worded):
    OPEN, NOTE, FINISH = ("open", "开始核查"), ("note", "记录"), ("finish", "结束核查")
    SUBMIT, DECIDE = ("submit", "呈报"), ("decide", "决定")


class SiteCheck(Base):
    first = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    second = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    sealing = models.OneToOneField(Work, models.PROTECT, null=True, related_name="+")
    applicant, place = models.CharField(max_length=80), models.CharField(max_length=200)
    note, state = models.CharField(max_length=400), models.CharField(max_length=10, default=State.ASKED.value)
    checked_on, cursor = models.DateField(null=True), models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "toy"


ROWS: tuple[Move[State, Act], ...] = (
    Move(Act.OPEN, (), State.ASKED, "toy.check", starts=(TERM,)),
    Move(Act.NOTE, (State.ASKED,), None, "toy.check"),
    Move(Act.FINISH, (State.ASKED,), State.CHECKED, "toy.check", "实施细则 46"),
    Move(Act.SUBMIT, (State.CHECKED,), None, "toy.check"),
    Move(Act.DECIDE, (State.CHECKED,), State.DECIDED, "toy.decide", meets=(TERM,)),
)


@dataclass(frozen=True)
class CheckFacts(Facts):
    applicant: str | None = None
    place: str | None = None
    note: str | None = None


HEADS = (
    Step(Role.DEPARTMENT_HEAD, "toy.agree", "承办部门", "Department head"),
    Step(Role.BUREAU_HEAD, "toy.decide", "负责人", "Bureau head"),
)


class Checks(Rows, touches.OnPapers, subjects.Subject, deadlines.Kind, papers.Subject):  # ---- for the mechanisms
    kind, code, title, met_by_acts = KIND, KIND, "现场核查", frozenset({TERM})
    model, noun, see, work, workers = SiteCheck, "核查", "toy.see", "toy.check", ("first", "second")
    matters: Mapping[str, Matter] = {"grant": Matter("grant", "准予许可", "Licence", HEADS)}
    papers = Papers(catalogue=HERE / "papers.json", forms=HERE / "forms", facts=CheckFacts)
    plan: Plan[SiteCheck] = Plan((Row("T01", ("over",)),), {"over": lambda one: bool(one.checked_on)}, {}, ["T01"])

    def headings(self, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Heading]:
        found = SiteCheck.objects.select_related("unit").filter(pk__in=ids)
        return {one.pk: Heading(one.place, f"/checks/{one.pk}", one.place, one.unit.name) for one in found}

    def mark(self, row: SiteCheck) -> int:
        return row.cursor

    def unit(self, reading: SiteCheck) -> Unit:
        return reading.unit

    def facts(self, reading: SiteCheck, made: Sequence[Document]) -> CheckFacts:
        return CheckFacts(
            UnitFacts.of(reading.unit), DocumentFacts(dated_on=reading.checked_on),
            (OfficerFacts.of(reading.first), OfficerFacts.of(reading.second)),
            applicant=reading.applicant, place=reading.place, note=reading.note or None,
        )  # fmt: skip

    def conflicts(self, officer: Officer) -> models.QuerySet[Any]:
        return self.worked_on(officer, acted_on(KIND, officer).values("subject_id"))

    def card(self, approval: Approval) -> Card:
        made = [("现场核查审批表", f"/papers/{one.pk}") for one in self.about(approval)]
        return Card((("Place", SiteCheck.objects.get(pk=approval.subject_id).place),), tuple(made))

    def decided(self, approval: Approval, signing: Signing, oral: OralApproval | None) -> list[models.Model]:
        touches.put(signing)
        if approval.step != Role.BUREAU_HEAD:
            return []
        check = as_found(self.lock(approval.subject_id))
        done = FLOW.do(check, Act.DECIDE, actor=signing.officer)
        check.sealing = work.ask(TASK, about=str(check.pk), asked_by_id=signing.officer_id, check_id=str(check.pk))
        check.save()
        return [check, *done.rows]


CHECKS = Checks()
FLOW: Workflow[State, Act] = Workflow(KIND, "现场核查", Moves(State, ROWS), CHECKS.guard, TermsOf(KIND))


class Log(Kind[SiteCheck, Batch[SiteCheck]]):  # ---- on the tablet
    code, ledger, title, model = KIND, "toy", "核查", SiteCheck
    require_seen, require_worker = CHECKS.require_seen, CHECKS.require_works


LOG = Log()


class Opening(Payload):
    applicant: Personal
    place: Text
    second: uuid.UUID


class Note(Payload):
    text: Text = ""


@LOG.opens("open", Opening)
def opened(officer: Officer, check_id: uuid.UUID, given: Opening, row: FieldOperation) -> tuple[SiteCheck, Done]:
    require(officer, "toy.check")
    people = {"first": officer, "second": queries.officer(given.second), "applicant": given.applicant}
    check = SiteCheck.objects.create(pk=check_id, unit=queries.bureau_of(officer.unit), place=given.place, **people)
    return check, Done({"place": given.place}, [check, *FLOW.open(check, Act.OPEN, at=row.at, event="opened").rows])


@LOG.handles("note", Note, rule=by_act(FLOW, Act.NOTE))
def noted(batch: Batch[SiteCheck], given: Note, row: FieldOperation) -> Done:
    batch.subject.note = given.text
    batch.subject.save()
    return Done(rows=[batch.subject])


@LOG.handles("finish", Payload, rule=by_act(FLOW, Act.FINISH), merge=Merge.FIRST)
def finished(batch: Batch[SiteCheck], given: Payload, row: FieldOperation) -> Done:
    done, batch.subject.checked_on = FLOW.do(batch.subject, Act.FINISH, actor=batch.asked), batch.day_of(row)
    batch.subject.save()
    return Done(rows=[batch.subject, *done.rows])


@LOG.answers
def told(officer: Officer, check: SiteCheck, reason: str) -> dict[str, Any]:
    tree = {"cursor": check.cursor, "state": check.state, "applicant": check.applicant, "officers": []}
    view = View(KIND, Thing.FACTS, KIND, check.pk, check.pk, "申请人信息", "平板")
    standing = Standing(works=CHECKS.works(officer, check), may_ask=may(officer, "toy.see", unit=check.unit))
    full = personal.seen_in_full(actor=officer, view=view, standing=standing, reason=reason)
    return tree if full else personal.masked(KIND, tree)


def submit(*, officer: Officer, check_id: uuid.UUID) -> None:  # ---- what is done at the desk
    making.ask(FLOW.permit(CHECKS.require_seen(officer, check_id), Act.SUBMIT, officer), kind=KIND)
    with transaction.atomic():
        check = CHECKS.lock(check_id)
        FLOW.do(check, Act.SUBMIT, actor=officer)
        rows = services.ask(officer=officer, kind=KIND, subject_id=check.pk, unit=check.unit, purpose="grant")
        append("toy.submitted", actor_id=officer.pk, object_kind=KIND, object_id=check.pk, case_id=check.pk, rows=rows)


def to_sign(officer: Officer, check_id: uuid.UUID) -> dict[str, Any]:
    CHECKS.require_worker(officer, check_id)
    items = touches.items(touches.waiting(KIND, check_id), "officer")
    return {"officer": officer, "items": items, "purpose": touches.purpose_of("toy", KIND, check_id)}


def sign(*, officer: Officer, check_id: uuid.UUID, signing_id: uuid.UUID, credential: dict[str, Any]) -> None:
    with transaction.atomic():
        CHECKS.lock(check_id)
        touches.finish(signing_id=signing_id, credential=credential, **to_sign(officer, check_id))


def seal(check_id: str) -> None:
    check = SiteCheck.objects.select_related("sealing").get(pk=check_id)
    if check.sealing and (turn := work.begin(check.sealing)):
        with transaction.atomic():
            turn.end(Work.State.DONE)
            documents.seal(actor_id=None, version_id=current(documents_of(KIND, check.pk)[0]).pk)


LIST = Listing("toy:checks", "checks", "Site checks", (
    Column("place", "Place", lambda one: one.place, order="place", link=True),
    Column("applicant", "Applicant", lambda one: one.applicant, mask=masked_name),
    Column("state", "State", lambda one: State(one.state).zh, order="state"),
), default="place", href=lambda one: f"/checks/{one.pk}")  # fmt: skip


def page(request: HttpRequest) -> HttpResponse:
    table = Table(LIST, request, CHECKS.rows(requests.officer_of(request)))
    return table.sheet() or render(request, "core/_table.html", table.context())


def to_submit(officer: Officer) -> Iterator[notices.Notice]:
    for one in CHECKS.rows(officer).filter(pk__in=CHECKS.own(officer), state=State.CHECKED):
        yield notices.Notice(f"呈报现场核查 · {one.place}", f"/checks/{one.pk}")


PERMISSIONS = (
    Permission("toy.see", "查看现场核查", (Role.OFFICER, Role.DEPARTMENT_HEAD, Role.BUREAU_HEAD, Role.AUDITOR)),
    Permission("toy.check", "办理现场核查", (Role.OFFICER,)),
    Permission("toy.agree", "签署承办部门意见", (Role.DEPARTMENT_HEAD,)),
    Permission("toy.decide", "决定现场核查", (Role.BUREAU_HEAD,)),
)


def register() -> None:  # ---- once, at start-up
    permissions.register(*PERMISSIONS)
    personal.register(personal.Subject(KIND, {"applicant": Sort.NAME}, {Thing.FACTS: "toy.seen"}))
    registry.register_table(SiteCheck, exclude=("cursor",))
    registry.register("toy.seen", sentence="查看{what}：{reason}", fields=("what", "way", "reason"))
    registry.register("toy.submitted", sentence="呈报现场核查")
    entries.of_every_log("toy")
    for name in LOG.operations():
        entries.operation("toy", name, f"现场核查：{Act(name).zh}", "place")
    moves.register(FLOW)
    for mechanism in (subjects, deadlines, papers):
        mechanism.register(CHECKS)
    listing.declare(LIST)
    notices.register(to_submit)
    jobs.name_task(TASK, "封签核查文书")
    app.task(name=TASK)(seal)
