"""The approvals room."""

from __future__ import annotations

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """审批."""

    name = "zhuanmai.approvals"
