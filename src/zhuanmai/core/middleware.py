"""A refusal anywhere becomes an answer in words: problem+json for machines, a page for people."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve

from zhuanmai.core import legible, ports
from zhuanmai.core.errors import NotAllowed, NotFound, Refused

SAFE = ("GET", "HEAD", "OPTIONS")
FORM_BYTES = 1 << 20  # of a form without files; one with files has its fields counted, and the body its measure
_FORM = "application/x-www-form-urlencoded"
_OF_FORMS = ("text/plain", _FORM, "multipart/form-data")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "frame-src 'self' blob:",
        "form-action 'self'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    )
)


class HeadersMiddleware:
    """Tells the browser with every answer what it may do with it: only what this installation served as such.

    Nothing inline runs and nothing is fetched from elsewhere; a view that hands out a file says less (`core.serving`).
    Nothing is kept on the device but what its view says may be: pages and answers are about people, and tablets shared.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, and add what the answer lacks."""
        answer = self.get_response(request)
        answer.headers.setdefault("Content-Security-Policy", POLICY)
        answer.headers.setdefault("Cache-Control", "private, no-store")
        answer.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=()")
        return answer


class OwnPagesMiddleware:
    """What changes something comes from pages of our own, or from no page at all; the API is written to in JSON.

    So does a look for a reason, which stands on the ledger in the officer's words: no link of a foreign page gives one.

    This holds for sign-in and enrolment too, where nobody has a token yet: no foreign page signs anybody in, and what a
    form of a foreign page can send without asking (text/plain and the like) is no JSON of ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or refuse it."""
        if request.method in SAFE and "reason" not in request.GET:
            return self.get_response(request)
        if not is_from_us(request):
            detail = "这次提交来自别的网站，未作任何改动；请在本系统的页面上操作。"
            return refusal(request, NotAllowed("foreign_page", detail))
        if request.method not in SAFE and is_api(request) and request.content_type in _OF_FORMS:
            return refusal(request, legible.not_json())
        return self.get_response(request)


def is_from_us(request: HttpRequest) -> bool:
    """Whether a page of ours asks, as its browser says; a program that is no browser says nothing."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin in (f"{request.scheme}://{request.get_host()}", settings.BASE_URL)


class LegibleMiddleware:
    """What no page shows goes no further: taken out of the parameters and forms of pages, and no address has it.

    The API's bodies and parameters are looked at where they are parsed, as a tablet is told what is wrong with which.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, with the parameters that its view will read."""
        if request.content_type == _FORM and _length(request) > FORM_BYTES:
            return refusal(
                request, Refused("too_large", "填写的内容过多，未作任何改动；请缩短后重新提交。", status=413)
            )
        if legible.seen(request.path) != request.path:
            return refusal(request, NotFound("no_page", "没有这个地址；请核对链接后重试。"))
        if not is_api(request):
            request.GET = _seen(request.GET)  # type: ignore[assignment]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Forms: parsed here at the latest, after who must not send one was turned away."""
        if request.method == "POST" and not is_api(request):
            request.POST = _seen(request.POST)  # type: ignore[assignment]


def _length(request: HttpRequest) -> int:
    """How many bytes the body is said to have; 0 where that is no number."""
    said = str(request.META.get("CONTENT_LENGTH") or "")
    return int(said) if said.isascii() and said.isdigit() else 0


def _seen(given: QueryDict) -> QueryDict:
    """The same parameters without what nobody sees; themselves where there is none."""
    pairs = [(name, value) for name, values in given.lists() for value in values]
    clean = [(legible.seen(name), legible.seen(value)) for name, value in pairs]
    if clean == pairs:
        return given
    found = QueryDict(mutable=True)
    for name, value in clean:
        found.appendlist(name, value)
    return found


class RefusalMiddleware:
    """Turns a Refused that a view did not handle into its answer, with its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; who asks with GET for an address that only takes forms is led to the page above it."""
        answer = self.get_response(request)
        if answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED or request.method != "GET" or is_api(request):
            return answer
        return HttpResponseRedirect(page_above(request.path))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a Refused; leave everything else to Django."""
        return refusal(request, error) if isinstance(error, Refused) else None


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks, who is answered in JSON."""
    return request.path.startswith("/api/")


def page_above(path: str) -> str:
    """The nearest address above a path that leads to something: /me of /me/delegations; else the first page."""
    parts = path.strip("/").split("/")
    for kept in range(len(parts) - 1, 0, -1):
        for found in ("/" + "/".join(parts[:kept]), "/" + "/".join(parts[:kept]) + "/"):
            try:
                resolve(found)
            except Resolver404:
                continue
            return found
    return "/"


def refusal(request: HttpRequest, error: Refused) -> HttpResponse:
    """The answer to a refused act: problem+json under /api/ or where JSON is asked for, else a page."""
    error = noted(request, error)
    wants_json = is_api(request) or "json" in request.headers.get("Accept", "")
    if wants_json:
        return JsonResponse(
            error.problem(), status=error.status, content_type="application/problem+json",
            json_dumps_params={"ensure_ascii": False},
        )  # fmt: skip
    return render(request, "core/problem.html", {"problem": error}, status=error.status)


def noted(request: HttpRequest, error: Refused) -> Refused:
    """The refusal to answer with, once it is on record; a page that shows a refusal itself asks for it too."""
    try:
        ports.get(ports.RefusalNotes).note(request, error)  # type: ignore[type-abstract]
    except Refused as busy:  # what could not be noted is not told either
        return busy
    return error
