"""Addresses of the documents room."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.core.navigation import Page, register
from zhuanmai.documents import views

app_name = "documents"
urlpatterns = [
    path("verify/", views.verify, name="verify_any"),
    path("verify/digest/<str:sha256>", views.verify_digest, name="verify_digest"),
    path("verify/<str:token>", views.verify, name="verify"),
    path("documents/numbers", views.numbers, name="numbers"),
]
register(Page("documents:numbers", _("Register of numbers"), _("Toolbox"), "file-text", "documents.see_numbers", 14))
