"""A plain folder of import files, read as a lake: imported once into one of its own, used while nothing changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import uuid
from pathlib import Path

from django.conf import settings

from zhuanmai.core.errors import Refused
from zhuanmai.lake.importing import import_file
from zhuanmai.lake.schema import table_of_file

_ENDINGS = (".csv", ".parquet", ".xlsx", ".xlsm")
_KEPT = 8
_SURELY_READ_SECONDS = 3600  # somebody may still be reading a younger one


def import_files(folder: Path) -> list[tuple[Path, str]]:
    """The folder's import files in order of name, and the name each is imported under (a later one replaces).

    A subfolder named like a table (as Spark writes one) counts as one table's files.
    """
    found = []
    for path in sorted(folder.glob("*")):
        if table_of_file(path.name) is None:
            continue
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for one in inside:
            if one.is_file() and one.suffix.lower() in _ENDINGS and not one.name.startswith((".", "_")):
                name = one.name if one == path else f"{path.stem}-{one.relative_to(path).as_posix().replace('/', '-')}"
                found.append((one, name))
    return found


def gathered(folder: Path) -> Path:
    """The folder's files as a lake. Raises Refused (no_lake: no import file in it), and what an import may raise."""
    files = import_files(folder) if folder.is_dir() else []
    if not files:
        detail = f"{folder} 中没有可导入的文件；文件名应以表名开头，如 orders-2018-04.csv。"
        raise Refused("no_lake", detail, "folder")
    kept = Path(settings.HOME_DIR) / "folders"
    target = kept / _digest(files)
    if not target.exists():
        draft = kept / f"draft-{uuid.uuid4().hex}"
        for path, name in files:
            import_file(draft, path, name=name)
        try:
            os.replace(draft, target)
        except OSError:  # another process was faster
            shutil.rmtree(draft, ignore_errors=True)
    target.touch()
    _forget_oldest(kept)
    return target


def _digest(files: list[tuple[Path, str]]) -> str:
    facts = [(name, str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path, name in files]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


def _forget_oldest(kept: Path) -> None:
    long_ago = time.time() - _SURELY_READ_SECONDS
    by_age = sorted(((path.stat().st_mtime, path) for path in kept.iterdir()), reverse=True)
    for at, path in by_age[_KEPT:]:
        if at < long_ago:
            shutil.rmtree(path, ignore_errors=True)
