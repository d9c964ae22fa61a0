"""Which files make up the lake: one small file, swapped by one rename. Importers take turns; readers never wait."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = "manifest.json"
PARTS = "parts"  # files of the tables and of the quarantine, named by what they hold, never overwritten
STAGING = "staging"  # what an import has read so far; belongs to nobody when no import runs
_KEEP_RETIRED_SECONDS = 24 * 3600  # a reader that began before the swap may still open what it replaced


@dataclass(frozen=True)
class Part:
    """One file of a table: where it lies, which month's rows (empty: all), how many, and the digest of what it says."""

    path: str
    month: str
    rows: int
    digest: str


@dataclass
class Manifest:
    """The lake at one moment: each table's parts by month, each imported file's quarantined rows, files let go."""

    version: int = 0
    at: float = 0.0
    tables: dict[str, dict[str, Part]] = field(default_factory=dict)
    quarantine: dict[str, Part] = field(default_factory=dict)
    retired: dict[str, float] = field(default_factory=dict)

    def paths(self, table: str) -> list[str]:
        """The table's files in order of month, relative to the lake's folder."""
        return [part.path for _, part in sorted(self.tables.get(table, {}).items())]

    def rows(self, table: str) -> int:
        """How many rows the table has."""
        return sum(part.rows for part in self.tables.get(table, {}).values())

    def named(self) -> set[str]:
        """Every file that makes up the lake now."""
        parts = [part for table in self.tables.values() for part in table.values()]
        return {part.path for part in (*parts, *self.quarantine.values())}

    def contents(self) -> dict[str, dict[str, str]]:
        """What the lake says, apart from when and how it came in: two lakes with the same rows have the same."""
        tables = {name: {month: part.digest for month, part in parts.items()} for name, parts in self.tables.items()}
        return tables | {"quarantine": {name: part.digest for name, part in self.quarantine.items()}}


def load(folder: Path) -> Manifest:
    """The lake's manifest; an empty one where nothing was imported yet."""
    try:
        kept: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Manifest()
    return Manifest(
        version=kept["version"],
        at=kept["at"],
        tables={name: {m: Part(**part) for m, part in parts.items()} for name, parts in kept["tables"].items()},
        quarantine={name: Part(**part) for name, part in kept["quarantine"].items()},
        retired=kept["retired"],
    )


def swap(folder: Path, before: Manifest, after: Manifest) -> None:
    """Make `after` the lake, in one step that a crash cannot halve; needs `writing`. Nothing new: nothing written."""
    if (before.tables, before.quarantine) == (after.tables, after.quarantine):
        return
    moment = time.time()
    gone = before.named() - after.named()
    retired = {path: at for path, at in before.retired.items() if path not in after.named()}
    whole = {
        "version": before.version + 1,
        "at": moment,
        "tables": {name: {m: vars(p) for m, p in parts.items()} for name, parts in after.tables.items() if parts},
        "quarantine": {name: vars(part) for name, part in after.quarantine.items()},
        "retired": retired | dict.fromkeys(gone, moment),
    }
    for path in after.named() - before.named():
        _settle(folder / path)
    _settle(folder / PARTS)
    draft = folder / f".{NAME}"
    draft.write_text(json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    _settle(draft)
    os.replace(draft, folder / NAME)
    _settle(folder)


@contextmanager
def writing(folder: Path) -> Iterator[Manifest]:
    """Be the only importer of this lake; a killed one's lock is free at once, and what it left behind is removed."""
    (folder / PARTS).mkdir(parents=True, exist_ok=True)
    with alone(folder / "lock"):
        manifest = load(folder)
        collect(folder, manifest)
        yield manifest


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock of this name; who is killed lets it go. The file is there only while somebody holds or waits."""
    while True:
        with path.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists() or path.stat().st_ino != os.fstat(lock.fileno()).st_ino:
                continue  # the one before removed it: whoever comes now locks another file
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return


def collect(folder: Path, manifest: Manifest) -> None:
    """Remove files that no manifest names: at once what a killed import left, after a day what was replaced."""
    long_ago = time.time() - _KEEP_RETIRED_SECONDS
    kept = manifest.named() | {path for path, at in manifest.retired.items() if at > long_ago}
    for path in (folder / PARTS).glob("*"):
        if f"{PARTS}/{path.name}" not in kept:
            path.unlink(missing_ok=True)


def _settle(path: Path) -> None:
    """Have the disk hold it before anything refers to it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
