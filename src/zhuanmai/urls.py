"""Addresses: the API under /api/, and each room's pages at the root (a room's urls module names its own)."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from zhuanmai.api import api

urlpatterns = [
    path("api/", api.urls),
    *(path("", include(f"zhuanmai.{room}.urls")) for room in settings.ROOMS if find_spec(f"zhuanmai.{room}.urls")),
]
handler400 = "zhuanmai.core.views.bad_request"
handler403 = "zhuanmai.core.views.not_allowed"
handler404 = "zhuanmai.core.views.not_found"
handler500 = "zhuanmai.core.views.server_error"
