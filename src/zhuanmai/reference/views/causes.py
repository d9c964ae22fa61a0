"""Case causes with their articles beside them; the editor changes one, or adds one, from a day on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from zhuanmai.core.clock import today
from zhuanmai.core.errors import Refused
from zhuanmai.core.listing import Column, Listing, Table, day_of, declare
from zhuanmai.reference import causes, services
from zhuanmai.reference.forms import CauseForm, NewCauseForm
from zhuanmai.reference.models import Cause, Certainty
from zhuanmai.reference.services.causes import words_of
from zhuanmai.reference.thresholds import thresholds
from zhuanmai.reference.views.frame import allowed, history, officer


def _cited(found: Iterable[Any]) -> str:
    return "、".join(f"{each.short_name} {each.place}" for each in found)


def _fined(fine: Any) -> str:
    """A fine as a sheet holds it: from and to, in yuan or in per cent of its base."""
    if not fine:
        return ""
    if fine.fixed_max:
        return f"¥{fine.fixed_min:,}–¥{fine.fixed_max:,}"
    return f"{fine.percent_min}%–{fine.percent_max}% {fine.base or ''}".strip()


CAUSES = declare(
    Listing(
        "reference:causes",
        "causes",
        gettext_lazy("Case causes"),
        (
            Column("code", gettext_lazy("Code"), lambda one: one.code, lambda one: one.code, code=True),
            Column("cause", gettext_lazy("Cause"), link=True, template="reference/_cause_name.html",
                   value=lambda one: one.english if get_language() == "en" else one.name),
            Column("breaks", gettext_lazy("Breaks"), lambda one: _cited(one.violated),
                   template="reference/_cause_breaks.html"),
            Column("penalised", gettext_lazy("Penalised by"), lambda one: _cited(one.penalised),
                   template="reference/_cause_penalised.html"),
            Column("fine", gettext_lazy("Fine"), lambda one: _fined(one.fine), nowrap=True,
                   template="reference/_cause_fine.html"),
            Column("certainty", gettext_lazy("Certainty"), lambda one: Certainty(one.certainty).label,
                   template="reference/_cause_certainty.html"),
        ),
        href=lambda one: reverse("reference:cause", args=[one.code]),
    )
)  # fmt: skip


@require_GET
@allowed("reference.see")
def cause_list(request: HttpRequest) -> HttpResponse:
    """The case causes in their order."""
    table = Table(CAUSES, request, causes.causes())
    if answer := table.sheet():
        return answer
    context = table.context() | {
        "thresholds": thresholds(),
        "may_edit": officer(request).may("reference.edit"),
    }
    return render(request, "reference/causes.html", context)


@require_GET
@allowed("reference.see")
def cause_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One cause as it stands on a day, with the sentences that it breaks and that penalise it, and its versions."""
    on = day_of(request.GET.get("on")) or (dt.date.min if "on" in request.GET else today())
    versions = list(Cause.objects.filter(code=code).order_by("valid_from"))
    context = {
        "cause": causes.cause(code, on),
        "shown": causes.cause_row(code, on),
        "versions": versions,
        "timeline": [line for row in reversed(versions) for line in history(row.pk)],
        "may_edit": officer(request).may("reference.edit"),
    }
    return render(request, "reference/cause.html", context)


@require_http_methods(["GET", "POST"])
@allowed("reference.edit")
def cause_edit(request: HttpRequest, code: str = "") -> HttpResponse:
    """Change a cause from a day on, or add one."""
    initial = {"valid_from": today(), **(words_of(causes.cause_row(code)) if code else {})}
    form = (CauseForm if code else NewCauseForm)(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and (saved := _saved(request, form, code)):
        return redirect("reference:cause", code=saved.code)
    return render(request, "reference/cause_edit.html", {"form": form, "code": code})


def _saved(request: HttpRequest, form: CauseForm, code: str) -> Cause | None:
    given: dict[str, Any] = dict(form.cleaned_data)
    day, source = given.pop("valid_from"), given.pop("source")
    wanted = code or given.pop("code").strip()
    try:
        if not code and Cause.objects.filter(code=wanted).exists():
            raise Refused("cause_there", f"已有编码为 {wanted} 的案由；请从案由表打开后修改。", "code")
        row = services.set_cause(
            actor=officer(request), code=wanted, words=services.CauseWords(**given), valid_from=day, source=source
        )
    except Refused as error:
        form.refuse(error)
        return None
    messages.success(request, _("The cause is saved."))
    return row
