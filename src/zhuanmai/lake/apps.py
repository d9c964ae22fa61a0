"""The lake room."""

from __future__ import annotations

from django.apps import AppConfig


class LakeConfig(AppConfig):
    """数据湖."""

    name = "zhuanmai.lake"
