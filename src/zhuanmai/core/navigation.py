"""The left rail: each room registers its pages; an officer sees those that a permission of theirs opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse


@dataclass(frozen=True)
class Page:
    """An entry of the rail: URL name, title (msgid), group (msgid), icon (sprite id), permission, place in order.

    `at_hand`: among the few of a phone's bottom bar, wherever it stands in the rail.
    """

    url_name: str
    title: str
    group: str
    icon: str
    permission: str
    order: int
    badge: Callable[[Any], int] | None = None
    at_hand: bool = False


_pages: list[Page] = []


def register(page: Page) -> None:
    """Add a page to the rail. Called from a room's urls module; registering the same URL again is ignored."""
    if all(known.url_name != page.url_name for known in _pages):
        _pages.append(page)


def pages() -> list[Page]:
    """All registered pages in the rail's order."""
    return sorted(_pages, key=lambda page: page.order)


def tabs(officer: Any, here: str, label: str, titles: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """The tabs of a room's pages (core/_tabs.html): URL name, title and permission of each; those the officer may open.

    `here` is the URL name of the page itself.
    """
    shown = [
        {"href": reverse(name), "title": title, "is_current": name == here}
        for name, title, permission in titles
        if officer.may(permission)
    ]
    return {"tabs": shown, "label": label}
