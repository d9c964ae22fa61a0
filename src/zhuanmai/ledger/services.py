"""Writing: an entry is appended as the last statement of the transaction that acts, or apart from one that failed."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import Model
from psycopg.types.json import Jsonb

from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict
from zhuanmai.core.ids import new_id
from zhuanmai.ledger.canonical import canonical, digest_of_row
from zhuanmai.ledger.merkle import leaf_hash
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.registry import kind_of, table_of

LOCK = 0x6C656467  # "ledg": the advisory lock that makes commit order leaf order


def append(kind: str, **arguments: Any) -> Entry:
    """Append one entry in the running transaction; call it last (it holds a lock until the commit).

    Arguments: actor_id (None: the system itself), object_kind, object_id, and as needed key_id, case_id, facts (a fact
    that the kind calls personal goes to the personal part), rows (as the act leaves them), removed (rows that it
    deleted). Raises LookupError for an unregistered kind, fact or table, RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("append belongs into the transaction of the act")
    with connection.cursor() as cursor:
        return _write(_prepare(kind, **arguments), cursor)


def append_apart(kind: str, *, lock_seconds: int = 3, **arguments: Any) -> Entry:
    """Append an entry on a connection of its own: a refused attempt or a look at personal data survives any rollback.

    Call it when the acting transaction is over. Raises Conflict (ledger_busy) when the lock is not had in time,
    RuntimeError inside a transaction (a second connection waiting for a lock that the first holds waits for ever).
    """
    if connection.in_atomic_block:
        if settings.PROFILE != "test":
            raise RuntimeError("append_apart is called after the acting transaction has ended")
        return append(kind, **arguments)
    apart = connection.copy()
    try:
        apart.set_autocommit(False)
        with apart.cursor() as cursor:
            cursor.execute(f"set local lock_timeout = '{int(lock_seconds)}s'")
            entry = _write(_prepare(kind, **arguments), cursor)
        apart.commit()
        return entry
    except OperationalError as error:
        if "lock timeout" in str(error):
            raise Conflict("ledger_busy", "留痕繁忙，请稍后重试；本次操作未生效。") from error
        raise
    finally:
        apart.close()


@dataclass(frozen=True)
class _Draft:
    """An entry that waits for its number, with its personal part in the clear."""

    entry: Entry
    personal: dict[str, Any]
    salt: bytes


def _prepare(
    kind: str,
    *,
    actor_id: uuid.UUID | None,
    object_kind: str,
    object_id: uuid.UUID,
    key_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
    facts: dict[str, Any] | None = None,
    rows: Iterable[Model] = (),
    removed: Iterable[Model] = (),
) -> _Draft:
    registered = kind_of(kind)
    given: dict[str, Any] = json.loads(canonical(facts or {}))
    unknown = given.keys() - {*registered.fields, *registered.personal}
    if unknown:
        raise LookupError(f"{kind} has no facts named {sorted(unknown)}")
    personal = {name: given[name] for name in registered.personal if name in given}
    salt = secrets.token_bytes(16) if personal else b""
    entry = Entry(
        id=new_id(),
        at=now(),
        kind=kind,
        actor_id=actor_id,
        key_id=key_id,
        object_kind=object_kind,
        object_id=object_id,
        case_id=case_id,
        facts={name: given[name] for name in registered.fields if name in given},
        rows=_digests(rows, removed),
        personal_digest=hashlib.sha256(salt + canonical(personal)).hexdigest() if personal else "",
    )
    return _Draft(entry, personal, salt)


def _write(draft: _Draft, cursor: Any) -> Entry:
    """Take the lock and the next number, then insert: commit order is leaf order."""
    entry = draft.entry
    cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    cursor.execute("select coalesce(max(seq) + 1, 0) from ledger_entry")
    entry.seq = cursor.fetchone()[0]
    entry.leaf = leaf_hash(canonical(entry.content()))
    cursor.execute(
        "insert into ledger_entry (seq, id, at, kind, actor_id, key_id, object_kind, object_id, case_id, facts, rows,"
        " personal_digest, leaf) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            entry.seq, entry.id, entry.at, entry.kind, entry.actor_id, entry.key_id, entry.object_kind,
            entry.object_id, entry.case_id, Jsonb(entry.facts), Jsonb(entry.rows), entry.personal_digest, entry.leaf,
        ],
    )  # fmt: skip
    if draft.personal:
        cursor.execute(
            "insert into ledger_ledgerpersonal (entry_id, salt, part) values (%s, %s, %s)",
            [entry.seq, draft.salt, Jsonb(draft.personal)],
        )
    return entry


def _digests(rows: Iterable[Model], removed: Iterable[Model]) -> dict[str, dict[str, str | None]]:
    found: dict[str, dict[str, str | None]] = {}
    for row in rows:
        table = table_of(row)
        found.setdefault(row._meta.label_lower, {})[str(row.pk)] = digest_of_row(row, table.excluded)
    for row in removed:
        table_of(row)
        found.setdefault(row._meta.label_lower, {})[str(row.pk)] = None
    return found
