"""Writing: an entry is appended as the last of the transaction that acts, or apart from one that failed."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import Model
from psycopg.errors import LockNotAvailable
from psycopg.types.json import Jsonb

from zhuanmai.core.clock import now
from zhuanmai.core.database import in_test_case_only, write_last
from zhuanmai.core.errors import Conflict
from zhuanmai.core.ids import new_id
from zhuanmai.core.masking import masked_numbers
from zhuanmai.ledger.canonical import canonical, digest_of_row, stored_values
from zhuanmai.ledger.merkle import leaf_hash
from zhuanmai.ledger.models import Entry
from zhuanmai.ledger.registry import Table, kind_of, label_of, table_of

_FOUND = "_digest_found"
LOCK = 0x6C656467  # "ledg": the advisory lock that makes commit order leaf order
Row = TypeVar("Row", bound=Model)
Digests = dict[str, dict[str, str | None]]  # {table label: {primary key: digest, None for a row that is not there}}


def append(kind: str, **arguments: Any) -> Entry:
    """Append one entry in the running transaction. It is written right before the commit, with all others of the
    transaction, under one taking of the ledger's lock: no act holds that lock while it waits for another.

    Call it when the rows are as the act leaves them (what they hold is read here). It has no number yet.
    Arguments: actor_id (None: the system itself), object_kind, object_id, and as needed key_id, case_id, facts (a fact
    that the kind calls personal goes to the personal part; the others stay for good, so a citizen's number or a mobile
    phone in one of them is masked), rows (as the act leaves them), removed (rows that it deleted), before (`digests` of
    rows as the act found them, where they are not noted `as_found`: verification then sees a row that was altered
    behind the rules before this act changed it again). Raises LookupError for an unregistered kind, fact or table,
    RuntimeError outside a transaction, and in the test profile for a row that differs from what is in the database.
    """
    return append_in_order([(kind, arguments)])[0]


def append_in_order(entries: Iterable[tuple[str, dict[str, Any]]]) -> list[Entry]:
    """Append several entries, each with the arguments of `append`. Raises as `append`."""
    if not connection.in_atomic_block:
        raise RuntimeError("append belongs into the transaction of the act")
    drafts = [_prepare(kind, **arguments) for kind, arguments in entries]
    write_last(_write_here, drafts)
    return [draft.entry for draft in drafts]


def append_apart(kind: str, *, lock_seconds: int = 3, **arguments: Any) -> Entry:
    """Append an entry on a connection of its own: a refused attempt or a look at personal data survives any rollback.

    Call it when the acting transaction is over. Raises Conflict (ledger_busy) when the lock is not had in time,
    RuntimeError inside a transaction (a second connection waiting for a lock that the first holds waits for ever).
    In a test that runs wholly in one transaction the entry goes into that one.
    """
    if not in_test_case_only():
        raise RuntimeError("append_apart is called after the acting transaction has ended")
    if connection.in_atomic_block:
        return append(kind, **arguments)
    apart = connection.copy()
    try:
        apart.set_autocommit(False)
        with apart.cursor() as cursor:
            cursor.execute(f"set local lock_timeout = '{int(lock_seconds)}s'")
            (entry,) = _write([_prepare(kind, **arguments)], cursor)
        apart.commit()
        return entry
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Conflict("ledger_busy", "留痕繁忙，请稍后重试；本次操作未生效。") from error
        raise
    finally:
        apart.close()


def digests(rows: Iterable[Model]) -> Digests:
    """The digests of rows as they are, for `before`: take them when the rows are locked, before they are changed.

    Raises LookupError for a row whose table is not under the ledger.
    """
    found: Digests = {}
    for row in rows:
        found.setdefault(label_of(row), {})[str(row.pk)] = digest_of_row(row, table_of(row).excluded)
    return found


def as_found(row: Row) -> Row:
    """Note a row as the act found it, right after it is locked; the entry then has its digest before and after.

    Raises LookupError for a row whose table is not under the ledger. Returns the row.
    """
    row.__dict__.setdefault(_FOUND, digest_of_row(row, table_of(row).excluded))
    return row


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
    before: Digests | None = None,
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
        facts=masked_numbers({name: given[name] for name in registered.fields if name in given}),
        rows=_changes(list(rows), removed, before or {}),
        personal_digest=hashlib.sha256(salt + canonical(personal)).hexdigest() if personal else "",
    )
    return _Draft(entry, personal, salt)


def _write_here(drafts: Sequence[_Draft]) -> None:
    with connection.cursor() as cursor:
        _write(drafts, cursor)


def _write(drafts: Sequence[_Draft], cursor: Any) -> list[Entry]:
    """Take the lock and the next numbers, then insert: commit order is leaf order."""
    if not drafts:
        return []
    cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    cursor.execute("select coalesce(max(seq) + 1, 0) from ledger_entry")
    entries, first = [draft.entry for draft in drafts], cursor.fetchone()[0]
    for seq, entry in enumerate(entries, first):
        entry.seq = seq
        entry.leaf = leaf_hash(canonical(entry.content()))
    _insert(
        cursor,
        "insert into ledger_entry (seq, id, at, kind, actor_id, key_id, object_kind, object_id, case_id, facts, rows,"
        " personal_digest, leaf)",
        [
            (
                entry.seq, entry.id, entry.at, entry.kind, entry.actor_id, entry.key_id, entry.object_kind,
                entry.object_id, entry.case_id, Jsonb(entry.facts), Jsonb(entry.rows), entry.personal_digest,
                entry.leaf,
            )
            for entry in entries
        ],
    )  # fmt: skip
    personal = [(draft.entry.seq, draft.salt, Jsonb(draft.personal)) for draft in drafts if draft.personal]
    if personal:
        _insert(cursor, "insert into ledger_ledgerpersonal (entry_id, salt, part)", personal)
    return entries


def _insert(cursor: Any, into: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """All rows in one statement."""
    places = f"({', '.join(['%s'] * len(rows[0]))})"
    cursor.execute(f"{into} values {', '.join([places] * len(rows))}", [value for row in rows for value in row])


def _changes(rows: list[Model], removed: Iterable[Model], before: Digests) -> dict[str, dict[str, Any]]:
    if settings.PROFILE == "test":
        _hold_against_database(rows)
    gone = list(removed)
    before = _noted(before, [*rows, *gone])
    found: dict[str, dict[str, Any]] = {label: dict(after) for label, after in digests(rows).items()}
    for row in gone:
        table_of(row)
        if row.pk is None:
            raise ValueError(f"a removed {label_of(row)} has lost its key: take it before delete()")
        found.setdefault(label_of(row), {})[str(row.pk)] = None
    for label, earlier in before.items():
        for key, digest in earlier.items():
            if key in found.get(label, {}):
                found[label][key] = [digest, found[label][key]]
    return found


def _noted(before: Digests, rows: Iterable[Model]) -> Digests:
    """What was given as `before`, and what rows carry from `as_found`; a row's next entry begins from this one."""
    known = {label: dict(earlier) for label, earlier in before.items()}
    for row in rows:
        if digest := row.__dict__.pop(_FOUND, None):
            known.setdefault(label_of(row), {})[str(row.pk)] = digest
    return known


def _hold_against_database(rows: Iterable[Model]) -> None:
    """A service that appends a row which it saved in part or not at all is found by its tests, not by an auditor."""
    by_table: dict[Table, dict[Any, Model]] = {}
    for row in rows:
        by_table.setdefault(table_of(row), {})[row.pk] = row
    for table, given in by_table.items():
        kept = table.model._base_manager.in_bulk(list(given))
        for key, row in given.items():
            if key in kept and digest_of_row(row, table.excluded) != digest_of_row(kept[key], table.excluded):
                ours, theirs = stored_values(row, table.excluded), stored_values(kept[key], table.excluded)
                differing = sorted(name for name in ours if canonical(ours[name]) != canonical(theirs[name]))
                raise RuntimeError(
                    f"{label_of(row)} {key} differs from the database in {differing}: save before append"
                )
