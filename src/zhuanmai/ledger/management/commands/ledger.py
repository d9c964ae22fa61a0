"""`zhuanmai ledger verify | prove ENTRY | seal | anchor | heads`: verify the record of every act, prove one, seal and
anchor the head.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhuanmai.core.checks import failures
from zhuanmai.core.errors import Refused
from zhuanmai.ledger import anchors, heads
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.checks import PROOF
from zhuanmai.ledger.models import TreeHead
from zhuanmai.ledger.queries import prove


class Command(BaseCommand):
    """全程留痕: verification, proofs, heads."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The five acts."""
        acts = parser.add_subparsers(dest="act", required=True)
        check = acts.add_parser("verify", help="name what was altered, removed or inserted; exit 1 if anything was")
        check.add_argument("--head", type=Path, help="an exported head; default: the newest in ZHUANMAI_HOME/heads")
        acts.add_parser("prove", help="inclusion proof of one entry, as JSON").add_argument("entry", type=int)
        acts.add_parser("seal", help="sign and export the present head")
        acts.add_parser("anchor", help="write the newest head to the anchors (ZHUANMAI_ANCHOR)")
        acts.add_parser("heads", help="list the sealed heads")

    def handle(self, *_: Any, **options: Any) -> None:
        """Run one act."""
        try:
            match options["act"]:
                case "verify":
                    self._verify(options["head"])
                case "prove":
                    proof = prove(options["entry"])
                    self.stdout.write(json.dumps(json.loads(canonical(proof)), ensure_ascii=False, indent=1))
                case "seal":
                    head = heads.seal()
                    self.stdout.write(f"已封签 {head.size} 条，根 {head.root}")
                case "anchor":
                    self._anchor()
                case "heads":
                    for row in TreeHead.objects.all():
                        self.stdout.write(f"{row.size:>10}  {bytes(row.root).hex()}  {row.at.isoformat()}")
        except Refused as refused:
            raise CommandError(refused.detail) from None

    def _anchor(self) -> None:
        if not anchors.anchors():
            raise CommandError("没有设置锚；请把 ZHUANMAI_ANCHOR 设为本机之外的目录、地址或时间戳机构。")
        if wrong := anchors.anchor_newest():
            raise CommandError("；".join(wrong))
        self.stdout.write(f"已锚定到 {len(anchors.anchors())} 处")

    def _verify(self, path: Path | None) -> None:
        head = heads.load(path) if path else heads.latest()
        beside = (path.parent if path else heads.folder()) / heads.LEAVES
        report = anchors.verified(head, kept_leaves=beside)
        self.stdout.write(f"记录 {report.entries} 条，受保护的数据 {report.rows} 行")
        if head is None:
            self.stdout.write("尚无导出的树头：只核对了数据库内的树头；请运行 zhuanmai ledger seal。")
        elif report.outside:
            self.stdout.write(f"第 {head.size} 条起的 {report.outside} 条记录晚于该树头，不在其证明范围内")
        if report.erased:
            self.stdout.write(f"{report.erased} 条记录的个人信息已按期清除")
        for line in report.anchors:
            self.stdout.write(line)
        wrong = [str(problem) for problem in report.problems] + failures(without=PROOF)
        for sentence in wrong[:50]:
            self.stdout.write(f"✗ {sentence}")
        if wrong:
            sys.exit(1)
        self.stdout.write("✓ 核验通过")
