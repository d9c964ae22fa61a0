"""Pages of the ground floor: health, what went wrong in words, theme, the bell, the style guide."""

from __future__ import annotations

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import is_valid_path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from zhuanmai.core import notices, search, styleguide
from zhuanmai.core.access import officer_of, signed_in_only
from zhuanmai.core.context import THEMES
from zhuanmai.core.errors import NotAllowed, NotFound, Refused

_A_YEAR = 365 * 24 * 3600


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


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or (anything else) as the device has it; kept in a cookie for a year."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    answer = HttpResponseRedirect(target)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        answer.set_cookie("theme", theme, max_age=_A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    else:
        answer.delete_cookie("theme", samesite="Lax")
    return answer


@never_cache
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """What waits for the officer, as the top bar shows it."""
    return render(request, "core/_notices.html", {"notices": notices.waiting_for(getattr(request, "officer", None))})


@never_cache
@require_GET
@signed_in_only
def waiting(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the officer, on a page of its own."""
    return render(request, "core/waiting.html", {"notices": notices.waiting_for(officer_of(request))})


@never_cache
@require_GET
@signed_in_only
def search_page(request: HttpRequest) -> HttpResponse:
    """What the officer may find by the words that they sent, by kind; to the one thing that the words name, at once
    (unless ?all= asks for the page)."""
    officer, words = officer_of(request), request.GET.get("q", "")
    answer = search.search(officer, words, sent=True, most=search.SHOWN)
    if answer.named and not request.GET.get("all"):
        return HttpResponseRedirect(answer.named.href)
    shown = search.printed(words)[: search.LONGEST]
    context = {"answer": answer, "search_words": shown, "kinds": search.kinds(officer)}
    return render(request, "core/search.html", context)


@never_cache
@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """What the words find while they are typed, for the list under the box; no people but of the officer's own work."""
    officer = getattr(request, "officer", None)
    if officer is None:
        return HttpResponse(status=204)
    answer = search.search(officer, request.GET.get("q", ""), sent=False, most=search.SUGGESTED)
    return render(request, "core/_suggestions.html", {"answer": answer})


@require_GET
def style_guide(request: HttpRequest) -> HttpResponse:
    """Every part of the design system on one page; in the demo and test profiles only."""
    if settings.PROFILE not in ("demo", "test"):
        raise NotFound("no_page", "没有这个页面；样式手册只在演示环境提供。")
    return render(request, "core/styleguide.html", styleguide.sample(request))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request itself made no sense."""
    problem = Refused("bad_request", "请求格式不对；请返回上一页重新操作，已录入的内容仍在本机。", status=400)
    return render(request, "core/problem.html", {"problem": problem}, status=400)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The officer may not do this."""
    problem = NotAllowed("not_allowed", "您没有办理此事的权限；如需办理，请联系安全管理员授予相应岗位。")
    return render(request, "core/problem.html", {"problem": problem}, status=403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's protection against forgery no longer matches (settings.CSRF_FAILURE_VIEW)."""
    problem = NotAllowed(
        "stale_form",
        "页面停留过久或登录已变化，本次提交未生效；请点“返回”后再提交一次，填写的内容都在。",
        title="页面已过期",
    )
    if request.path.startswith("/api/"):
        body = problem.problem()
        return JsonResponse(body, status=403, content_type="application/problem+json")
    return render(request, "core/problem.html", {"problem": problem}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no such page; an address typed with a slash too many leads to the page that is meant."""
    meant = request.path.rstrip("/")
    if request.method in ("GET", "HEAD") and meant != request.path and meant and is_valid_path(meant):
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{meant}?{query}" if query else meant)
    problem = NotFound("no_page", "没有这个页面；它可能已移动，或不在您的权限范围内。")
    return render(request, "core/problem.html", {"problem": problem}, status=404)


def server_error(_request: HttpRequest) -> HttpResponse:
    """Something broke; what was entered stays on the device. Drawn without the database, which may be what broke."""
    problem = Refused("server_error", "系统出错，本次操作未生效；已录入的内容仍在本机，请稍后重试。", status=500)
    return HttpResponse(render_to_string("core/problem.html", {"problem": problem}), status=500)
