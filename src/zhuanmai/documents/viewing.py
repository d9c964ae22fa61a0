"""Paper on the screen (预览): pages as pictures, with what can be clicked and what is missing beside them."""

from __future__ import annotations

import base64
import io
import threading
from dataclasses import asdict
from typing import Any

import pypdfium2

from zhuanmai.documents.rendering import Rendered

_LOCK = threading.Lock()  # PDFium is not thread-safe
_POINTS = 72


def page_pictures(pdf: bytes, *, dpi: int = 110) -> list[bytes]:
    """Each page as PNG, form widgets drawn too, so that the seal of a sealed file shows."""
    pictures = []
    with _LOCK:
        document = pypdfium2.PdfDocument(pdf)
        document.init_forms()
        for page in document:
            out = io.BytesIO()
            page.render(scale=dpi / _POINTS, may_draw_forms=True).to_pil().save(out, "PNG")
            pictures.append(out.getvalue())
        document.close()
    return pictures


def view_of_file(pdf: bytes, *, dpi: int = 110) -> dict[str, Any]:
    """A finished file as a web page shows it: pictures as data addresses, nothing to click and nothing missing."""
    return {
        "pages": [
            "data:image/png;base64," + base64.b64encode(picture).decode() for picture in page_pictures(pdf, dpi=dpi)
        ],
        "page_width": 595.28,
        "page_height": 841.89,
        "boxes": [],
        "missing": [],
        "glyphs_missing": [],
    }


def view(rendered: Rendered, *, dpi: int = 110) -> dict[str, Any]:
    """A rendered document as a web page shows it: pictures as data addresses, boxes in points."""
    return {
        **view_of_file(rendered.pdf, dpi=dpi),
        "boxes": [asdict(box) for box in rendered.boxes],
        "missing": [asdict(field) for field in rendered.missing],
        "glyphs_missing": list(rendered.glyphs_missing),
        "body_sha256": rendered.body_sha256,
    }
