"""The connection to the database: Django's PostgreSQL, and what is written as the last of a transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def in_test_case_only() -> bool:
    """Whether the running transaction is only the one that a test is wrapped in, and nobody's act."""
    return all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def write_last(write: Callable[[Sequence[Any]], object], things: Sequence[Any]) -> None:
    """Have things written right before the running transaction commits, after every other statement of it.

    All that one `write` was given in a transaction it gets at once, in order; what was given within a savepoint that
    is rolled back falls away with it. What `write` raises undoes the transaction. Raises RuntimeError outside one.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("outside a transaction nothing is the last of it")
    if in_test_case_only():
        write(things)
    else:
        connection.write_last(write, things)  # type: ignore[attr-defined]  # of our own wrapper, in base.py
