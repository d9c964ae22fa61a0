"""The addresses of what runs out, and their place on the rail."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.core.navigation import Page, register
from zhuanmai.deadlines import views

app_name = "deadlines"
urlpatterns = [
    path("deadlines", views.deadline_list, name="list"),
    path("deadlines/<uuid:deadline_id>", views.deadline, name="one"),
]
register(Page("deadlines:list", _("What runs out"), "", "calendar-due", "deadlines.see", 2))
