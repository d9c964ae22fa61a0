"""The ledger's own kinds of entry, and those of the ground floor, which lies below and writes through a port."""

from __future__ import annotations

from zhuanmai.core import jobs, options
from zhuanmai.core.models import Backup, Setting
from zhuanmai.ledger.registry import register, register_table, say

register_table(Setting)
register_table(Backup)

register("ledger.erased", sentence="按期清除 {count} 条记录的个人信息", fields=("before", "count", "entries"))
register("ledger.verified", sentence="核验全程留痕：{outcome}", fields=("outcome", "entries", "problems"))
register(
    "core.exported",
    sentence="导出“{what}” {count} 行（{format}）",
    fields=("what", "count", "format"),
    personal=("filters",),
)
register(
    "core.setting_changed",
    sentence="修改系统设置 {name}：{old} → {new}，理由：{reason}",
    fields=("name", "old", "new", "reason"),
)
say(jobs.named_tasks())
say({one.name: one.words for one in options.OPTIONS})
register("core.job_retried", sentence="重做后台任务 {task}（第 {job} 号）", fields=("task", "job"))
register("core.backup_asked", sentence="发起备份")
register(
    "core.backup_made", sentence="备份完成：{name}，摘要 {sha256}；核验：{proof}", fields=("name", "sha256", "proof")
)
register("core.backup_failed", sentence="备份未成：{reason}", fields=("reason",))
