"""Addresses of people, keys and the ledger, and their places on the rail."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.accounts import delegation_views, people_views, preference_views, session_views, views
from zhuanmai.accounts.waiting import count_waiting
from zhuanmai.core.navigation import Page, register

app_name = "accounts"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("enrol", views.enrol, name="enrol"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("me", views.me, name="me"),
    path("me/keys/<uuid:key_id>/revoke", views.revoke_key, name="revoke_key"),
    path("me/keys/<uuid:key_id>/rename", views.rename_key, name="rename_key"),
    path("me/delegations", delegation_views.lend, name="lend"),
    path("me/delegations/<uuid:delegation_id>/end", delegation_views.end, name="end_delegation"),
    path("me/sessions", session_views.mine, name="sessions"),
    path("me/sessions/end-others", session_views.end_others, name="end_other_sessions"),
    path("me/sessions/<uuid:session_id>/end", session_views.end_mine, name="end_session"),
    path("me/views", preference_views.save_view, name="save_view"),
    path("people", people_views.officers, name="officers"),
    path("people/new", people_views.new_officer, name="new_officer"),
    path("people/<uuid:officer_id>", people_views.officer, name="officer"),
    path("people/<uuid:officer_id>/active", people_views.set_active, name="set_active"),
    path("people/<uuid:officer_id>/link", people_views.issue_link, name="issue_link"),
    path("people/links/<uuid:invitation_id>/approve", people_views.approve_link, name="approve_link"),
    path("people/links/<uuid:invitation_id>/withdraw", people_views.withdraw_link, name="withdraw_link"),
    path("people/<uuid:officer_id>/sessions/end", session_views.end_all, name="end_all_sessions"),
    path("people/sessions/<uuid:session_id>/end", session_views.end_theirs, name="end_others_session"),
    path("people/keys/<uuid:key_id>/approve", people_views.approve_key, name="approve_key"),
    path("people/keys/<uuid:key_id>/revoke", people_views.revoke_key, name="revoke_others_key"),
    path("people/grants/<uuid:grant_id>/confirm", people_views.confirm_grant, name="confirm_grant"),
    path("people/grants/<uuid:grant_id>/revoke", people_views.revoke_grant, name="revoke_grant"),
    path("ledger", views.ledger, name="ledger"),
    path("ledger/verify", views.ledger_verify, name="ledger_verify"),
]
register(
    Page(
        "accounts:officers", _("Units and officers"), _("Administration"), "users", "accounts.see_people", 80,
        badge=count_waiting,
    )
)  # fmt: skip
register(Page("accounts:ledger", _("Ledger"), _("Administration"), "history", "ledger.see", 90))
