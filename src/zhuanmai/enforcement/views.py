"""Pages: home, case list, the case with its tabs, and the workbench."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.personal import Thing
from zhuanmai.accounts.queries import names
from zhuanmai.accounts.requests import officer_of
from zhuanmai.approvals.permissions import waiting_for
from zhuanmai.approvals.queries import approvals_of_many, orally_approved
from zhuanmai.approvals.subjects import headings_of, matter_of
from zhuanmai.core import notices
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.core.listing import Column, Listing, Table, day_of, declare
from zhuanmai.core.progress import bar, how_far
from zhuanmai.deadlines.queries import running_out
from zhuanmai.documents.models import Making
from zhuanmai.documents.queries import newest_making
from zhuanmai.enforcement.case_json import state_words
from zhuanmai.enforcement.models import Case
from zhuanmai.enforcement.papers import paper_of
from zhuanmai.enforcement.paperwork import find
from zhuanmai.enforcement.permissions import require_seen
from zhuanmai.enforcement.personal import (
    People,
    look_at_paper,
    note_search,
    page_state,
    party_name,
    people_of,
    see_people,
    sight_of,
)
from zhuanmai.enforcement.procedure import KIND, State
from zhuanmai.enforcement.queries import Filters, cases, to_value, unsigned_in, valuations_waiting
from zhuanmai.enforcement.templatetags.case_words import in_words
from zhuanmai.enforcement.workflow import acts_of
from zhuanmai.ledger.queries import timeline
from zhuanmai.reference.citations import citation


@dataclass(frozen=True)
class Shown:
    """A case as the list shows it: its state in words, the party that documents name, masked."""

    row: Case
    state: str
    party: str


CASES = declare(
    Listing(
        "enforcement:cases",
        "cases",
        _("Cases"),
        (
            Column("number", _("Number"), lambda one: one.row.number or one.row.clue_no, "clue_no", link=True,
                   nowrap=True),
            Column("clue_no", _("Number of the clue"), lambda one: one.row.clue_no, on_page=False),
            Column("filed", _("Number of the filing"), lambda one: one.row.number, on_page=False),
            Column("party", _("Party"), lambda one: one.party, nowrap=True),
            Column("place", _("Place"), lambda one: one.row.inspection.shop_name or one.row.inspection.address,
                   "inspection__shop_name"),
            Column("cause", _("Cause"), lambda one: "、".join(cause.name for cause in one.row.causes.all())),
            Column("state", _("State"), lambda one: in_words(one.state), "state",
                   template="enforcement/_case_state.html"),
            Column("squad", _("Squad"), lambda one: one.row.unit.name, "unit__name", nowrap=True),
            Column("opened", _("Opened"), lambda one: one.row.opened_at, "opened_at", nowrap=True),
        ),
        default="-opened",
        href=lambda one: reverse("enforcement:case", args=[one.row.pk]),
        dress=lambda rows: [Shown(case, words, party_name(case)) for case, words in _worded(rows)],
    )
)  # fmt: skip
TABS = ("facts", "documents", "items", "evidence", "procedure", "trace")


@signed_in_only
def home(request: HttpRequest) -> HttpResponse:
    """My cases, deadlines, approvals waiting."""
    officer = officer_of(request)
    context: dict[str, Any] = {}
    if officer.may("enforcement.see"):
        context = {
            "mine": _worded(cases(officer, Filters())[:8]),
            "deadlines": running_out(officer, 8),
        }
    else:
        context["notices"] = notices.waiting_for(officer)
    if officer.may("enforcement.value"):
        waiting = valuations_waiting(officer)
        first = sorted(to_value(officer), key=lambda case: case.pk not in waiting)[:8]  # then the newest
        context["to_value"] = [(*one, waiting.get(one[0].pk, 0)) for one in _worded(first)]
    rows = waiting_for(officer)
    headings = headings_of(rows[:8])
    context["approvals"] = [(row, matter_of(row).label, headings[row.subject_id]) for row in rows[:8]]
    context["approvals_waiting"] = len(rows)
    return render(request, "enforcement/home.html", context)


@signed_in_only
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases with filters that stand in the address."""
    officer = officer_of(request)
    require(officer, "enforcement.open")
    note_search(officer, request.GET.get("q", "").strip())
    filters = Filters(
        words=request.GET.get("q", "").strip(),
        state=request.GET.get("state", ""),
        since=day_of(request.GET.get("since")),
        until=day_of(request.GET.get("until")),
        mine=request.GET.get("mine") == "1",
    )
    table = Table(CASES, request, cases(officer, filters))
    if answer := table.sheet():
        return answer
    context = table.context() | {"states": [(state.value, state.zh) for state in State], "filters": filters}
    return render(request, "enforcement/cases.html", context)


