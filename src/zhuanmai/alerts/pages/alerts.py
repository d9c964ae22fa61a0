"""Pages of the alerts: the list, one alert with its reasons, and what a squad does with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zhuanmai.accounts.permissions import may
from zhuanmai.accounts.requests import asked, officer_of
from zhuanmai.alerts import phrases, procedure, queries, services, wording
from zhuanmai.alerts.detectors import DETECTORS
from zhuanmai.alerts.models import Alert
from zhuanmai.alerts.pages import charts
from zhuanmai.alerts.pages.forms import AssignForm, InspectForm, RecordForm
from zhuanmai.alerts.pages.tabs import frame, how_far
from zhuanmai.alerts.permissions import require_seen
from zhuanmai.alerts.procedure import Act
from zhuanmai.alerts.workflow import FLOW
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.clock import today
from zhuanmai.core.errors import Refused
from zhuanmai.core.left import Left
from zhuanmai.core.listing import Column, Listing, Table, day_of, declare, uuid_of
from zhuanmai.core.toasts import say
from zhuanmai.ledger.queries import timeline
from zhuanmai.reference.identifiers import districts


@dataclass(frozen=True)
class Shown:
    """An alert as a list shows it."""

    row: Alert
    place: str
    why: str
    state: Any
    level: str
    offence: Any
    district: str
    outcome_level: str
    left: Left | None


def shown(row: Alert) -> Shown:
    """An alert with its codes in words."""
    first = row.reasons[0] if row.reasons else None
    why = phrases.in_words(first) if first else str(_("Drawn at random"))
    left = Left((row.due - today()).days) if row.due and row.state in procedure.WITH_SQUAD else None
    return Shown(
        row, row.shop_name or row.address or row.subject, why, wording.STATES[procedure.State(row.state)],
        wording.LEVELS[procedure.State(row.state)], wording.offence_words(row.offence),
        wording.district_words(row.district_code), wording.OUTCOME_LEVELS.get(row.outcome, ""), left,
    )  # fmt: skip


ALERTS = declare(
    Listing(
        "alerts:alerts",
        "alerts",
        gettext_lazy("Alerts"),
        (
            Column("number", gettext_lazy("Number of an alert"), lambda one: one.row.number, "number", on_page=False),
            Column("day", gettext_lazy("Data up to"), lambda one: one.row.day, "day", on_page=False),
            Column("chance", gettext_lazy("Chance"), lambda one: round(one.row.probability, 3), "probability",
                   nowrap=True, template="alerts/_alert_chance.html"),
            Column("place", gettext_lazy("Place"), lambda one: one.place, link=True,
                   template="alerts/_alert_place.html"),
            Column("subject", gettext_lazy("Licence or place"), lambda one: one.row.subject, on_page=False),
            Column("address", gettext_lazy("Address"), lambda one: one.row.address, on_page=False),
            Column("offence", gettext_lazy("Offence"), lambda one: one.offence, on_page=False),
            Column("why", gettext_lazy("Why"), lambda one: one.why, hide_phone=True),
            Column("state", gettext_lazy("State"), lambda one: one.state, "state", nowrap=True,
                   template="alerts/_state.html"),
            Column("district", gettext_lazy("District"), lambda one: one.district, "district_code", nowrap=True),
            Column("squad", gettext_lazy("Where it is"), lambda one: one.row.unit.name, "unit__name", nowrap=True),
            Column("due", gettext_lazy("Visit by"), lambda one: one.row.due, "due", nowrap=True,
                   template="alerts/_due.html"),
            Column("result", gettext_lazy("Result"), lambda one: one.row.get_outcome_display(), on_page=False),
            Column("case_no", gettext_lazy("Case"), lambda one: one.row.case_no, on_page=False),
        ),
        default="-chance",
        href=lambda one: reverse("alerts:alert", args=[one.row.pk]),
        dress=lambda rows: [shown(row) for row in rows],
    )
)  # fmt: skip


@signed_in_only
@require_GET
def alert_list(request: HttpRequest) -> HttpResponse:
    """Alerts with filters that stand in the address; those that still wait are shown first of all."""
    officer = officer_of(request)
    filters = queries.Filters(
        words=asked(request, "q"),
        state=request.GET.get("state", "open"),
        offence=asked(request, "offence"),
        district=asked(request, "district"),
        detector=asked(request, "detector"),
        since=day_of(request.GET.get("since")),
        until=day_of(request.GET.get("until")),
    )
    found = queries.alerts(officer, filters)
    may_assign = may(officer, "alerts.assign")
    table = Table(ALERTS, request, found, bulk="chosen" if may_assign else "")
    if answer := table.sheet():
        return answer
    context = table.context() | {
        "filters": filters,
        "states": [(state.value, words) for state, words in wording.STATES.items()],
        "outcomes": Alert.Outcome.choices,
        "offences": list(wording.OFFENCES.items()),
        "districts": [(code, name) for code, name in districts().items() if code[4:] != "00"],
        "detectors": [(one.name, phrases.label_of(one.name)) for one in DETECTORS],
        "may_assign": may_assign,
        "squads": queries.squads(officer),
        "run": queries.latest_run(),
        "may_run": may(officer, "alerts.run"),
    }
    newest = queries.watched_runs(officer=officer).first()
    if newest is not None and newest.is_open:
        context |= {"under_way": newest, **how_far(newest)}
    return render(request, "alerts/alerts.html", context | frame(request, "alerts"))


@signed_in_only
@require_GET
def alert_page(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """One alert: its chance, why, what to look for, the picture, what is like it, and what can be done now."""
    return _page(request, alert_id)


@signed_in_only
@require_POST
def see(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """The page is open at somebody of the squad: it says so itself, as asking for a page changes nothing.

    The answer is the alert's state as it is then, for its place on the page.
    """
    row = services.see(actor=officer_of(request), alert_id=alert_id)
    return render(request, "alerts/_state.html", {"one": shown(row)})


@dataclass(frozen=True)
class Why:
    """A reason in the reader's language, with what to look for."""

    label: str
    words: str
    look_for: str
    href: str
    width: int  # of its bar, in hundredths of the weightiest


