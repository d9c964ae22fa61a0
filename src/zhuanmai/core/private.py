"""What the installation keeps is its own: no other user of the machine reads it. One mask for every process, and what
lies open from before is closed at a start.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

OTHERS = 0o077  # everything that group and others may do
PASSING = 0o010  # a group may pass through a folder, and neither list nor write it


def begin(home: Path, *, passing: int | None = None) -> None:
    """At the start of every process: what it makes is its own, and so is the home folder, which is made.

    `passing`: a group (its id) that may pass through it: that of the embedded database's system user.
    """
    os.umask(OTHERS)
    with for_everybody():
        home.parent.mkdir(parents=True, exist_ok=True)
    home.mkdir(exist_ok=True)
    if passing is not None:
        _let_pass(home, passing)


@contextmanager
def for_everybody() -> Iterator[None]:
    """Files made within are for every user to read: programs, styles, fonts, which a service of another user serves."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def close(places: Sequence[Path], *, passing: int | None = None) -> int:
    """Take from group and others what they may do in these folders and all below; returns how many it closed.

    `passing`: a group (its id) that may pass through the folders themselves: that of the embedded database's user.
    """
    found = list(lying_open(places, passing=passing))
    for path in found:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OTHERS)
        if passing is not None and path in places:
            _let_pass(path, passing)
    return len(found)


def lying_open(places: Iterable[Path], *, passing: int | None = None) -> Iterator[Path]:
    """The folders and files at and below these places with which group or others may do anything. Links are left."""
    for place in places:
        if place.exists():
            state = place.stat()
            allowed = PASSING if passing is not None and state.st_gid == passing else 0
            if state.st_mode & OTHERS & ~allowed:
                yield place
            yield from _below(place)


def _let_pass(folder: Path, group: int) -> None:
    state, wanted = folder.stat(), 0o700 | PASSING
    if (state.st_gid, stat.S_IMODE(state.st_mode)) != (group, wanted):
        os.chown(folder, -1, group)
        folder.chmod(wanted)


def _below(folder: Path) -> Iterator[Path]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, PermissionError):  # gone meanwhile, or the database's own, which it keeps closed
        return
    for entry in entries:
        try:
            mode = entry.stat(follow_symlinks=False).st_mode
        except FileNotFoundError:
            continue
        if stat.S_ISLNK(mode):
            continue
        if mode & OTHERS:
            yield Path(entry.path)
        if stat.S_ISDIR(mode):
            yield from _below(Path(entry.path))
