"""Addresses of approvals, and their place on the rail."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.approvals import views
from zhuanmai.approvals.queries import count_waiting
from zhuanmai.core.navigation import Page, register

app_name = "approvals"
urlpatterns = [path("approvals", views.waiting, name="waiting")]
register(
    Page(
        "approvals:waiting", _("Approvals"), _("Toolbox"), "checklist", "approvals.see", 12, count_waiting, at_hand=True
    )
)
