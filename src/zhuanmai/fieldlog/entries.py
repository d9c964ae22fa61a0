"""The log's tables under the ledger; and how a room registers the entries of its operations."""

from __future__ import annotations

import re

from zhuanmai.fieldlog.models import FieldOperation
from zhuanmai.ledger.registry import register, register_table, say

register_table(FieldOperation)
register("fieldlog.carried_over", sentence="{count} 步外勤操作移入统一的操作记录", fields=("count",))

# Facts beside the sentence's: which operation, from which tablet, and where another officer sent it than the one who
# made it, who did which.
_OPERATION = ("operation_id", "tablet", "taken_over")

_HEAD = re.compile("[：，（{]")
_PLAIN = ("scan", "undo")


def operation(room: str, name: str, sentence: str, *fields: str, personal: tuple[str, ...] = ()) -> None:
    """Register the entry of one of a room's operations: `room.name`. Other entries name it by how its own begins."""
    if "." in name or name in _PLAIN:
        say({name: _HEAD.split(sentence, maxsplit=1)[0].strip()})
    register(f"{room}.{name}", sentence=sentence, fields=(*_OPERATION, *fields), personal=personal)


def of_every_log(room: str) -> None:
    """Register the entries that a room's log has whatever its operations: kept, refused, taken over."""
    operation(room, "kept", "保留待并入的操作（{kind}）：{detail}", "kind", "detail")
    operation(room, "refused", "操作未被接受（{kind}）：{detail}", "kind", "code", "detail")
    register(
        f"{room}.taken_over",
        sentence="接手{author}在平板 {device} 上录入、尚未上传的操作",
        fields=("author", "author_id", "device"),
    )
