"""Text that people type, as the database can hold it."""

from __future__ import annotations

from zhuanmai.core.errors import Refused
from zhuanmai.core.legible import seen


def plain(text: str) -> str:
    """The text without what no page shows (control characters, half characters) and without space around it."""
    return seen(text).strip()


def required(text: str, *, field: str, limit: int, otherwise: str) -> str:
    """The text, plain. Raises Refused: reason_missing or the like (`otherwise` says what to write), …_long."""
    wanted = plain(text)
    if not wanted:
        raise Refused(f"{field}_missing", otherwise, field=field)
    if len(wanted) > limit:
        raise Refused(f"{field}_long", f"最多 {limit} 个字；请写短一些。", field=field)
    return wanted
