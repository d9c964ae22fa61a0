"""The ledger room."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """全程留痕."""

    name = "zhuanmai.ledger"
