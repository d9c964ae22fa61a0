"""Laws by article, with search by words or citation."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from zhuanmai.core.errors import NotFound
from zhuanmai.core.listing import day_of
from zhuanmai.reference.citations import citations_in, paragraphs
from zhuanmai.reference.models import Article, Statute
from zhuanmai.reference.views.frame import allowed

_FOUND = 80


@require_GET
@allowed("reference.see")
def law_list(request: HttpRequest) -> HttpResponse:
    """The instruments kept, and articles found by words or by a citation."""
    asked = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"statutes": Statute.objects.all(), "asked": asked}
    if asked:
        context |= _search(asked)
    return render(request, "reference/laws.html", context)


@require_GET
@allowed("reference.see")
def law(request: HttpRequest, short_name: str) -> HttpResponse:
    """One instrument, by chapter and article, in its newest version or the one that `on` asks for."""
    versions = Statute.objects.filter(short_name=short_name).order_by("-version")
    on = day_of(request.GET.get("on"))
    statute = (versions.filter(version__lte=on) if on else versions).first()
    if statute is None:
        raise Http404
    chapters: list[tuple[str, list[tuple[Article, list[list[str]]]]]] = []
    for article in statute.articles.all():
        if not chapters or chapters[-1][0] != article.chapter:
            chapters.append((article.chapter, []))
        chapters[-1][1].append((article, paragraphs(article.text)))
    return render(request, "reference/law.html", {"statute": statute, "chapters": chapters})


def _search(asked: str) -> dict[str, Any]:
    """Citations in the words asked for, else articles that hold all of the words."""
    try:
        cited = citations_in(asked)
    except NotFound as error:
        return {"cited": [], "articles": [], "problem": error.detail}
    if cited:
        return {"cited": cited, "articles": []}
    found = Article.objects.select_related("statute")
    for word in asked.split():
        found = found.filter(text__contains=word)
    return {"cited": [], "articles": found.order_by("statute__short_name", "number")[:_FOUND]}
