"""`zhuanmai seed_register`: 3,000 made-up shops for the demo bureau, the same on every machine."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from zhuanmai.reference import made_up, services
from zhuanmai.reference.models import Licensee


class Command(BaseCommand):
    """Fill the register of the demo; does nothing where the made-up shops are already there. Refused in production."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """How many."""
        parser.add_argument("--shops", type=int, default=3000)

    def handle(self, *_: Any, **options: Any) -> None:
        """Seed, unless the first and the last made-up shop are there."""
        if settings.PROFILE not in ("demo", "test"):
            raise CommandError("虚构的零售户只能进入演示环境；正式登记簿请用 load_licences 导入。")
        rows = made_up.shops(options["shops"])
        ends = [rows[0]["licence_no"], rows[-1]["licence_no"]]
        if Licensee.objects.filter(licence_no__in=ends).count() == len(set(ends)):
            self.stdout.write("登记簿：虚构零售户已在。")
            return
        done = services.load_register(actor=None, rows=list(enumerate(rows, start=2)))
        self.stdout.write(f"登记簿：虚构零售户 {done.changed} 户。")
