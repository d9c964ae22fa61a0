"""The officer of a request: whoever is signed in and active; the session ends after idle time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from zhuanmai.core.once import READING, while_reading

_SEEN = "seen_at"
_WRITE_EVERY_SECONDS = 60


class OfficerMiddleware:
    """Sets request.officer (None for visitors) and ends a session that was idle too long.

    While a request that only reads is answered, roles and units are read once (core.once); the next reads them anew.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Find the officer, look at the idle time, pass the request on."""
        user = request.user if request.user.is_authenticated and request.user.is_active else None
        if user is not None:
            seen = request.session.get(_SEEN, 0)
            present = int(time.time())
            if seen and present - seen > settings.IDLE_SECONDS:
                logout(request)
                user = None
            elif present - seen > _WRITE_EVERY_SECONDS and not _is_poll(request):
                request.session[_SEEN] = present
        request.officer = user  # type: ignore[attr-defined]
        with while_reading() if request.method in READING else nullcontext():
            return self.get_response(request)


def _is_poll(request: HttpRequest) -> bool:
    """A tablet's regular question for news is no sign that someone is there."""
    return request.headers.get("X-Background") == "1"
