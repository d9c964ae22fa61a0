"""Pages of where and whither: hot spots, and flows of seized cartons, each as a map and a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhuanmai.accounts.requests import asked, officer_of
from zhuanmai.alerts import queries, wording
from zhuanmai.alerts.maps import drawing, places
from zhuanmai.alerts.models import Whereabouts
from zhuanmai.alerts.pages.tabs import frame
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.exports import exported
from zhuanmai.core.listing import page_of

_CELLS = ("网格 (H3)", "时段", "类别", "起数", "Gi*", "p 值", "热点")
_FLOWS = ("许可证号", "送货区县", "查获区县", "时段", "条数", "案件数")


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
    if answer := exported(request, "hotspots", _("Hot spots"), _CELLS, lambda: [
        (row["cell"], period, words, row["count"], row["gi_star"], row["p_value"], "是" if row["hot"] else "")
        for row in rows
    ]):  # fmt: skip
        return answer
    context = _frame(request, "hotspots", one) | {
        "kinds": [(each, wording.event_words(each)) for each in kinds],
        "kind": kind,
        "words": words,
        "hot": sum(row["hot"] for row in rows),
        "count": sum(row["count"] for row in rows),
        "hexagons": drawing.hexagons(rows),
        "page_obj": page_of(request, rows),
        "legend": [(3, "99 %"), (2, "95 %"), (1, "90 %")],
    }
    return render(request, "alerts/hotspots.html", context | _ground())


@signed_in_only
@require_GET
def flows(request: HttpRequest) -> HttpResponse:
    """Where seized cartons were delivered to, and where they were found."""
    one = _chosen(request, list(queries.whereabouts(officer_of(request), "flows")))
    rows = one.rows if one else []
    period = places.named(one.run.day, one.weeks) if one else ""
    named = [
        row | {"from": wording.district_words(row["from_district"]), "to": wording.district_words(row["to_district"])}
        for row in rows
    ]
    if answer := exported(request, "flows", _("Flows"), _FLOWS, lambda: [
        (row["from_licence"], row["from"], row["to"], period, row["cartons"], row["cases"]) for row in named
    ]):  # fmt: skip
        return answer
    context = _frame(request, "flows", one) | {
        "arrows": [
            (arrow, wording.district_words(arrow.from_district), wording.district_words(arrow.to_district))
            for arrow in drawing.arrows(rows)
        ],
        "cartons": sum(row["cartons"] for row in rows),
        "shops": len({row["from_licence"] for row in rows}),
        "page_obj": page_of(request, named),
    }
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
        "exports": 1,
    } | frame(request, here)


def _ground() -> dict[str, Any]:
    return {
        "districts": [(each, wording.district_words(each.code)) for each in drawing.districts()],
        "width": drawing.WIDTH,
        "height": drawing.projection().height,
    }