def _whys(row: Alert) -> list[Why]:
    most = max((reason.get("weight", 0.0) for reason in row.reasons), default=0.0) or 1.0
    return [
        Why(
            phrases.label_of(reason["detector"]),
            phrases.said_of(reason),
            phrases.look_for_of(reason["detector"]),
            reverse("alerts:detector", args=[reason["detector"]]) if reason["detector"] != phrases.PLACE else "",
            round(100 * max(0.0, reason.get("weight", most)) / most),
        )
        for reason in row.reasons
    ]


def _page(
    request: HttpRequest, alert_id: uuid.UUID, *, error: Refused | None = None, forms: dict[str, Any] | None = None
) -> HttpResponse:
    officer = officer_of(request)
    row = require_seen(officer, alert_id)
    acts = may(officer, "alerts.act", unit=row.unit)
    assigns = may(officer, "alerts.assign", unit=row.unit)
    people = queries.partners(officer, row.unit) if acts else []
    squads = queries.squads(officer) if assigns else []
    whys = _whys(row)
    context = {
        "one": shown(row),
        "row": row,
        "whys": whys,
        "look_for": list(dict.fromkeys(why.look_for for why in whys)),
        "chart": charts.lines(row.picture),
        "similar": [each | {"kind_words": wording.KINDS.get(each["kind"], ""),
                            "outcome_words": Alert.Outcome(each["outcome"]).label} for each in row.similar],
        "business": wording.business_words(row.business_type),
        "earlier": queries.earlier(officer, row),
        "may_see": FLOW.may(row, Act.SEE, officer),
        "may_assign": FLOW.may(row, Act.ASSIGN, officer),
        "may_inspect": FLOW.may(row, Act.INSPECT, officer) and officer.certificate_is_valid(),
        "may_record": FLOW.may(row, Act.RECORD, officer),
        "may_withdraw": row.is_mine_to_take_back and (row.done_by_id == officer.pk or assigns),
        "may_see_case": officer.may("enforcement.see"),
        "assign_form": AssignForm(squads, initial={"squad": str(row.area_id or "")}),
        "inspect_form": InspectForm(people),
        "partners": people,
        "record_form": RecordForm(),
        "lines": timeline(object_id=row.pk),
        "errors": [error] if error else [],
    } | (forms or {})  # fmt: skip
    status = error.status if error else 200
    return render(request, "alerts/alert.html", context | frame(request, "alerts"), status=status)


