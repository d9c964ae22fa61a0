"""An independent reader of documents: gets a PDF and facts as JSON, knows nothing of the templates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2

MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 27 * MM, (210 - 21) * MM, (297 - 20) * MM, 8 * MM
SLACK = 2.0  # points
HANGING = 6.5  # points: the empty half of a full stop at the end of a line


def squeezed(text: str) -> str:
    """Text without white space, and without the marks that a reader puts where a line was broken."""
    return re.sub(r"[\s\u00ad\ufffe\u200b]+", "", text)


def text_of(pdf: bytes, *, above: float = 0.0) -> str:
    """All text of the file, page after page, white space removed; `above`: leave out what lies lower (points)."""
    document = pypdfium2.PdfDocument(pdf)
    return "".join(squeezed(page.get_textpage().get_text_bounded(bottom=above)) for page in document)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, white space removed."""
    return [squeezed(page.get_textpage().get_text_bounded()) for page in pypdfium2.PdfDocument(pdf)]


def outside(pdf: bytes) -> list[tuple[int, tuple[float, float, float, float]]]:
    """The runs of text that reach out of the printed area: page and rectangle."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), start=1):
        text = page.get_textpage()
        for index in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(index)
            if left < LEFT - SLACK or right > RIGHT + HANGING or bottom < BOTTOM or top > TOP + 5:
                found.append((number, (left, bottom, right, top)))
    return found


def printed(value: Any) -> Iterator[str]:
    """The ways in which a fact may be written on paper; any of them will do."""
    if isinstance(value, int):
        yield str(value)
        return
    text = str(value)
    yield squeezed(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        day = dt.date.fromisoformat(text)
        yield f"{day.year}年{day.month}月{day.day}日"
    elif re.match(r"\d{4}-\d\d-\d\dT", text):
        at = dt.datetime.fromisoformat(text)
        yield f"{at.year}年{at.month}月{at.day}日{at:%H}时{at:%M}分"
    elif re.fullmatch(r"\d+(\.\d+)?", text):
        yield f"{float(text):,.2f}"
        yield f"{float(text):g}"
