"""What doctor and restore ask of the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings

from zhuanmai.core.backup import register_folder, register_pin
from zhuanmai.core.checks import Finding, Health, register_check, register_proof
from zhuanmai.core.clock import now
from zhuanmai.ledger import anchors
from zhuanmai.ledger.heads import LEAVES, folder, latest, seal
from zhuanmai.ledger.models import Entry, TreeHead
from zhuanmai.ledger.pins import reaches

PROOF = "全程留痕"
register_folder("heads", names=r"head-\d{12}\.json|entries\.bin", prepare=seal)
register_folder("anchors", names=r"[0-9a-f]{16}/(head-\d{12}\.json(\.tsr)?|heard|trouble)")
register_pin(reaches)


@register_proof(PROOF)
def ledger_is_whole() -> Iterable[str]:
    """Every problem that verification finds, against the newest exported head and those of the anchors."""
    return [str(problem) for problem in anchors.verified(latest(), kept_leaves=folder() / LEAVES).problems]


@register_check
def heads_are_sealed() -> Finding:
    """Whether the newest entries are under a signed head."""
    last = TreeHead.objects.order_by("-size").first()
    waiting = Entry.objects.filter(seq__gte=last.size if last else 0).order_by("seq").first()
    if waiting and waiting.at < now() - dt.timedelta(minutes=30):
        return Finding(PROOF, Health.WARNING, "三十分钟前的记录尚未封签", "检查任务进程，或运行 zhuanmai ledger seal。")
    return Finding(PROOF, Health.GOOD, f"已封签至第 {last.size if last else 0} 条")


@register_check
def anchors_are_heard() -> Finding:
    """Whether each anchor has been written or read within a day; without any there is nothing to compare with."""
    if not anchors.anchors():
        if settings.PROFILE != "production":
            return Finding("留痕锚定", Health.GOOD, "没有设置锚")
        remedy = "把 ZHUANMAI_ANCHOR 设为本机之外的目录、地址或时间戳机构。"
        return Finding("留痕锚定", Health.WARNING, "没有设置锚", remedy)
    silent = [one for one in anchors.anchors() if anchors.is_silent(one.last_heard(), now())]
    if silent:
        words = "；".join(f"{one.words} 超过一天没有写入或读到 {one.trouble()}".strip() for one in silent)
        return Finding("留痕锚定", Health.BAD, words, "检查锚的地址与网络，再运行 zhuanmai ledger anchor。")
    return Finding("留痕锚定", Health.GOOD, f"{len(anchors.anchors())} 处，均在一天内写入或读到")
