"""The bar of long work (core/_progress.html), asked for every two seconds; when it ends the page is loaded anew."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bar(request: HttpRequest, context: dict[str, Any], *, goes_on: bool) -> HttpResponse:
    """The bar as it is now."""
    answer = render(request, "core/_progress.html", context)
    if not goes_on:
        answer["HX-Refresh"] = "true"
    return answer
