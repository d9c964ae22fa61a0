"""The room's kinds of entry, and its tables under the ledger."""

from __future__ import annotations

from zhuanmai.approvals.models import Approval, OralApproval
from zhuanmai.ledger.registry import register, register_table

register_table(Approval, exclude=("void_reason",))  # words for pages; the entry says them
register_table(OralApproval)

register("approvals.ended", sentence="{purpose}第 {round} 轮审批作废：{reason}", fields=("purpose", "round", "reason"))
register(
    "approvals.decided",
    sentence="{step}就{purpose}签署意见：{opinion}",
    fields=("step", "purpose", "round", "opinion", "approved", "on_behalf_of"),
)
