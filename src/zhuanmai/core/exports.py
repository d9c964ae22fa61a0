"""Lists as sheets: what a list shows, filtered and masked as it is, as XLSX or CSV; each export is on the ledger."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from openpyxl import Workbook

from zhuanmai.core import legible, ports, serving
from zhuanmai.core.clock import today
from zhuanmai.core.ids import derived_id

FORMATS = ("xlsx", "csv")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NUMBER = re.compile(r"[+-]?[\d.,]+")
Rows = Callable[[], Iterable[Sequence[Any]]]


def exported(request: HttpRequest, what: Any, headings: Sequence[Any], rows: Rows) -> HttpResponse | None:
    """The sheet that ?export= asks for, or None where it asks for none. `rows` gives only what the officer may see.

    `what`: the list in words, for the ledger and, with the day, the file's name. The entry is written before the answer
    is sent.
    """
    wanted = request.GET.get("export")
    if wanted not in FORMATS:
        return None
    kept = list(rows())
    answer = sheet(f"{what}_{today():%Y%m%d}", wanted, headings, kept)
    filters = request.GET.copy()
    filters.pop("export", None)
    facts = {"what": str(what), "count": len(kept), "format": wanted, "filters": filters.urlencode()}
    with transaction.atomic():
        ports.get(ports.Ledger).append(  # type: ignore[type-abstract]
            "core.exported",
            actor_id=request.officer.pk,  # type: ignore[attr-defined]
            object_kind="list",
            object_id=derived_id("list", request.path),
            facts=facts,
        )
    return answer


def sheet(name: str, kind: str, headings: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Rows as a download: `kind` csv (UTF-8 with mark, so that spreadsheets read it) or xlsx."""
    if kind == "xlsx":
        book = Workbook(write_only=True)
        page = book.create_sheet(name[:30])
        page.append([str(words) for words in headings])
        for row in rows:
            page.append([_cell(cell) for cell in row])
        buffer = io.BytesIO()
        book.save(buffer)
        content, mime = buffer.getvalue(), _XLSX
    else:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([str(words) for words in headings])
        writer.writerows([_harmless(cell) for cell in row] for row in rows)
        content, mime = text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8"
    return serving.sheet(content, mime=mime, name=f"{name}.{kind}")


def _cell(cell: Any) -> Any:
    """A cell of a workbook: numbers stay numbers, a formula becomes words."""
    return _harmless(cell) if isinstance(cell, str) or cell is None else cell


def _harmless(cell: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else legible.seen(str(cell))
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") and not _NUMBER.fullmatch(text) else text
