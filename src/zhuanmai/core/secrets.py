"""Keys and secrets that an installation makes for itself on first use, readable by their owner only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from zhuanmai.core import files


def made_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of a secret file, made on first use; of several that make it at the same time, the first wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.put_first(path, [make()])
    return path.read_bytes()
