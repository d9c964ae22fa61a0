"""The room's kinds of entry, and its table under the ledger."""

from __future__ import annotations

from zhuanmai.deadlines.models import Deadline
from zhuanmai.ledger.registry import register, register_table

_RUN = ("code", "what", "due")

register_table(Deadline, exclude=("reminded",))
register("deadlines.reminded", sentence="提醒期限：{what}，{due} 到期", fields=(*_RUN, "stage"))
register("deadlines.lapsed", sentence="期限届满：{what}，{due}", fields=_RUN)
register(
    "deadlines.counted_again",
    sentence="期限重新计算：{what}，由 {before} 改为 {due}",
    fields=(*_RUN, "before"),
)
register(
    "deadlines.stopped",
    sentence="期限中止：{what}，自 {first} 起，事由：{ground}",
    fields=(*_RUN, "first", "ground"),
)
register("deadlines.resumed", sentence="期限恢复计算：{what}，{last} 收到结果，{due} 到期", fields=(*_RUN, "last"))
register("deadlines.extended", sentence="期限延长：{what}，至 {due}，理由：{reason}", fields=(*_RUN, "reason"))
register("deadlines.closed", sentence="期限办结：{what}，情况：{reason}", fields=(*_RUN, "reason"))
register("deadlines.taken_over", sentence="期限移入期限模块：{count} 项", fields=("count",))
