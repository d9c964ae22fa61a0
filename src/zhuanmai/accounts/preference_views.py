"""Pages that keep what an officer chose for themselves."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhuanmai.accounts.preferences import forget_view, keep_view
from zhuanmai.accounts.requests import officer_of
from zhuanmai.core.access import signed_in_only


@signed_in_only
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep or forget a view of a list, and go back to the list."""
    path = urlsplit(request.POST.get("path", "/")).path
    query = request.POST.get("query", "")
    if name := request.POST.get("forget"):
        forget_view(officer=officer_of(request), path=path, name=name)
        messages.success(request, _("The view is forgotten."))
        return HttpResponseRedirect(_own(path))
    keep_view(officer=officer_of(request), path=path, name=request.POST.get("name", ""), query=query)
    messages.success(request, _("The view is kept."))
    return HttpResponseRedirect(f"{_own(path)}?{query}")


def _own(path: str) -> str:
    """A path of ours, never another site's."""
    return "/" + path.lstrip("/")
