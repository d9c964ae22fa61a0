"""Who asks, for pages of the ground floor: it knows officers only by what they may."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from zhuanmai.core.errors import NotAllowed

View = Callable[..., HttpResponse]


def officer_of(request: HttpRequest) -> Any:
    """The signed-in officer. Raises NotAllowed (signed_out)."""
    person = getattr(request, "officer", None)
    if person is None:
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


def allowed(permission: str, doing: str) -> Callable[[View], View]:
    """Only for officers with this permission; `doing` says in a refusal what it opens."""

    def wrap(view: View) -> View:
        @signed_in_only
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not officer_of(request).may(permission):
                raise NotAllowed("not_allowed", f"不能{doing}：您的岗位没有这项权限，请联系安全管理员。")
            return view(request, *args, **kwargs)

        return guarded

    return wrap
