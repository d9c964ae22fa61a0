"""The room's kinds of entry, and its tables under the ledger."""

from __future__ import annotations

from zhuanmai.alerts.models import Alert
from zhuanmai.ledger.registry import register, register_table

register_table(Alert)

register("alerts.run_asked", sentence="要求分析截至 {day} 的数据", fields=("day", "wanted"))
register(
    "alerts.raised",
    sentence="分析截至 {day} 的数据，产生 {count} 条预警",
    fields=("day", "count", "drawn", "numbers", "without"),
)
register("alerts.run_failed", sentence="分析截至 {day} 的数据未成：{reason}", fields=("day", "reason"))
register(
    "alerts.assigned",
    sentence="预警 {number} 派给{squad}，{due} 前检查",
    fields=("number", "squad", "due", "before", "reason"),
)
register("alerts.seen", sentence="查看预警 {number}", fields=("number",))
register("alerts.lapsed", sentence="{count} 条预警逾期未查", fields=("count", "numbers"))
register("alerts.inspected", sentence="由预警 {number} 开始检查", fields=("number",))
register(
    "alerts.recorded",
    sentence="预警 {number} 的检查结果：{outcome}",
    fields=("number", "outcome", "case_no"),
    personal=("note",),
)
register("alerts.withdrawn", sentence="撤回预警 {number} 的检查结果：{outcome}", fields=("number", "outcome"))
register("alerts.handed_back", sentence="{count} 条预警的检查结果写回数据湖", fields=("count", "file"))
