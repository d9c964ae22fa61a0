"""The address of what runs out, and its place on the rail."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.core.navigation import Page, register
from zhuanmai.deadlines import views

app_name = "deadlines"
urlpatterns = [path("deadlines", views.deadline_list, name="list")]
register(Page("deadlines:list", _("Deadlines"), "", "calendar-due", "deadlines.see", 2))
