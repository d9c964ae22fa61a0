"""A document of a case as paper on a page: pictures, the places of its facts, and which of them are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhuanmai.core import files
from zhuanmai.documents import rendering, viewing
from zhuanmai.documents.queries import current
from zhuanmai.enforcement.paperwork import Planned


@dataclass(frozen=True)
class Sheet:
    """One page: its number, its picture (a data address), and the boxes of what is missing on it, in points."""

    number: int
    picture: str
    missing: list[dict[str, Any]]


@dataclass(frozen=True)
class Paper:
    """All pages of one document, and their size in points."""

    name: str
    width: float
    height: float
    sheets: list[Sheet]


def paper_of(one: Planned) -> Paper:
    """The sealed file, or a preview with what is missing in amber."""
    if one.document is not None and one.document.state == "sealed":
        seen = viewing.view_of_file(files.load(current(one.document).sealed_sha256))
    else:
        number = one.document.number if one.document else None
        seen = viewing.view(rendering.render(one.kind.code, one.facts, number=number or None, preview=True))
    lacking = {field["path"]: field["label"] for field in seen["missing"]}
    boxes = [{**box, "label": lacking[box["path"]]} for box in seen["boxes"] if box.get("path") in lacking]
    sheets = [
        Sheet(number, picture, [box for box in boxes if box["page"] == number])
        for number, picture in enumerate(seen["pages"], 1)
    ]
    return Paper(one.name, seen["page_width"], seen["page_height"], sheets)
