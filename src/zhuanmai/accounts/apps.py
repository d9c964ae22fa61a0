"""The accounts room."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """人员与钥匙."""

    name = "zhuanmai.accounts"
