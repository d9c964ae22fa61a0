"""The officer of a request: whoever is signed in and active, while the session lasts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from zhuanmai.accounts import sessions
from zhuanmai.core.once import READING, while_reading


class OfficerMiddleware:
    """Sets request.officer (None for visitors) and ends a session that was idle too long, or that is too old.

    While a request that only reads is answered, roles and units are read once (core.once); the next reads them anew.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Find the officer, see whether the session goes on, pass the request on."""
        user = request.user if request.user.is_authenticated and request.user.is_active else None
        if user is not None and not sessions.keep(request, somebody_there=not _is_poll(request)):
            logout(request)
            user = None
        request.officer = user  # type: ignore[attr-defined]
        with while_reading() if request.method in READING else nullcontext():
            return self.get_response(request)


def _is_poll(request: HttpRequest) -> bool:
    """A tablet's regular question for news is no sign that someone is there."""
    return request.headers.get("X-Background") == "1"
