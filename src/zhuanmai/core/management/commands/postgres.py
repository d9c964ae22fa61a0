"""`zhuanmai postgres start | stop | status`: the embedded database alone, for commands while nothing else runs."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zhuanmai.core import checks, postgres


class Command(BaseCommand):
    """Start, stop, or say whether it runs."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The act."""
        parser.add_argument("act", choices=["start", "stop", "status"])

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it."""
        if not settings.EMBEDDED:
            raise CommandError("使用的是外部数据库（DATABASE_URL），不由本命令管理。")
        cluster = postgres.cluster_of(settings.HOME_DIR)
        if options["act"] == "start":
            checks.close_own_places()
            postgres.start(cluster)
        elif options["act"] == "stop":
            postgres.stop(cluster)
        self.stdout.write("运行中" if postgres.is_running(cluster) else "已停止")
