"""Addresses: each room's pages at the root, the API under /api/."""

from __future__ import annotations

from django.urls import include, path

from zhuanmai.api import api

urlpatterns = [
    path("api/", api.urls),
    path("", include("zhuanmai.core.urls")),
    path("", include("zhuanmai.accounts.urls")),
    path("", include("zhuanmai.reference.urls")),
    path("", include("zhuanmai.documents.urls")),
    path("", include("zhuanmai.exchange.urls")),
    path("", include("zhuanmai.enforcement.urls")),
]
handler404 = "zhuanmai.core.views.not_found"
handler500 = "zhuanmai.core.views.server_error"
