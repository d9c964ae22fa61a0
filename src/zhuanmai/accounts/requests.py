"""The officer behind a request, for pages that need one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.wording import plain
from zhuanmai.core.errors import NotAllowed

View = Callable[..., HttpResponse]


def officer_of(request: HttpRequest) -> Officer:
    """The signed-in officer. Raises NotAllowed (signed_out)."""
    person = getattr(request, "officer", None)
    if not isinstance(person, Officer):
        raise NotAllowed("signed_out", "登录已过期；请重新登录，已录入的内容仍在本机。", status=401)
    return person


def signed_in_only(view: View) -> View:
    """Send visitors to the sign-in page and back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if getattr(request, "officer", None) is None:
            return redirect_to_login(request.get_full_path(), reverse(settings.LOGIN_URL))
        return view(request, *args, **kwargs)

    return guarded


def asked(request: HttpRequest, name: str) -> str:
    """A word of the address, as the database can hold it; empty where there is none."""
    return plain(request.GET.get(name, ""))


def asked_id(request: HttpRequest, name: str) -> uuid.UUID | None:
    """An id of the address; None where there is none or it is not one."""
    try:
        return uuid.UUID(asked(request, name))
    except ValueError:
        return None
