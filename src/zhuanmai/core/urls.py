"""core's addresses."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from zhuanmai.core import views

app_name = "core"
urlpatterns = [
    path("healthz", views.health, name="health"),
    path("language", set_language, name="set_language"),
    path("theme", views.set_theme, name="set_theme"),
    path("notices", views.bell, name="bell"),
    path("waiting", views.waiting, name="waiting"),
    path("styleguide", views.style_guide, name="styleguide"),
]
