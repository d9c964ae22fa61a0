"""The bar of long work (core/_progress.html), asked for every two seconds; when it ends the page is loaded anew."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhuanmai.core.jobs import is_alive, step_words
from zhuanmai.core.models import Work


def how_far(work: Work, *, poll_url: str) -> dict[str, Any]:
    """What the bar shows of a work: its step, how much of how much, whether a worker is at it."""
    return {
        "words": _words(work),
        "done_count": work.done,
        "total_count": work.total or 1,
        "poll_url": poll_url if work.is_open else "",
        "done": not work.is_open,
    }


def bar(request: HttpRequest, context: dict[str, Any], *, goes_on: bool) -> HttpResponse:
    """The bar as it is now."""
    answer = render(request, "core/_progress.html", context)
    if not goes_on:
        answer["HX-Refresh"] = "true"
    return answer


def _words(work: Work) -> str:
    if work.state == Work.State.RUNNING and not is_alive(work):
        return _("The worker stopped; the work goes on within two minutes")
    if work.state == Work.State.RUNNING:
        return step_words(work) or _("Under way")
    return _("Waiting for the job worker") if work.is_open else ""
