"""How a kept file is handed out: as what we say it is, under its name, with nothing in it that a browser would run."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

ORIGINAL = "application/octet-stream"
BRIEFLY = "private, max-age=300, must-revalidate"
_NOT_KEPT = "private, no-store"
_SHUT = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # the browser's own page around a picture has styles
_PAPER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def picture(content: bytes, *, name: str, of_people: bool) -> HttpResponse:
    """A picture that we encoded, shown in the page; a browser keeps one of goods for a few minutes, of people none."""
    return _answer(content, "image/jpeg", name, _SHUT, _NOT_KEPT if of_people else BRIEFLY)


def paper(content: bytes, *, name: str) -> HttpResponse:
    """A PDF that we made, shown in the browser's viewer (which does not run in a sandbox of the page's)."""
    return _answer(content, "application/pdf", name, _PAPER)


def original(content: bytes, *, name: str) -> HttpResponse:
    """What somebody sent, byte for byte: a download, never shown."""
    return _answer(content, ORIGINAL, name, _SHUT, as_attachment=True)


def sheet(content: bytes, *, mime: str, name: str) -> HttpResponse:
    """A table that we wrote, as a download."""
    return _answer(content, mime, name, _SHUT, as_attachment=True)


def _answer(
    content: bytes, mime: str, name: str, policy: str, cache: str = _NOT_KEPT, as_attachment: bool = False
) -> HttpResponse:
    answer = HttpResponse(content, content_type=mime)
    answer["Content-Disposition"] = content_disposition_header(as_attachment, name) or "inline"
    answer["Content-Security-Policy"] = policy
    answer["Cache-Control"] = cache
    return answer
