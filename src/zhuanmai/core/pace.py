"""How often something may be done from one place: counted in the database, so that all processes count together.

A count begins with its first and is forgotten a minute later; nothing here is kept of who asked but what stands in its
key. Visitors (who is not signed in) may ask so often from one address, and so often altogether.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from zhuanmai.core.errors import Refused
from zhuanmai.core.jobs import real_now
from zhuanmai.core.middleware import refusal
from zhuanmai.core.models import Pace

WINDOW = dt.timedelta(minutes=1)
FREE = ("/healthz", "/static/")  # cost nothing
_COUNT = """
    insert into core_pace as kept (key, began, n) values (%(key)s, %(now)s, 1)
    on conflict (key) do update set
        n = case when kept.began <= %(over)s then 1 else kept.n + 1 end,
        began = case when kept.began <= %(over)s then excluded.began else kept.began end
    returning n
"""


def count(key: str) -> int:
    """Count one more under this key; how many there are in the minute that runs."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key[:120], "now": real_now(), "over": real_now() - WINDOW})
        (n,) = cursor.fetchone()
    return int(n)


def forget() -> None:
    """Forget the counts whose minute is over, but those that somebody still reads (`Pace.held`)."""
    Pace.objects.filter(began__lte=real_now() - WINDOW).exclude(key__startswith=Pace.HELD).delete()


class VisitorsMiddleware:
    """Who is not signed in is answered so often a minute from one address, and so often from all together."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Count a visitor's request; answer 429 where there were too many."""
        most = settings.VISITS_PER_MINUTE
        is_counted = most and getattr(request, "officer", None) is None and not request.path.startswith(FREE)
        if is_counted and _is_too_often(request, most):
            detail = "操作太频繁，请一分钟后再试；已登录的人员不受影响。"
            answer = refusal(request, Refused("too_often", detail, status=429, title="请稍候"))
            answer["Retry-After"] = "60"
            return answer
        return self.get_response(request)


def _is_too_often(request: HttpRequest, most: int) -> bool:
    return count(f"visitor {address_of(request)}") > most or count("visitors") > most * settings.VISITORS


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; behind our proxy, what the proxy says, which is the last it knows of."""
    told = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return told.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
