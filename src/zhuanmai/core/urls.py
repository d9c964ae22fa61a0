"""core's addresses."""

from __future__ import annotations

from django.urls import include, path

from zhuanmai.core import views

app_name = "core"
urlpatterns = [
    path("healthz", views.health, name="health"),
    path("language/", include("django.conf.urls.i18n")),
]
