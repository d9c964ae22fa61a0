"""Rows as a sheet to download: XLSX, or CSV that spreadsheets read without taking a cell for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from openpyxl import Workbook


def sheet(name: str, kind: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Rows as a download: `kind` csv (UTF-8 with mark, so that spreadsheets read it) or xlsx."""
    if kind == "xlsx":
        book = Workbook(write_only=True)
        page = book.create_sheet(name[:30])
        page.append(list(headings))
        for row in rows:
            page.append(["" if cell is None else cell for cell in row])
        buffer = io.BytesIO()
        book.save(buffer)
        content: bytes = buffer.getvalue()
        mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    else:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(headings)
        writer.writerows(["" if cell is None else _harmless(cell) for cell in row] for row in rows)
        content, mime = text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8"
    answer = HttpResponse(content, content_type=mime)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


def _harmless(cell: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text[:1] in "=+-@" and not text[1:2].isdigit() else text
