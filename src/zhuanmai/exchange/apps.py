"""The exchange room."""

from __future__ import annotations

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """数据交换."""

    name = "zhuanmai.exchange"
