"""Take a file into a lake: read, check, stage month by month, merge by key, swap. Needs no database.

What has been read is staged in chunks that are whole or not there, so that an import which was killed goes on where it
was; the lake itself changes only in the last step, by one rename (`manifest.swap`).
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from zhuanmai.core.errors import Refused
from zhuanmai.lake import checking, manifest, merging, reading, staging
from zhuanmai.lake.connections import connect
from zhuanmai.lake.schema import Table, table_of_file

_KEEP_STAGED_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class Progress:
    """How far an import is: what it is doing (`reading`, `merging`), how much of how much, rows so far."""

    step: str
    done: int
    total: int
    rows: int
    broken: int


@dataclass(frozen=True)
class Outcome:
    """What an import did: rows read, taken in, put in quarantine, the same as another; whether the lake changed."""

    table: str
    file: str
    rows: int
    taken: int
    broken: int
    repeated: int
    changed: bool


class Cancelled(Exception):
    """The import was told to stop; the lake is as before."""


Watch = Callable[[Progress], None]


def import_file(folder: Path, path: Path, *, name: str = "", watch: Watch = lambda progress: None) -> Outcome:
    """Import a file; `name` is what it is called, where it lies under another. `watch` may raise Cancelled.

    Raises Refused (import_name, import_format, import_encoding, import_broken, import_empty, import_columns): nothing
    of the file is taken in.
    """
    called = name or path.name
    table = table_of_file(called)
    if table is None:
        raise Refused("import_name", f"看不出 {called} 属于哪张表；文件名应以表名开头，如 orders-2018-04.csv。", "file")
    source = reading.source(path)
    strange = checking.columns_of(table, source.columns)
    with _staged(folder, table, source, called) as staged:
        con = connect()
        try:
            state = _stage(con, table, source, staged, watch)
            watch(Progress("merging", 0, 1, state.rows, state.broken))
            job = merging.Job(folder, table, called, staged, source.columns, tuple(strange))
            merged = merging.merge(con, job, lambda done, of: watch(Progress("merging", done, of, *state.counts)))
        except Cancelled:
            _drop(staged)
            raise
        finally:
            con.close()
        _drop(staged)
    broken = state.broken + merged.replaced
    taken = state.rows - broken - merged.same
    return Outcome(table.name, called, state.rows, taken, broken, merged.same, merged.changed)


@dataclass
class _State:
    """What is staged: chunks, where the next begins, rows read and rows broken."""

    chunks: int
    place: reading.Place
    rows: int = 0
    broken: int = 0

    @property
    def counts(self) -> tuple[int, int]:
        """Rows read and rows broken."""
        return self.rows, self.broken


@contextmanager
def _staged(folder: Path, table: Table, source: reading.Source, called: str) -> Iterator[Path]:
    """The folder of what was read of this very file, held by one import at a time."""
    facts = source.path.stat()
    identity = f"{table.name}\0{called}\0{source.path.resolve()}\0{facts.st_size}\0{facts.st_mtime_ns}"
    staged = folder / manifest.STAGING / hashlib.sha256(identity.encode()).hexdigest()[:24]
    staged.parent.mkdir(parents=True, exist_ok=True)
    _forget_old(staged.parent)
    with manifest.alone(staged.with_suffix(".lock")):
        shutil.rmtree(_gone(staged), ignore_errors=True)
        staged.mkdir(exist_ok=True)
        yield staged


def _drop(staged: Path) -> None:
    """Forget what was read, at once: a folder killed halfway through its removal would look like a shorter file."""
    shutil.rmtree(_gone(staged), ignore_errors=True)
    staged.rename(_gone(staged))
    shutil.rmtree(_gone(staged), ignore_errors=True)


def _gone(staged: Path) -> Path:
    return staged.with_suffix(".gone")


def _forget_old(staging_folder: Path) -> None:
    """Remove what imports read that nobody went on with for a week."""
    long_ago = time.time() - _KEEP_STAGED_SECONDS
    for path in staging_folder.glob("*"):
        if path.is_dir() and path.stat().st_mtime < long_ago:
            shutil.rmtree(path, ignore_errors=True)


def _stage(con: duckdb.DuckDBPyConnection, table: Table, source: reading.Source, staged: Path, watch: Watch) -> _State:
    """Read and check the file from where the last attempt stopped."""
    state = _resumed(source, staged)
    watch(Progress("reading", state.place.offset, source.length, *state.counts))
    for chunk in source.chunks_from(state.place):
        draft = staged / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        rows, broken = staging.stage_chunk(con, table, source.columns, chunk, draft)
        state.chunks += 1
        name = f"chunk-{state.chunks:06d}-{chunk.next.offset}-{chunk.next.line}-{rows}-{broken}"
        draft.rename(staged / name)
        state.place, state.rows, state.broken = chunk.next, state.rows + rows, state.broken + broken
        watch(Progress("reading", chunk.next.offset, source.length, *state.counts))
    return state


def _resumed(source: reading.Source, staged: Path) -> _State:
    state = _State(0, source.first)
    for path in sorted(staged.glob("chunk-*")):
        number, offset, line, rows, broken = map(int, path.name.split("-")[1:])
        state = _State(number, reading.Place(offset, line), state.rows + rows, state.broken + broken)
    return state
