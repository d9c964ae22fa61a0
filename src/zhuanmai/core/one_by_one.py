"""Many rows one by one: what goes wrong with one of them holds up no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from django.db import transaction

T = TypeVar("T")
log = structlog.get_logger(__name__)


class SomeFailed(RuntimeError):
    """Some of many went wrong; the rest is done. A job that raises this stands as failed on the page of jobs."""


def one_by_one(things: Iterable[T], act: Callable[[T], object], *, event: str) -> list[T]:
    """Do something with each thing, in a transaction of its own; returns those with which it went wrong.

    What went wrong is in the log, under `event`.
    """
    failed = []
    for thing in things:
        try:
            with transaction.atomic():
                act(thing)
        except Exception:
            log.exception(event, of=named(thing))
            failed.append(thing)
    return failed


def named(thing: object) -> str:
    """A thing as logs name it: a row by its table and key (its name may be somebody's), else as it says itself."""
    key = getattr(thing, "pk", None)
    return f"{type(thing).__name__} {key}" if key is not None else str(thing)


def all_of(things: Iterable[T], act: Callable[[T], object], *, event: str) -> None:
    """The same for a job. Raises SomeFailed, once all were tried, if it went wrong with any."""
    if failed := one_by_one(things, act, event=event):
        raise SomeFailed(f"{event}: {len(failed)} went wrong, first {named(failed[0])}; see the log")
