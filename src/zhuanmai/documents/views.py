"""The public page of verification: is this paper genuine, still in force, and what is its digest."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from zhuanmai.documents.queries import by_digest, by_token, verified
from zhuanmai.documents.sealing import is_intact
from zhuanmai.documents.services import digest_of

MAX_BYTES = 20 * 1024 * 1024


@ensure_csrf_cookie
def verify(request: HttpRequest, token: str = "") -> HttpResponse:
    """What the paper with this token is; and, for a file dropped in, whether it is that paper byte for byte."""
    context: dict[str, object] = {"token": token, "found": verified(by_token(token)) if token else None}
    given = request.FILES.get("file")
    if request.method == "POST" and given is not None:
        if given.size and given.size > MAX_BYTES:
            return render(request, "documents/verify.html", {**context, "too_large": True}, status=413)
        content = given.read()
        digest = digest_of(content)
        context |= {
            "digest": digest,
            "file_name": given.name,
            "file": verified(by_digest(digest)),
            "intact": is_intact(content),
        }
    return render(request, "documents/verify.html", context)
