"""A file is kept whole, however many keep it at the same time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from zhuanmai.core import files


def test_many_keep_the_same_at_once(tmp_path: Path, settings: Any) -> None:
    settings.FILES_DIR = tmp_path
    begun = Barrier(8)

    def keep(content: bytes) -> str:
        begun.wait()
        return files.store(content)

    with ThreadPoolExecutor(8) as several:
        for n in range(20):
            content = bytes([n]) * 200_000
            [digest] = set(several.map(keep, [content] * 8))
            assert files.load(digest) == content
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name.startswith(".")]


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.put_whole(tmp_path / "no such folder" / "file", b"x")
    (tmp_path / "taken").mkdir()
    with pytest.raises(IsADirectoryError):
        files.put_whole(tmp_path / "taken", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_what_is_there_stays_and_what_breaks_off_is_not_there(tmp_path: Path) -> None:
    def breaks_off() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    path = tmp_path / "file"
    with pytest.raises(KeyboardInterrupt):
        files.put_first(path, breaks_off())
    assert not list(tmp_path.iterdir())
    files.put_first(path, [b"wh", b"ole"])
    files.put_first(path, [b"another"])
    assert ([one.name for one in tmp_path.iterdir()], path.read_bytes()) == (["file"], b"whole")
    assert path.stat().st_mode & 0o777 == 0o600


# What is put in place whole, and is not bytes at hand: it has a way of its own.
OWN_WAYS = {
    "core/files.py": "the way itself",
    "core/backup.py": "packed by a program, piece by piece",
    "core/postgres.py": "for the cluster's user, before the platform is there",
    "ledger/heads.py": "the leaves, written on or made anew under a lock",
    "lake/folders.py": "whole folders",
    "lake/manifest.py": "settled together with the tables that it names",
    "lake/merging.py": "written by DuckDB",
    "lake/services.py": "received piece by piece",
    "alerts/model/store.py": "written by joblib",
}


def test_bytes_are_put_in_place_in_one_way() -> None:
    package = Path(files.__file__).resolve().parents[1]
    ways = re.compile(r"\bos\.(replace|rename)\(|\bpart\.replace\(")
    found = {
        path.relative_to(package).as_posix() for path in package.rglob("*.py") if ways.search(path.read_text("utf-8"))
    }
    assert found == set(OWN_WAYS), "a file is written past core.files.put_whole"
