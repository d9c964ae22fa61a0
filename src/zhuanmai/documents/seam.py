"""The seam seal (骑缝章): one round seal across the edges of a document's pages, a slice on each.

The slices are stamps with an appearance of their own, put on before the bureau signs, so that its signature covers
them; the text of the page stays what the template wrote, and a missing or exchanged page breaks the circle.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TypeVar

import pikepdf
from pikepdf import Array, Dictionary, Name, Page, Pdf, String

T = TypeVar("T")
MOST_PAGES = 10  # what one seal can cross and still be read: 4.2 mm a slice
_PRINT, _READ_ONLY, _LOCKED = 4, 64, 128


def with_seam(pdf: bytes, seal: bytes) -> bytes:
    """The file with the seal (a one-page PDF) across its pages' right edges; a single page is left as it is."""
    with pikepdf.open(io.BytesIO(pdf)) as document, pikepdf.open(io.BytesIO(seal)) as drawn:
        if len(document.pages) < 2:
            return pdf
        picture = document.copy_foreign(drawn.pages[0].as_form_xobject())
        picture = document.make_indirect(picture)
        for group in groups(list(document.pages)):
            for place, page in enumerate(group):
                _stamp(document, page, picture, place, len(group))
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
        return out.getvalue()


def groups(pages: Sequence[T]) -> Iterator[Sequence[T]]:
    """Pages in as few groups as seals are needed, of nearly the same size, none of one page alone."""
    seals = -(-len(pages) // MOST_PAGES)
    size, more = divmod(len(pages), seals)
    start = 0
    for number in range(seals):
        end = start + size + (number < more)
        yield pages[start:end]
        start = end


def _stamp(document: Pdf, page: Page, picture: pikepdf.Object, place: int, slices: int) -> None:
    """Put slice number `place` of so many at the middle of the page's right edge; its box cuts the rest off."""
    left, bottom, right, top = (float(edge) for edge in picture.BBox)
    width, height = (right - left) / slices, top - bottom
    _, page_bottom, page_right, page_top = (float(edge) for edge in page.mediabox)
    foot = (page_bottom + page_top - height) / 2
    slice_ = document.make_stream(f"q 1 0 0 1 {-left - place * width:.4f} {-bottom:.4f} cm /Seal Do Q".encode())
    slice_.Type, slice_.Subtype = Name.XObject, Name.Form
    slice_.BBox = Array([0, 0, round(width, 4), round(height, 4)])
    slice_.Resources = Dictionary(XObject=Dictionary(Seal=picture))
    annotation = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Stamp,
        Rect=Array([round(edge, 4) for edge in (page_right - width, foot, page_right, foot + height)]),
        F=_PRINT | _READ_ONLY | _LOCKED,
        Contents=String(f"骑缝章 {place + 1}/{slices}"),
        NM=String(f"seam-{place + 1}"),
        AP=Dictionary(N=slice_),
    )
    if "/Annots" not in page.obj:
        page.obj.Annots = Array()
    page.obj.Annots.append(document.make_indirect(annotation))
