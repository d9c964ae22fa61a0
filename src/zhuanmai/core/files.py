"""Files, content-addressed and never overwritten: a file's name is the SHA-256 of its bytes."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from zhuanmai.core.errors import NotFound, Refused


def store(content: bytes) -> str:
    """Keep bytes and return their SHA-256 (64 hex digits). Atomic: a crash leaves no half file."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        put_whole(path, content)
    return digest


def put_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever finds half of it; of several that write it at the same time, the last wins.

    Its folder is there. Raises OSError.
    """
    with _written(path, [content]) as part:
        os.replace(part, path)


def put_first(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that is not there yet, whole or not at all; one that is there, or comes first, stays.

    Its folder is there. For its owner alone. Raises OSError.
    """
    with _written(path, pieces) as part:
        try:
            os.link(part, path)
        except FileExistsError:
            pass


@contextmanager
def _written(path: Path, pieces: Iterable[bytes]) -> Iterator[Path]:
    """A part beside the file that holds all of it and is on the disk; gone afterwards, whatever happens."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with open(part, "xb", opener=_for_us_alone) as handle:
            handle.writelines(pieces)
            handle.flush()
            os.fsync(handle.fileno())
        yield part
    finally:
        part.unlink(missing_ok=True)


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def load(digest: str) -> bytes:
    """The bytes with this SHA-256, which they are compared with each time: for display, print, seal and export.

    Raises NotFound (file_missing) if they are not kept here, Refused (file_changed) if others lie in their place.
    """
    try:
        content = path_of(digest).read_bytes()
    except FileNotFoundError:
        raise NotFound("file_missing", f"找不到摘要为 {digest[:12]}… 的文件；请用备份恢复。") from None
    if hashlib.sha256(content).hexdigest() != digest:
        words = f"摘要为 {digest[:12]}… 的文件被改动，不能使用；请联系管理员从备份恢复，并查明原因。"
        raise Refused("file_changed", words, status=409)
    return content


def path_of(digest: str) -> Path:
    """Where a file with this digest lies: two levels of folders by its first four hex digits."""
    return Path(settings.FILES_DIR) / digest[:2] / digest[2:4] / digest
