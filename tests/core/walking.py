"""Every address of the platform, taken from the code: pages of the URL conf and operations of the API, with their ids."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pypdfium2
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver
from openpyxl import load_workbook

from zhuanmai.api import api
from zhuanmai.core.serving import BRIEFLY

_CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """One address with its parts open, as the code has it, and the methods that it is asked with."""

    route: str
    methods: tuple[str, ...]

    def filled(self, ids: Mapping[str, Any]) -> str:
        """The address with its parts filled: by `route part`, else by the part's name. Raises KeyError for a new part."""

        def fill(found: re.Match[str]) -> str:
            own = f"{self.route} {found[1]}"
            if own not in ids and found[1] not in ids:
                raise KeyError(f"tell the walk what to fill {found[1]} of {self.route} with")
            return str(ids.get(own, ids.get(found[1])))

        return "/" + _CONVERTED.sub(fill, self.route)


def addresses() -> list[Address]:
    """All of them: the API with the methods that it documents, pages with GET and POST."""
    operations = [
        Address(
            path.removeprefix("/").replace("{", "<").replace("}", ">"), tuple(sorted(verb.upper() for verb in verbs))
        )
        for path, verbs in api.get_openapi_schema()["paths"].items()
    ]
    pages = [Address(route, ("GET", "POST")) for route in _routes(get_resolver().url_patterns, "")]
    return [*operations, *(page for page in pages if not page.route.startswith("api/"))]


def _routes(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, here)
        else:
            yield here


def text_of(answer: Any) -> str:
    """What a person can read in an answer: text, the cells of a workbook, the words on the pages of a PDF."""
    content = b"".join(answer) if answer.streaming else answer.content
    mime = answer.headers.get("Content-Type", "")
    if "pdf" in mime:
        document = pypdfium2.PdfDocument(content)
        words = "".join(page.get_textpage().get_text_range() for page in document)
        document.close()
        return words
    if "spreadsheet" in mime:
        sheets = load_workbook(io.BytesIO(content), read_only=True)
        return "\n".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)
    if mime.startswith("image/"):
        return ""
    return str(content.decode("utf-8", "replace"))


# Where a question may leave something: what was seen and refused, whose session it is, how often somebody asked.
LEFT_BY_ASKING = ("ledger_entry", "ledger_ledgerpersonal", "core_pace", "accounts_session")
_WRITES = re.compile(
    r"^\s*(?:insert\s+into|update|delete\s+from|merge\s+into|truncate|copy)\s+\"?(\w+)|(procrastinate_defer\w*)",
    re.IGNORECASE,
)


@contextmanager
def written() -> Iterator[list[str]]:
    """The tables that are written to meanwhile, but those that any question leaves something in."""
    tables: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        tables.extend(name for found in _WRITES.finditer(sql) if (name := found[1] or found[2]) not in LEFT_BY_ASKING)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield tables


def kept_by_browser(answer: Any, *, of_people: bool) -> list[str]:
    """Whether a browser keeps what it should not: anything but what says for how short it may be, of people nothing."""
    cache = answer.headers.get("Cache-Control", "")
    allowed = not of_people and cache in (BRIEFLY, "private, no-cache")
    return [] if "no-store" in cache or allowed else [f"kept by the browser ({cache})"]


def unguarded(answer: Any) -> list[str]:
    """What an answer lets a browser do that it should not: take it for something else, run what lies in it."""
    headers = answer.headers
    policy, mime = headers.get("Content-Security-Policy", ""), headers.get("Content-Type", "").partition(";")[0]
    wrong = [] if headers.get("X-Content-Type-Options") == "nosniff" else ["its type may be guessed"]
    if (
        "default-src 'none'" not in policy
        or "unsafe" in policy.replace("style-src 'unsafe-inline'", "")
        or "*" in policy
    ):
        wrong.append("no policy")
    is_page = mime in ("text/html", "application/json", "application/problem+json", "")
    if not is_page and "Content-Disposition" not in headers:
        wrong.append("a file without a name")
    if not is_page and mime != "application/pdf" and "sandbox" not in policy:
        wrong.append("a file that is no paper of ours without a sandbox")
    return wrong
