"""What every page of this room does first: a signed-in officer with the permission, and sheets to download."""

from __future__ import annotations

import csv
import functools
import io
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from openpyxl import Workbook

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import require
from zhuanmai.accounts.queries import names
from zhuanmai.ledger.queries import timeline

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def allowed(permission: str) -> Callable[[View[P]], View[P]]:
    """Only for officers with this permission; others are sent to sign in, or told why not."""

    def wrap(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def inner(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            require(officer(request), permission)
            return view(request, *args, **kwargs)

        return cast("View[P]", login_required(inner))

    return wrap


def officer(request: HttpRequest) -> Officer:
    """The officer who asks."""
    return cast(Officer, request.user)


def history(object_id: uuid.UUID) -> list[dict[str, Any]]:
    """The newest acts on an object, with who did them by name."""
    lines = timeline(object_id=object_id, limit=50)
    who = names({line.actor_id for line in lines if line.actor_id})
    return [
        {"at": line.at, "seq": line.seq, "sentence": line.sentence, "actor": who.get(line.actor_id or object_id, "")}
        for line in lines
    ]


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