def _done(
    request: HttpRequest, alert_id: uuid.UUID, form: Any, name: str, doing: Callable[[Any], None]
) -> HttpResponse:
    """Do what a form asks for and go back to the alert; a refusal stands above what was typed."""
    if form.is_valid():
        try:
            doing(form.cleaned_data)
            return redirect("alerts:alert", alert_id)
        except Refused as error:
            if error.status == 404:
                raise
            return _page(request, alert_id, error=error, forms={name: form, "opened": name})
    words = "；".join(message for messages in form.errors.values() for message in messages)
    return _page(request, alert_id, error=Refused("form", words), forms={name: form, "opened": name})


@signed_in_only
@require_POST
def assign(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Give the alert to a squad."""
    officer = officer_of(request)

    def doing(data: dict[str, Any]) -> None:
        squad = uuid.UUID(data["squad"])
        row = services.assign(actor=officer, alert_ids=[alert_id], squad_id=squad, reason=data["reason"])[0]
        say(request, _("Given to %(squad)s.") % {"squad": row.unit.name})

    return _done(request, alert_id, AssignForm(queries.squads(officer), request.POST), "assign_form", doing)


@signed_in_only
@require_POST
def assign_many(request: HttpRequest) -> HttpResponse:
    """Give the chosen alerts of the list to one squad."""
    chosen = [found for text in request.POST.getlist("chosen") if (found := uuid_of(text))]
    squad = uuid_of(request.POST.get("squad"))
    if not chosen or squad is None:
        raise Refused("squad_missing", "请先选择预警和中队。", "squad")
    rows = services.assign(actor=officer_of(request), alert_ids=chosen, squad_id=squad)
    say(request, _("%(n)s alerts given to %(squad)s.") % {"n": len(rows), "squad": rows[0].unit.name})
    return redirect("alerts:alerts")


@signed_in_only
@require_POST
def inspect(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Open the on-site inspection and go to its workbench."""
    officer = officer_of(request)
    row = require_seen(officer, alert_id)
    form = InspectForm(queries.partners(officer, row.unit), request.POST)
    if not form.is_valid():
        return _done(request, alert_id, form, "inspect_form", lambda data: None)
    try:
        case_id = services.inspect(
            actor=officer, alert_id=alert_id, partner_id=uuid.UUID(form.cleaned_data["partner"]), clue=_clue(row)
        )
    except Refused as error:
        return _page(request, alert_id, error=error, forms={"inspect_form": form, "opened": "inspect_form"})
    return redirect("enforcement:field", case_id)


def _clue(row: Alert) -> str:
    """What the alert says, as the inspection's clue."""
    said = "；".join(_reasons(row))
    head = f"预警 {row.number}" + (f"（许可证号 {row.subject}）" if row.subject_kind == "licence" else "")
    if row.drawn:
        return f"{head}：按双随机抽取。"
    return f"{head}：疑似{wording.offence_words(row.offence)}，命中概率 {row.probability:.0%}。{said}。"


def _reasons(row: Alert) -> Iterable[str]:
    return (phrases.in_words(reason) for reason in row.reasons)


@signed_in_only
@require_POST
def record(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Say what the visit found."""

    def doing(data: dict[str, Any]) -> None:
        row = services.record(actor=officer_of(request), alert_id=alert_id, **data)
        words = _("Recorded: %(outcome)s. The next run learns from it.") % {"outcome": row.get_outcome_display()}
        say(request, words, undo=reverse("alerts:withdraw", args=[alert_id]))

    return _done(request, alert_id, RecordForm(request.POST), "record_form", doing)


@signed_in_only
@require_POST
def withdraw(request: HttpRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Take a result back."""
    services.withdraw(actor=officer_of(request), alert_id=alert_id)
    return redirect("alerts:alert", alert_id)
