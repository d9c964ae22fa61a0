"""What holds a restore to the history: the head that was named, or the newest that lies in this home."""

from __future__ import annotations

from pathlib import Path

from zhuanmai.core.archives import Archive
from zhuanmai.core.backup import OLDER
from zhuanmai.core.errors import Refused
from zhuanmai.ledger.heads import LEAVES, RECORD_BYTES, latest, load
from zhuanmai.ledger.merkle import Accumulator

_MEMBER = f"heads/{LEAVES}"
_AT_ONCE = RECORD_BYTES * 20_000


def reaches(archive: Archive, named: Path | None) -> None:
    """Whether the ledger within a backup begins with all that the pinned head is over.

    Raises Refused: bad_head (the file that was named is none), older_head, other_history.
    """
    pinned = load(named) if named else latest()
    if pinned is None:
        return
    held = archive.members[_MEMBER].size // RECORD_BYTES if _MEMBER in archive.members else 0
    if held < pinned.size:
        words = f"该备份的留痕只到第 {held} 条，早于应达到的树头 {pinned.size}；未写入任何内容。请换用更新的备份；"
        raise Refused(OLDER, f"{words}确实没有的，加 --accept-loss 再恢复，缺失的记录会在核验中逐条列出。")
    tree = Accumulator()
    for piece in archive.chunks(_MEMBER, _AT_ONCE) if held else ():
        for start in range(0, min(len(piece), (pinned.size - tree.size) * RECORD_BYTES), RECORD_BYTES):
            tree.add(piece[start + 16 : start + RECORD_BYTES])
    if tree.root().hex() != pinned.root:
        words = f"该备份的留痕与树头 {pinned.size} 不符，是另一段历史；未写入任何内容。请查明该备份的来源。"
        raise Refused("other_history", words)
