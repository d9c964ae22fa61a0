"""The print set: one file with each document as often as its copies line says."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf

from zhuanmai.documents import catalogue
from zhuanmai.documents.models import Document
from zhuanmai.documents.queries import sealed_file


def copies_of(document: Document) -> int:
    """How many copies of a document are printed; an annex is printed as often as the document it belongs to."""
    kind = catalogue.kind(document.kind)
    if kind.follows_parent and document.key:
        kind = catalogue.kind(document.key)
    return max(1, sum(copy.number for copy in kind.copies))


def print_set(documents: Sequence[Document]) -> bytes:
    """All documents, each with its copies, in one PDF for the printer (the sealed files themselves stay untouched)."""
    out = pikepdf.new()
    for document in documents:
        with pikepdf.open(io.BytesIO(sealed_file(document))) as source:
            _flatten(source)
            for _ in range(copies_of(document)):
                out.pages.extend(source.pages)
    target = io.BytesIO()
    out.save(target)
    return target.getvalue()


def _flatten(source: pikepdf.Pdf) -> None:
    """Draw form widgets into the page, so that every printer shows the seal."""
    source.generate_appearance_streams()
    source.flatten_annotations("all")
