"""What every page needs: the rail, the officer, the profile's banner."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from zhuanmai.core import navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    """The rail's groups for the officer, the profile, and whether passwords are allowed."""
    officer = getattr(request, "officer", None)
    groups: dict[str, list[navigation.Page]] = {}
    if officer is not None:
        for page in navigation.pages():
            if not page.permission or officer.may(page.permission):
                groups.setdefault(page.group, []).append(page)
    return {
        "officer": officer,
        "rail": list(groups.items()),
        "profile": settings.PROFILE,
        "key_required": settings.KEY_REQUIRED,
        "theme": request.COOKIES.get("theme", ""),
    }