@ensure_csrf_cookie
@signed_in_only
def case_page(request: HttpRequest, case_id: uuid.UUID, tab: str = "facts") -> HttpResponse:
    """One case: its facts, documents, items, evidence, procedure, trace; the law at the right.

    Personal data is masked; posted with a reason the page shows it in full, this once, and the look is on the ledger.
    """
    officer = officer_of(request)
    case, refusal, full = require_seen(officer, case_id), None, False
    if request.method == "POST":
        try:
            see_people(actor=officer, case_id=case_id, reason=request.POST.get("reason", ""))
            full = True
        except Refused as error:
            refusal = error
    state = page_state(officer, case, reason=request.POST["reason"].strip() if full else "")
    people = people_of(case, full=full)
    context = {
        "case": case,
        "state": state,
        "tab": tab if tab in TABS else "facts",
        "people": people,
        "print_sight": sight_of(officer, case, Thing.PAPER),
        "errors": [refusal] if refusal else [],
        "urgent": next((row for row in state["deadlines"] if row["left"]), None),
        "articles": [citation(text) for text in ("行政处罚法 56", "行政处罚法 42(1)", "行政处罚法 55(1)")],
    }
    if context["tab"] == "documents":
        context |= _documents(request, case, state)
    if context["tab"] == "procedure":
        context["acts"] = acts_of(officer, case)
    if context["tab"] in ("facts", "trace"):
        context["lines"] = _lines(case, people)
    answer = render(request, "enforcement/case.html", context, status=refusal.status if refusal else 200)
    if full:
        answer["Cache-Control"] = "no-store"
    return answer


@signed_in_only
def paper(request: HttpRequest, case_id: uuid.UUID, document_id: uuid.UUID) -> HttpResponse:
    """The pages of one document as pictures, for the documents tab: shown when the look is on the ledger.

    Posted with a reason for who has no part in the case.
    """
    officer = officer_of(request)
    case = require_seen(officer, case_id)
    one = find(case, document_id)
    look_at_paper(actor=officer, case=case, paper=one, way="案件页", reason=request.POST.get("reason", ""))
    context = {"case": case, "paper": paper_of(one)}
    return render(request, "enforcement/_paper.html", context)


@require_safe
@signed_in_only
def making(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """How far the set of papers is that is being made; when it is through, the page is loaded anew."""
    case = require_seen(officer_of(request), case_id)
    newest = newest_making(KIND, case.pk)
    if newest is None:
        raise NotFound("no_making", "本案还没有生成过文书；请在平板上点“生成文书”。")
    return bar(request, _how_far(newest), goes_on=newest.is_open)


def _how_far(making: Making) -> dict[str, Any]:
    return how_far(making.work, poll_url=reverse("enforcement:making", args=[making.subject_id]))


def _worded(found: Iterable[Case]) -> list[tuple[Case, str]]:
    """Cases, each with its state in the bureau's words; two queries more, however many there are."""
    rows = list(found)
    ids = [case.pk for case in rows]
    asked, orally = approvals_of_many(KIND, ids), orally_approved(KIND, ids, "registration")
    return [(case, state_words(case, asked[case.pk], orally=case.pk in orally)) for case in rows]


def _documents(request: HttpRequest, case: Case, state: dict[str, Any]) -> dict[str, Any]:
    found, newest, officer = state["documents"], newest_making(KIND, case.pk), officer_of(request)
    chosen = next((one for one in found if one["id"] == request.GET.get("document")), found[0] if found else None)
    values = chosen is not None and case.valuer_id == officer.pk  # sees the paper that waits for their signature
    paper = find(case, uuid.UUID(chosen["id"])) if chosen and values else None
    return {
        "chosen": chosen,
        "sight": sight_of(officer, case, Thing.PAPER, paper),
        "sealed": sum(one["state"] == "sealed" for one in found),
        "mine": unsigned_in(officer, case),
        "under_way": _how_far(newest) if newest and newest.is_open else None,
    }


def _lines(case: Case, people: People) -> list[dict[str, Any]]:
    lines = timeline(case_id=case.pk, limit=200)
    actors = names({line.actor_id for line in lines if line.actor_id})
    return [
        {
            "seq": line.seq,
            "at": line.at,
            "sentence": people.text(line.sentence),
            "actor": actors.get(line.actor_id) if line.actor_id else "",
        }
        for line in lines
    ]


@ensure_csrf_cookie
@signed_in_only
def field(request: HttpRequest, case_id: uuid.UUID | None = None) -> HttpResponse:
    """The workbench on a tablet: a new case, or one that exists."""
    require(officer_of(request), "enforcement.act")
    return render(request, "enforcement/field.html", {"case_id": case_id or "new"})
