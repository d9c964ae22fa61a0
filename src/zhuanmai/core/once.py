"""What a page asks again and again (roles, the tree of units) is read once, while a request runs that only reads.

So it is in a tablet's batch, whose operations change neither. Outside of these (a job, a command, a request that
changes something) every question goes to the database, so that nothing is decided by what was true earlier; and what
was read is forgotten with the request.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("kept", default=None)
READING = frozenset({"GET", "HEAD"})


@contextmanager
def while_reading() -> Iterator[None]:
    """Keep what `once` reads until the block ends."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once(key: Hashable, read: Callable[[], T]) -> T:
    """What `read` gives; within `while_reading` it is asked once for a key. The value is shared: do not change it."""
    kept = _kept.get()
    if kept is None:
        return read()
    if key not in kept:
        kept[key] = read()
    found: T = kept[key]
    return found
