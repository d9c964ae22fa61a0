"""The national system's own store: SQLite, one row a message, kept under its idempotency key."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

_COLUMNS = ("key", "kind", "sha256", "received_at", "deliveries")


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

    def receive(self, key: str, kind: str, sha256: str, body: dict[str, Any], sender: str) -> bool:
        """Store a message; True if it is new. Raises ValueError if the key came before with another content."""
        with self._lock, self._connection:
            known = self._connection.execute("select sha256 from messages where key = ?", [key]).fetchone()
            if known:
                if known[0] != sha256:
                    raise ValueError("the key was used for another content")
                self._connection.execute("update messages set deliveries = deliveries + 1 where key = ?", [key])
                return False
            self._connection.execute(
                "insert into messages (key, kind, sha256, body, sender) values (?, ?, ?, ?, ?)",
                [key, kind, sha256, json.dumps(body, ensure_ascii=False), sender],
            )
            return True

    def listed(self, after: str, limit: int) -> list[dict[str, Any]]:
        """Messages by key, after one."""
        with self._lock:
            rows = self._connection.execute(
                "select key, kind, sha256, received_at, deliveries from messages where key > ? order by key limit ?",
                [after, limit],
            ).fetchall()
        return [dict(zip(_COLUMNS, row, strict=True)) for row in rows]

    def latest(self, limit: int) -> list[dict[str, Any]]:
        """The newest messages, and how often each was delivered."""
        with self._lock:
            rows = self._connection.execute(
                "select key, kind, sha256, received_at, deliveries from messages"
                " order by received_at desc, key limit ?",
                [limit],
            ).fetchall()
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
