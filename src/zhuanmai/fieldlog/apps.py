"""The field log's room."""

from __future__ import annotations

from django.apps import AppConfig


class FieldLogConfig(AppConfig):
    """外勤操作."""

    name = "zhuanmai.fieldlog"
