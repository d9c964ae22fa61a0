"""The import of a price catalogue: upload, see what changes and what is refused, then take it in or put it aside."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhuanmai.core.errors import Refused
from zhuanmai.core.exports import sheet
from zhuanmai.reference import services
from zhuanmai.reference.forms import CatalogueForm
from zhuanmai.reference.models import CatalogueImport
from zhuanmai.reference.services.catalogues import CatalogueHead, catalogue_import, plan_of
from zhuanmai.reference.views.frame import allowed, officer

_SHOWN = 500


@require_http_methods(["GET", "POST"])
@allowed("reference.edit")
def start(request: HttpRequest) -> HttpResponse:
    """Step one: the file and what it says about itself."""
    form = CatalogueForm(request.POST or None, request.FILES or None, initial={"region": settings.PRICE_REGION})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        file = given.pop("file")
        try:
            seen, _plan = services.preview_catalogue(
                actor=officer(request), file_name=file.name, content=file.read(), head=CatalogueHead(**given)
            )
            return redirect("reference:import_preview", import_id=seen.id)
        except Refused as error:
            form.refuse(error)
    recent = CatalogueImport.objects.order_by("-created_at")[:10]
    return render(request, "reference/import_start.html", {"form": form, "recent": recent})


@require_GET
@allowed("reference.edit")
def preview(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Step two: what would change, and which rows are refused and why; also as a sheet."""
    seen = catalogue_import(import_id)
    if seen.state != CatalogueImport.State.PREVIEW:
        return render(request, "reference/import_done.html", {"seen": seen})
    plan = plan_of(seen)
    if request.GET.get("export") == "xlsx":
        rows = ((row.line, row.column, row.value, row.reason) for row in plan.refused)
        return sheet("未导入的行", "xlsx", ("行", "列", "内容", "原因"), rows)
    shown = request.GET.get("show", "")
    changes = [change for change in plan.changes if not shown or change.kind == shown]
    alarms = [change for change in plan.changes if change.alarm]
    return render(
        request,
        "reference/import_preview.html",
        {
            "seen": seen,
            "plan": plan,
            "counts": plan.counts,
            "changes": changes[:_SHOWN],
            "more": max(0, len(changes) - _SHOWN),
            "alarms": alarms,
            "shown": shown,
            "stale": plan.digest != seen.plan_sha256,
        },
    )


@require_POST
@allowed("reference.edit")
def decide(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Step three: take it in, or put it aside."""
    if request.POST.get("act") == "apply":
        services.apply_catalogue(actor=officer(request), import_id=import_id)
        messages.success(request, _("The catalogue is taken in."))
        return redirect("reference:catalogues")
    services.discard_catalogue(actor=officer(request), import_id=import_id)
    messages.info(request, _("The file is put aside; nothing was changed."))
    return redirect("reference:import")
