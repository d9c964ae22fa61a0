"""The ledger's own kinds of entry."""

from __future__ import annotations

from zhuanmai.ledger.registry import register

register("ledger.erased", sentence="按期清除 {count} 条记录的个人信息", fields=("before", "count", "entries"))
register("ledger.exported", sentence="导出留痕 {count} 条", fields=("count", "filters"))
register("ledger.verified", sentence="核验全程留痕：{outcome}", fields=("outcome", "entries", "problems"))
