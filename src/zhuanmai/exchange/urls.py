"""Addresses of the exchange, and its place on the rail."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_noop as _

from zhuanmai.core.navigation import Page, register
from zhuanmai.exchange import views

app_name = "exchange"
urlpatterns = [
    path("exchange", views.monitor, name="monitor"),
    path("exchange/messages/<uuid:message_id>", views.message, name="message"),
    path("exchange/messages/<uuid:message_id>/retry", views.retry, name="retry"),
    path("exchange/retry", views.retry_all, name="retry_all"),
    path("exchange/reconciliations", views.reconciliations, name="reconciliations"),
    path("exchange/reconciliations/<uuid:reconciliation_id>", views.reconciled, name="reconciliation"),
]
register(Page("exchange:monitor", _("Exchange"), _("Administration"), "arrows-exchange", "exchange.see", 85))
