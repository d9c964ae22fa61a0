"""The room's kinds of entry, and its table under the ledger: attempts in between are no acts and do not count.

`kind` names the partner and the kind of message: 国家局系统，案件.
"""

from __future__ import annotations

from zhuanmai.exchange.models import Message
from zhuanmai.ledger.registry import register, register_table

register_table(Message, exclude=("attempts", "next_at", "last_error"))

register("exchange.sent", sentence="对外报送（{kind}），报文摘要 {sha256}", fields=("kind", "sha256"))
register(
    "exchange.received",
    sentence="对方已接收（{kind}），回执 {receipt}",
    fields=("kind", "receipt", "attempts", "reason"),
)
register(
    "exchange.dead", sentence="报送失败转为死信（{kind}）：{reason}", fields=("kind", "receipt", "attempts", "reason")
)
register("exchange.superseded", sentence="已有更新的报文，此件不再发送（{kind}）", fields=("kind",))
register("exchange.retried", sentence="重发死信（{kind}）", fields=("kind",))
register(
    "exchange.reconciled",
    sentence="对账（{partner}）：一致 {agreed}，对方缺 {missing}，我方无 {unknown}，内容不符 {differing}",
    fields=("partner", "agreed", "missing", "unknown", "differing"),
)
register("exchange.reconciliation_failed", sentence="对账未成（{partner}）：{reason}", fields=("partner", "reason"))
register("exchange.carried_over", sentence="升级后 {count} 封报文改按业务对象管理，内容不变", fields=("count",))
