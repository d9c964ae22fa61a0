"""The national system's own store: SQLite, one row a message, kept under its idempotency key."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

_COLUMNS = ("key", "kind", "sha256", "received_at", "received_on", "deliveries")
_DAY = "date(received_at, '+8 hours')"  # the day in Beijing
_SELECT = f"select key, kind, sha256, received_at, {_DAY}, deliveries from messages"  # noqa: S608 - no foreign part


class Store:
    """What was received. A message is stored once under its key, whatever happens to the reply."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "national.sqlite3"
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(self._path, check_same_thread=False)
        self._connection.execute("pragma journal_mode=wal")
        self._connection.execute("pragma synchronous=full")  # what was answered survives the machine's death
        self._connection.execute(
            "create table if not exists messages (key text primary key, kind text, sha256 text, body text, sender text,"
            " received_at text default (strftime('%Y-%m-%dT%H:%M:%fZ','now')), deliveries integer default 1)"
        )
        self._connection.commit()

    def receive(self, key: str, kind: str, sha256: str, body: dict[str, Any], sender: str) -> tuple[bool, str]:
        """Store a message; whether it is new, and the day on which it came first.

        Raises ValueError if the key came before with another content.
        """
        with self._lock, self._connection:
            known = self._connection.execute("select sha256 from messages where key = ?", [key]).fetchone()
            if known and known[0] != sha256:
                raise ValueError("the key was used for another content")
            if known:
                self._connection.execute("update messages set deliveries = deliveries + 1 where key = ?", [key])
            else:
                self._connection.execute(
                    "insert into messages (key, kind, sha256, body, sender) values (?, ?, ?, ?, ?)",
                    [key, kind, sha256, json.dumps(body, ensure_ascii=False), sender],
                )
            (day,) = self._connection.execute(f"select {_DAY} from messages where key = ?", [key]).fetchone()  # noqa: S608
            return not known, str(day)

    def listed(self, after: str, limit: int, since: str = "", until: str = "") -> list[dict[str, Any]]:
        """Messages by key, after one; those that came from one day to another, both included, where days are given."""
        with self._lock:
            rows = self._connection.execute(
                f"{_SELECT} where key > ? and {_DAY} >= ? and {_DAY} <= ? order by key limit ?",
                [after, since, until or "9999-12-31", limit],
            ).fetchall()
        return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]

    def latest(self, limit: int) -> list[dict[str, Any]]:
        """The newest messages, and how often each was delivered."""
        with self._lock:
            rows = self._connection.execute(f"{_SELECT} order by received_at desc, key limit ?", [limit]).fetchall()
        return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many messages of each kind."""
        with self._lock:
            return dict(self._connection.execute("select kind, count(*) from messages group by kind").fetchall())

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._connection.close()

    def body(self, key: str) -> dict[str, Any] | None:
        """What was stored under a key."""
        with self._lock:
            row = self._connection.execute("select body from messages where key = ?", [key]).fetchone()
        found: dict[str, Any] | None = json.loads(row[0]) if row else None
        return found
