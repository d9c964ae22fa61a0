"""What doctor and restore ask of the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from zhuanmai.core.backup import register_folder, register_pin
from zhuanmai.core.checks import Finding, Health, register_check, register_proof
from zhuanmai.core.clock import now
from zhuanmai.ledger.heads import LEAVES, folder, latest, seal
from zhuanmai.ledger.models import Entry, TreeHead
from zhuanmai.ledger.pins import reaches
from zhuanmai.ledger.verify import verify

PROOF = "全程留痕"
register_folder("heads", names=r"head-\d{12}\.json|entries\.bin", prepare=seal)
register_pin(reaches)


@register_proof(PROOF)
def ledger_is_whole() -> Iterable[str]:
    """Every problem that verification finds, against the newest exported head."""
    return [str(problem) for problem in verify(latest(), kept_leaves=folder() / LEAVES).problems]


@register_check
def heads_are_sealed() -> Finding:
    """Whether the newest entries are under a signed head."""
    last = TreeHead.objects.order_by("-size").first()
    waiting = Entry.objects.filter(seq__gte=last.size if last else 0).order_by("seq").first()
    if waiting and waiting.at < now() - dt.timedelta(minutes=30):
        return Finding(PROOF, Health.WARNING, "三十分钟前的记录尚未封签", "检查任务进程，或运行 zhuanmai ledger seal。")
    return Finding(PROOF, Health.GOOD, f"已封签至第 {last.size if last else 0} 条")
