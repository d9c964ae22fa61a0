"""The public page of verification: is this paper genuine, still in force, and what is its digest."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from zhuanmai.documents.queries import by_digest, by_token, verified, verified_file

MAX_BYTES = 20 * 1024 * 1024


@ensure_csrf_cookie
def verify(request: HttpRequest, token: str = "") -> HttpResponse:
    """What the paper with this token is; and, for a file dropped in, whether it is that paper byte for byte."""
    context: dict[str, object] = {"token": token, "found": verified(by_token(token)) if token else None}
    given = request.FILES.get("file")
    if request.method == "POST" and given is not None:
        if given.size and given.size > MAX_BYTES:
            return render(request, "documents/verify.html", {**context, "too_large": True}, status=413)
        context |= {"file_name": given.name, "file": verified_file(given.read())}
    return render(request, "documents/verify.html", context)


@require_safe
def verify_digest(request: HttpRequest, sha256: str) -> HttpResponse:
    """What the file with this digest is, for a page that computed the digest itself and keeps the file to itself."""
    found = verified(by_digest(sha256.lower()))
    return JsonResponse(asdict(found), status=404 if found.status == "unknown" else 200)
