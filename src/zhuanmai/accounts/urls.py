"""Addresses of people, keys and the ledger, and their places on the rail."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.accounts import delegation_views, preference_views, views
from zhuanmai.core.navigation import Page, register

app_name = "accounts"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("me", views.me, name="me"),
    path("me/keys/<uuid:key_id>/revoke", views.revoke_key, name="revoke_key"),
    path("me/keys/<uuid:key_id>/rename", views.rename_key, name="rename_key"),
    path("me/delegations", delegation_views.lend, name="lend"),
    path("me/delegations/<uuid:delegation_id>/end", delegation_views.end, name="end_delegation"),
    path("me/views", preference_views.save_view, name="save_view"),
    path("people", views.officers, name="officers"),
    path("people/<uuid:officer_id>", views.officer, name="officer"),
    path("people/keys/<uuid:key_id>/approve", views.approve_key, name="approve_key"),
    path("people/grants/<uuid:grant_id>/confirm", views.confirm_grant, name="confirm_grant"),
    path("people/grants/<uuid:grant_id>/revoke", views.revoke_grant, name="revoke_grant"),
    path("ledger", views.ledger, name="ledger"),
    path("ledger/verify", views.ledger_verify, name="ledger_verify"),
]
register(Page("accounts:officers", _("Units and officers"), _("Administration"), "users", "accounts.see_people", 80))
register(Page("accounts:ledger", _("Ledger"), _("Administration"), "history", "ledger.see", 90))
