"""What every page needs: the rail, the officer, the profile's banner, the theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from zhuanmai.core import navigation
from zhuanmai.core.clock import now

THEMES = ("light", "dark")
_ON_A_PHONE = 3  # and 更多, which opens the rail


@dataclass(frozen=True)
class Link:
    """An entry of the rail as one officer sees it on one page."""

    href: str
    title: str
    icon: str
    group: str
    is_current: bool
    badge: int


@dataclass(frozen=True)
class Rail:
    """The rail of one officer: links by group, and the first few for a phone's bottom bar."""

    groups: list[tuple[str, list[Link]]]
    first: list[Link]


def shell(request: HttpRequest) -> dict[str, Any]:
    """The officer, their rail (worked out when a page shows it), the profile, whether passwords are allowed, theme."""
    officer = getattr(request, "officer", None)
    theme = request.COOKIES.get("theme", "")
    return {
        "officer": officer,
        "rail": SimpleLazyObject(lambda: rail(officer, request.path)),
        "profile": settings.PROFILE,
        "key_required": settings.KEY_REQUIRED,
        "theme": theme if theme in THEMES else "",
        "server_now": now().isoformat(),
    }


def rail(officer: Any, path: str) -> Rail:
    """The pages that a permission of the officer opens; on is the one whose address is the longest start of `path`."""
    if officer is None:
        return Rail([], [])
    seen = [(page, href) for page in navigation.pages() if (href := _address(page)) and _opens(page, officer)]
    here = max((href for _, href in seen if _leads_to(href, path)), key=len, default="")
    links = [
        Link(href, gettext(page.title), page.icon, page.group, href == here, _waiting(page, officer))
        for page, href in seen
    ]
    groups: dict[str, list[Link]] = {}
    for link in links:
        groups.setdefault(link.group, []).append(link)
    at_hand = sorted(range(len(seen)), key=lambda place: (not seen[place][0].at_hand, place))
    first = [links[place] for place in at_hand[:_ON_A_PHONE]]
    return Rail([(gettext(group) if group else "", kept) for group, kept in groups.items()], first)


def _opens(page: navigation.Page, officer: Any) -> bool:
    return not page.permission or bool(officer.may(page.permission))


def _waiting(page: navigation.Page, officer: Any) -> int:
    """How many things wait there; nothing waits for a made-up officer."""
    return page.badge(officer) if page.badge and getattr(officer, "pk", None) else 0


def _leads_to(href: str, path: str) -> bool:
    return path == href if href == "/" else path == href or path.startswith(f"{href.rstrip('/')}/")


def _address(page: navigation.Page) -> str:
    try:
        return reverse(page.url_name)
    except NoReverseMatch:
        return ""
