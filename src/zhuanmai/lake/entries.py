"""The room's kinds of entry."""

from __future__ import annotations

from zhuanmai.ledger.registry import register

register("lake.import_asked", sentence="提交导入文件 {file}", fields=("file", "table", "sha256"))
register(
    "lake.imported",
    sentence="导入 {file}：读 {rows} 行，入库 {taken} 行，隔离 {broken} 行",
    fields=("file", "table", "sha256", "rows", "taken", "broken", "repeated", "changed"),
)
register("lake.import_failed", sentence="导入 {file} 未成：{reason}", fields=("file", "reason"))
register("lake.import_cancelled", sentence="取消导入 {file}，数据湖未改动", fields=("file",))
register("lake.import_resumed", sentence="继续导入 {file}", fields=("file",))
register(
    "lake.row_fixed",
    sentence="改正隔离的行并入库：{file} 第 {line} 行",
    fields=("file", "table", "line", "columns"),
    personal=("key",),
)
register("lake.queried", sentence="查询数据湖，得 {rows} 行", fields=("rows", "unmasked"), personal=("sql",))
register("lake.unmasked", sentence="查看数据湖中的个人信息：{what}", fields=("what",), personal=("reason",))
