"""Django's PostgreSQL, with what is written last before a commit (the setting ENGINE names this package).

An act is often made of acts of other rooms, each with its own `atomic` block. What has to be the last of it (the
ledger's entries, whose lock every act takes) can therefore be written neither by the inner ones nor only by the outer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.backends.postgresql import base

from zhuanmai.core.database import in_test_case_only

Write = Callable[[Sequence[Any]], object]


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that writes what it was given to write last, as the outermost block ends (see `write_last`)."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._last: list[tuple[frozenset[str], Write, Any]] = []

    def write_last(self, write: Write, things: Sequence[Any]) -> None:
        """Keep things until the transaction ends, with the savepoints within which they were given."""
        within = frozenset(sid for sid in self.savepoint_ids if sid)
        self._last += [(within, write, thing) for thing in things]

    def commit(self) -> None:
        """Write what comes last, then commit; where that fails, nothing of the transaction stays."""
        try:
            self._write()
        except BaseException:
            self.rollback()
            raise
        super().commit()

    def rollback(self) -> None:
        """Undo the transaction, and forget what it would have written last."""
        self._last = []
        super().rollback()

    def savepoint_commit(self, sid: str) -> None:
        """An inner block ends. In a test that runs wholly in one transaction, such a block is the outermost."""
        if in_test_case_only():
            try:
                self._write()
            except BaseException:
                self.savepoint_rollback(sid)
                raise
        super().savepoint_commit(sid)

    def savepoint_rollback(self, sid: str) -> None:
        """Undo an inner block, with what it gave to be written last."""
        self._last = [one for one in self._last if sid not in one[0]]
        super().savepoint_rollback(sid)

    def close(self) -> None:
        """Close the connection; a transaction that was open is lost."""
        self._last = []
        super().close()

    def _write(self) -> None:
        given, self._last = self._last, []
        for write in dict.fromkeys(write for _, write, _ in given):
            write([thing for _, whose, thing in given if whose is write])
