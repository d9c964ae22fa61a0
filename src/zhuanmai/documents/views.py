"""Pages: the public one of verification (is this paper genuine, still in force), and the register of numbers."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.requests import officer_of
from zhuanmai.core.access import signed_in_only
from zhuanmai.core.listing import Column, Listing, Table, declare
from zhuanmai.documents import register
from zhuanmai.documents.models import IssuedNumber
from zhuanmai.documents.queries import by_digest, by_token, verified, verified_file

MAX_BYTES = 20 * 1024 * 1024


@ensure_csrf_cookie
def verify(request: HttpRequest, token: str = "") -> HttpResponse:
    """What the paper with this token is; and, for a file dropped in, whether it is that paper byte for byte."""
    context: dict[str, object] = {"token": token, "found": verified(by_token(token)) if token else None}
    given = request.FILES.get("file")
    if request.method == "POST" and given is not None:
        if given.size and given.size > MAX_BYTES:
            return render(request, "documents/verify.html", {**context, "too_large": True}, status=413)
        context |= {"file_name": given.name, "file": verified_file(given.read())}
    return render(request, "documents/verify.html", context)


@require_safe
def verify_digest(request: HttpRequest, sha256: str) -> HttpResponse:
    """What the file with this digest is, for a page that computed the digest itself and keeps the file to itself."""
    found = verified(by_digest(sha256.lower()))
    return JsonResponse(asdict(found), status=404 if found.status == "unknown" else 200)


NUMBERS = declare(
    Listing(
        "documents:numbers",
        "numbers",
        _("Register of numbers"),
        (
            Column("number", _("Number"), lambda one: one.text, "n", nowrap=True),
            Column("document", _("Document"), lambda one: one.document),
            Column("unit", _("Unit"), lambda one: one.unit, "unit__code"),
            Column("state", _("State"), lambda one: one.state_words, "state", nowrap=True,
                   template="documents/_number_state.html"),
            Column("reason", _("Reason"), lambda one: one.explained),
            Column("taken", _("Taken at"), lambda one: one.taken_at, "created_at", nowrap=True),
        ),
        dress=register.lines,
    )
)  # fmt: skip


@require_safe
@signed_in_only
def numbers(request: HttpRequest) -> HttpResponse:
    """The register of numbers: what was given by unit, word and year, with the reason of each void or correction."""
    officer = officer_of(request)
    require(officer, "documents.see_numbers")
    filters = register.Filters(
        **{name: request.GET.get(name, "").strip() for name in ("unit", "word", "year", "state")}
    )
    found = register.numbers(officer, filters)
    table = Table(NUMBERS, request, found)
    if answer := table.sheet():
        return answer
    context = table.context() | {
        "series": register.series(found),
        "filters": filters,
        "states": [*IssuedNumber.State.choices, ("corrected", _("Corrected"))],
        **register.choices(officer),
    }
    return render(request, "documents/numbers.html", context)
