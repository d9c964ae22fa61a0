"""Pages of where and whither: hot spots, and flows of seized cartons, each as a map and a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from zhuanmai.accounts.requests import asked, officer_of
from zhuanmai.alerts import queries, wording
from zhuanmai.alerts.maps import drawing, places
from zhuanmai.alerts.models import Whereabouts
from zhuanmai.alerts.pages.tabs import frame
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.listing import Column, Listing, Table, declare

HOT_SPOTS = declare(
    Listing(
        "alerts:hotspots",
        "hotspots",
        gettext_lazy("Hot spots"),
        (
            Column("cell", gettext_lazy("Cell (H3)"), lambda one: one["cell"], code=True,
                   template="alerts/_hotspot_cell.html"),
            Column("period", gettext_lazy("Period"), lambda one: one["period"], on_page=False),
            Column("kind", gettext_lazy("Kind"), lambda one: one["kind"], on_page=False),
            Column("count", gettext_lazy("Events"), lambda one: one["count"], lambda one: one["count"], number=True),
            Column("gi_star", gettext_lazy("Gi* score"), lambda one: one["gi_star"], lambda one: one["gi_star"],
                   number=True, template="alerts/_hotspot_two.html"),
            Column("p", gettext_lazy("P-value"), lambda one: one["p_value"], lambda one: one["p_value"], number=True,
                   template="alerts/_hotspot_four.html"),
            Column("hot", gettext_lazy("Hot"), lambda one: _("Hot") if one["hot"] else "", on_page=False),
        ),
    )
)  # fmt: skip
FLOWS = declare(
    Listing(
        "alerts:flows",
        "flows",
        gettext_lazy("Flows"),
        (
            Column("from", gettext_lazy("Delivered to"), lambda one: one["from_licence"],
                   lambda one: one["from_licence"], template="alerts/_flow_from.html"),
            Column("from_district", gettext_lazy("District of the shop"), lambda one: one["from"], on_page=False),
            Column("to", gettext_lazy("Found in"), lambda one: one["to"], lambda one: one["to_district"]),
            Column("period", gettext_lazy("Period"), lambda one: one["period"], on_page=False),
            Column("cartons", gettext_lazy("Cartons"), lambda one: one["cartons"], lambda one: one["cartons"],
                   number=True),
            Column("cases", gettext_lazy("Cases"), lambda one: one["cases"], lambda one: one["cases"], number=True),
        ),
    )
)  # fmt: skip


@signed_in_only
@require_GET
def hotspots(request: HttpRequest) -> HttpResponse:
    """Where events of a kind lie closer together than chance would put them."""
    found = queries.whereabouts(officer_of(request), "hotspots")
    kinds = list(dict.fromkeys(one.kind for one in found))
    kind = asked(request, "kind") if asked(request, "kind") in kinds else (kinds[0] if kinds else "")
    one = _chosen(request, [each for each in found if each.kind == kind])
    rows = one.rows if one else []
    period = places.named(one.run.day, one.weeks) if one else ""
    words = str(wording.event_words(kind))
    table = Table(HOT_SPOTS, request, [row | {"period": period, "kind": words} for row in rows])
    if answer := table.sheet():
        return answer
    context = (
        _frame(request, "hotspots", one)
        | table.context()
        | {
            "kinds": [(each, wording.event_words(each)) for each in kinds],
            "kind": kind,
            "words": words,
            "hot": sum(row["hot"] for row in rows),
            "count": sum(row["count"] for row in rows),
            "hexagons": drawing.hexagons(rows),
            "legend": [(3, "99 %"), (2, "95 %"), (1, "90 %")],
        }
    )
    return render(request, "alerts/hotspots.html", context | _ground())


@signed_in_only
@require_GET
def flows(request: HttpRequest) -> HttpResponse:
    """Where seized cartons were delivered to, and where they were found."""
    one = _chosen(request, list(queries.whereabouts(officer_of(request), "flows")))
    rows = one.rows if one else []
    period = places.named(one.run.day, one.weeks) if one else ""
    named = [
        row
        | {
            "from": wording.district_words(row["from_district"]),
            "to": wording.district_words(row["to_district"]),
            "period": period,
        }
        for row in rows
    ]
    table = Table(FLOWS, request, named)
    if answer := table.sheet():
        return answer
    context = (
        _frame(request, "flows", one)
        | table.context()
        | {
            "arrows": [
                (arrow, wording.district_words(arrow.from_district), wording.district_words(arrow.to_district))
                for arrow in drawing.arrows(rows)
            ],
            "cartons": sum(row["cartons"] for row in rows),
            "shops": len({row["from_licence"] for row in rows}),
        }
    )
    return render(request, "alerts/flows.html", context | _ground())


def _chosen(request: HttpRequest, found: Sequence[Whereabouts]) -> Whereabouts | None:
    """The one of the period that the address asks for, else half a year."""
    wanted = asked(request, "weeks")
    by_weeks = {str(one.weeks): one for one in found}
    return by_weeks.get(wanted) or by_weeks.get("26") or next(iter(by_weeks.values()), None)


def _frame(request: HttpRequest, here: str, one: Whereabouts | None) -> dict[str, Any]:
    return {
        "one": one,
        "first": places.period_of(one.run.day, one.weeks)[0] if one else None,
        "weeks": [(weeks, _("%(n)s weeks") % {"n": weeks}) for weeks in places.PERIODS],
    } | frame(request, here)


def _ground() -> dict[str, Any]:
    return {
        "districts": [(each, wording.district_words(each.code)) for each in drawing.districts()],
        "width": drawing.WIDTH,
        "height": drawing.projection().height,
    }
