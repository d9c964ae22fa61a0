"""`zhuanmai bootstrap`: a new bureau's root unit and first two security administrators, with one-time links."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhuanmai.accounts import staff_files, staffing
from zhuanmai.accounts.invitations import link_of
from zhuanmai.accounts.management.commands.load_staff import add_files, rows_of, show
from zhuanmai.accounts.models import UnitKind
from zhuanmai.core.clock import to_local
from zhuanmai.core.errors import Refused


class Command(BaseCommand):
    """Refused when there are security administrators; `--renew` makes new links for those without a usable key."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The root unit, the administrators, and files of further units and officers."""
        names = ("CODE", "NAME", "ABBREVIATION")
        parser.add_argument("--unit", nargs=3, metavar=names, help="350200 厦门市烟草专卖局 厦烟")
        kinds = (UnitKind.CITY_BUREAU.value, UnitKind.DISTRICT_BUREAU.value)
        parser.add_argument("--kind", choices=kinds, default=kinds[0], help="what the root unit is")
        parser.add_argument(
            "--admin", nargs=2, action="append", default=[], metavar=("ACCOUNT", "NAME"), help="given at least twice"
        )
        add_files(parser)
        parser.add_argument("--renew", action="store_true", help="new links for administrators without a usable key")

    def handle(self, *_: Any, **options: Any) -> None:
        """Make, and print each link once."""
        try:
            if options["renew"]:
                links = staffing.renew_links()
                if not links:
                    self.stdout.write("每名安全管理员都有可用的钥匙，没有要重发的链接。")
            else:
                links = self._bootstrap(options)
        except Refused as refused:
            raise CommandError(refused.detail) from None
        for link in links:
            until = to_local(link.invitation.expires_at)
            self.stdout.write(f"{link.invitation.officer.name}  {link_of(link.secret)}  {until:%Y-%m-%d %H:%M} 前有效")

    def _bootstrap(self, options: dict[str, Any]) -> list[staffing.Link]:
        if not options["unit"]:
            raise CommandError("请用 --unit 代码 名称 简称 指明本局，用 --admin 账号 姓名 指定两名安全管理员。")
        code, name, abbreviation = options["unit"]
        root = {"code": code, "name": name, "abbreviation": abbreviation, "kind": options["kind"]}
        if len(code) == 6 and code.isdigit():
            root["district_code"] = code
        made, links = staffing.bootstrap(
            unit=staff_files.unit_row(root),
            admins=[(username, named) for username, named in options["admin"]],
            units=rows_of(options["units"]),
            officers=rows_of(options["officers"]),
            preview=options["preview"],
        )
        show(self, made, preview=options["preview"])
        return [] if options["preview"] else links
