"""The ledger's own kinds of entry, and those of the ground floor, which lies below and writes through a port."""

from __future__ import annotations

from zhuanmai.ledger.registry import register

register("ledger.erased", sentence="按期清除 {count} 条记录的个人信息", fields=("before", "count", "entries"))
register("ledger.verified", sentence="核验全程留痕：{outcome}", fields=("outcome", "entries", "problems"))
register(
    "core.exported",
    sentence="导出“{what}” {count} 行（{format}）",
    fields=("what", "count", "format"),
    personal=("filters",),
)
