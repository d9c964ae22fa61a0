"""PDFs that people send: opened before they are kept, in a process with limits; their first page is what is shown."""

from __future__ import annotations

import threading

import pypdfium2

from zhuanmai.core import confined
from zhuanmai.core.errors import Refused
from zhuanmai.core.pictures import LARGEST, SHOWN, as_jpeg

MIME = "application/pdf"
_FIRST_PAGE = "zhuanmai.core.pdfs:first_page"
_MOST_PAGES = 200
_SECONDS, _MEGABYTES = 5, 768
_places = threading.BoundedSemaphore(confined.AT_ONCE)  # of who is signed in
_BROKEN = "这个 PDF 打不开，可能已损坏、加了密码或过于复杂；请改为拍照。"


def looks_like(content: bytes) -> bool:
    """Whether the bytes begin as a PDF's."""
    return content.startswith(b"%PDF-")


def shown(content: bytes, *, field: str = "photo") -> bytes:
    """The first page as JPEG, drawn in a process of its own. Raises Refused: too_large, not_a_pdf, busy."""
    if len(content) > LARGEST:
        raise Refused("too_large", f"PDF 超过 {LARGEST >> 20} MB；请分开扫描后重传。", field, status=413)
    try:
        return confined.run(_FIRST_PAGE, content, seconds=_SECONDS, megabytes=_MEGABYTES, places=_places)
    except (confined.TooMuch, RuntimeError) as error:
        raise Refused("not_a_pdf", _BROKEN, field) from error


def first_page(content: bytes) -> bytes:
    """The first page as JPEG, 1,600 pixels long; raises whatever the reader raises at what is no PDF."""
    document = pypdfium2.PdfDocument(content)
    if not 1 <= len(document) <= _MOST_PAGES:
        raise ValueError(f"a PDF of {len(document)} pages")
    page = document[0]
    scale = min(SHOWN / max(page.get_size()), 4.0)
    return as_jpeg(page.render(scale=scale, may_draw_forms=False).to_pil())
