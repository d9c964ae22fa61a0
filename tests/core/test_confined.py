"""Strangers' files are read in a process of its own: limited, alone, and only so many at once."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from zhuanmai.core import confined
from zhuanmai.core.errors import Refused

HERE = "tests.core.test_confined"


def run(name: str, content: bytes = b"", *, seconds: int = 2, megabytes: int = 300) -> bytes:
    """One function of this file, confined."""
    return confined.run(f"{HERE}:{name}", content, seconds=seconds, megabytes=megabytes)


def doubled(content: bytes) -> bytes:
    """What was given, twice."""
    return content * 2


def spoilt(content: bytes) -> bytes:
    """It fails of what it reads, and says of what."""
    raise ValueError(content.decode())


def endless(_content: bytes) -> bytes:
    """Never."""
    while True:
        pass


def greedy(_content: bytes) -> bytes:
    """More memory than there is."""
    return b"\0" * (1 << 30)


def surroundings(_content: bytes) -> bytes:
    """The environment's names, and which rooms are loaded."""
    return json.dumps([sorted(os.environ), "django" in sys.modules]).encode()


def writes(content: bytes) -> bytes:
    """Writes a file."""
    Path(content.decode()).write_bytes(b"x")
    return b""


def refuses(_content: bytes) -> bytes:
    """Refuses."""
    raise Refused("no_good", "这个不行。", "file", status=413)


def fails(_content: bytes) -> bytes:
    """Fails."""
    raise KeyError("why")


def test_bytes_go_in_and_come_out() -> None:
    assert run("doubled", b"\0\n\xff") == b"\0\n\xff" * 2


@pytest.mark.parametrize("name", ["endless", "greedy"])
def test_what_takes_too_much_ends_alone(name: str) -> None:
    with pytest.raises(confined.TooMuch):
        run(name, seconds=1)


def test_it_knows_no_setting_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHUANMAI_SECRET", "s")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    names, has_django = json.loads(run("surroundings"))
    assert not [name for name in names if name.startswith(("ZHUANMAI", "DATABASE", "DJANGO"))]
    assert not has_django


def test_it_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises((RuntimeError, confined.TooMuch)):
        run("writes", str(tmp_path / "made").encode())
    assert not (tmp_path / "made").exists() or not (tmp_path / "made").read_bytes()


def test_its_refusal_is_ours() -> None:
    with pytest.raises(Refused) as refused:
        run("refuses")
    assert (refused.value.code, refused.value.detail, refused.value.field) == ("no_good", "这个不行。", "file")
    assert refused.value.status == 413


def test_its_failure_is_told_with_its_last_words() -> None:
    with pytest.raises(RuntimeError, match="KeyError"):
        run("fails")


def test_who_comes_when_all_are_busy_is_told_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "_PATIENCE_SECONDS", 0.0)
    for _ in range(confined.AT_ONCE):
        confined._places.acquire()
    try:
        with pytest.raises(Refused) as refused:
            run("doubled")
    finally:
        for _ in range(confined.AT_ONCE):
            confined._places.release()
    assert (refused.value.code, refused.value.status) == ("busy", 503)
    assert run("doubled", b"a") == b"aa"  # and a place is free again
