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
            log.exception(event, of=str(thing))
            failed.append(thing)
    return failed


def all_of(things: Iterable[T], act: Callable[[T], object], *, event: str) -> None:
    """The same for a job. Raises SomeFailed, once all were tried, if it went wrong with any."""
    if failed := one_by_one(things, act, event=event):
        raise SomeFailed(f"{event}: {len(failed)} went wrong, first {failed[0]}; see the log")
