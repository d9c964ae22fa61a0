"""Pages of the ground floor: health, what went wrong in words, theme."""

from __future__ import annotations

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from zhuanmai.core.errors import NotFound, Refused


@never_cache
@require_GET
def health(_request: HttpRequest) -> HttpResponse:
    """200 while the database answers, 503 otherwise. For the load balancer; tells nothing about the bureau."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except OperationalError:
        return JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    return JsonResponse({"status": "ok", "database": "up"})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no such page."""
    problem = NotFound("no_page", "没有这个页面；它可能已移动，或不在您的权限范围内。")
    return render(request, "core/problem.html", {"problem": problem}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something broke; what was entered stays on the device."""
    problem = Refused("server_error", "系统出错，本次操作未生效；已录入的内容仍在本机，请稍后重试。", status=500)
    return render(request, "core/problem.html", {"problem": problem}, status=500)
