"""Pages: home, case list, the case with its tabs, approvals (also from a phone), and the workbench."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie

from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.queries import names
from zhuanmai.accounts.requests import officer_of
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.errors import Refused
from zhuanmai.core.exports import exported
from zhuanmai.core.listing import day_of, listed
from zhuanmai.core.templatetags.zhuanmai import minute
from zhuanmai.deadlines.queries import running_out
from zhuanmai.enforcement.models import Approval, Case
from zhuanmai.enforcement.papers import paper_of
from zhuanmai.enforcement.permissions import require_seen
from zhuanmai.enforcement.personal import People, party_name, people_of, see_people
from zhuanmai.enforcement.procedure import State
from zhuanmai.enforcement.queries import Filters, cases, waiting_approvals
from zhuanmai.enforcement.signing import own_roles
from zhuanmai.enforcement.stages import planned
from zhuanmai.enforcement.state import state_of, state_words
from zhuanmai.ledger.queries import timeline
from zhuanmai.reference.citations import citation

_COLUMNS = {
    "number": "clue_no",
    "place": "inspection__shop_name",
    "state": "state",
    "squad": "unit__name",
    "opened": "opened_at",
}
_HEADINGS = ("案源编号", "立案号", "当事人", "地点", "案由", "状态", "承办部门", "案发时间")
TABS = ("facts", "documents", "items", "evidence", "procedure", "trace")


@signed_in_only
def home(request: HttpRequest) -> HttpResponse:
    """My cases, deadlines, approvals waiting."""
    officer = officer_of(request)
    context: dict[str, Any] = {}
    if officer.may("enforcement.see"):
        context = {
            "mine": [(case, _words(case)) for case in cases(officer, Filters())[:8]],
            "deadlines": running_out(officer, 8),
            "approvals": waiting_approvals(officer)[:8],
        }
    return render(request, "enforcement/home.html", context)


@signed_in_only
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases with filters that stand in the address."""
    officer = officer_of(request)
    require(officer, "enforcement.see")
    filters = Filters(
        words=request.GET.get("q", "").strip(),
        state=request.GET.get("state", ""),
        since=day_of(request.GET.get("since")),
        until=day_of(request.GET.get("until")),
        mine=request.GET.get("mine") == "1",
    )
    found = cases(officer, filters)
    if answer := exported(request, "cases", _("Cases"), _HEADINGS, lambda: map(_cells, found)):
        return answer
    context = listed(request, found, columns=_COLUMNS, default="-opened")
    rows = [(case, _words(case), party_name(case)) for case in context["page_obj"]]
    context |= {
        "rows": rows,
        "exports": 1,
        "states": [(state.value, state.zh) for state in State],
        "filters": filters,
    }
    return render(request, "enforcement/cases.html", context)


def _cells(case: Case) -> tuple[Any, ...]:
    """A case as a sheet shows it: the party masked, as on the page."""
    return (
        case.clue_no, case.number, party_name(case),
        case.inspection.shop_name or case.inspection.address, "、".join(one.name for one in case.causes.all()),
        _words(case), case.unit.name, minute(case.opened_at),
    )  # fmt: skip


def search(request: HttpRequest) -> HttpResponse:
    """The search box: for now it finds cases."""
    return redirect(f"/cases?{request.GET.urlencode()}")


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
    state, people = state_of(case), people_of(case, full=full)
    context = {
        "case": case,
        "state": state,
        "tab": tab if tab in TABS else "facts",
        "people": people,
        "summary": people.text(case.summary),
        "errors": [refusal] if refusal else [],
        "urgent": next((row for row in state["deadlines"] if not row["met"]), None),
        "articles": [citation(text) for text in ("行政处罚法 56", "行政处罚法 42(1)", "行政处罚法 55(1)")],
    }
    if context["tab"] == "documents":
        context |= _documents(request, case, state)
        context["mine"] = sum(bool(own_roles(case, officer, one)) for one in planned(case) if one.document)
    if context["tab"] in ("facts", "trace"):
        context["lines"] = _lines(case, people)
    for photo in state["photos"]:
        photo["caption"] = people.text(photo["caption"])
    answer = render(request, "enforcement/case.html", context, status=refusal.status if refusal else 200)
    if full:
        answer["Cache-Control"] = "no-store"
    return answer


@signed_in_only
def paper(request: HttpRequest, case_id: uuid.UUID, document_id: uuid.UUID) -> HttpResponse:
    """The pages of one document as pictures, for the documents tab."""
    case = require_seen(officer_of(request), case_id)
    context = {"case": case, "paper": paper_of(case, document_id)}
    return render(request, "enforcement/_paper.html", context)


def _words(case: Case) -> str:
    return state_words(case, case.approvals.all())


def _documents(request: HttpRequest, case: Case, state: dict[str, Any]) -> dict[str, Any]:
    found = state["documents"]
    chosen = next((one for one in found if one["id"] == request.GET.get("document")), found[0] if found else None)
    return {"chosen": chosen, "sealed": sum(one["state"] == "sealed" for one in found)}


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
def approvals(request: HttpRequest) -> HttpResponse:
    """Approvals that wait for me, each with its case and the two buttons."""
    officer = officer_of(request)
    rows = []
    for one in waiting_approvals(officer):
        state = state_of(one.case)
        wanted = {"registration": ("D03", "D05"), "filing": ("D08",)}.get(one.purpose, ())
        papers = [doc for doc in state["documents"] if doc["code"] in wanted]
        rows.append({"row": one, "state": state, "papers": papers, "party": party_name(one.case)})
    done = Approval.objects.filter(officer=officer).select_related("case__inspection").order_by("-decided_at")[:10]
    return render(request, "enforcement/approvals.html", {"rows": rows, "done": done})


@ensure_csrf_cookie
@signed_in_only
def field(request: HttpRequest, case_id: uuid.UUID | None = None) -> HttpResponse:
    """The workbench on a tablet: a new case, or one that exists."""
    require(officer_of(request), "enforcement.act")
    return render(request, "enforcement/field.html", {"case_id": case_id or "new"})
