"""Text files as spreadsheets write them."""

from __future__ import annotations

_ENCODINGS = ("utf-8-sig", "gb18030")


def decoded(content: bytes) -> str | None:
    """The text of a file in UTF-8 (with or without mark) or GB18030; None where it is neither."""
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
