"""The documents room."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """文书."""

    name = "zhuanmai.documents"
