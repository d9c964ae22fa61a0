"""What is kept: entries (append-only), their personal parts (the only thing that may be erased), and signed heads."""

from __future__ import annotations

from typing import Any, NoReturn

import pgtrigger
from django.db import models

from zhuanmai.core.clock import now


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that are written once: every method that would change or remove them is refused by name."""

    def update(self, **_: Any) -> NoReturn:
        """Refused."""
        raise TypeError("update: the ledger is append-only; append a new entry (ledger.services.append)")

    def delete(self) -> NoReturn:
        """Refused."""
        raise TypeError("delete: the ledger is append-only; personal parts are erased by ledger.retention")

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        raise TypeError("bulk_update: the ledger is append-only; append a new entry (ledger.services.append)")

    def update_or_create(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        raise TypeError("update_or_create: the ledger is append-only; append a new entry (ledger.services.append)")


class EntryQuerySet(AppendOnlyQuerySet):
    """Entries are only ever written by `ledger.services`, which alone knows the next number."""

    def create(self, **_: Any) -> NoReturn:
        """Refused."""
        raise TypeError("create: entries get their number in ledger.services.append")

    def bulk_create(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        raise TypeError("bulk_create: entries get their number in ledger.services.append")

    def get_or_create(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        raise TypeError("get_or_create: entries get their number in ledger.services.append")


class PersonalQuerySet(models.QuerySet[Any]):
    """Personal parts never change; retention erases them, and says so to the database in its transaction."""

    def update(self, **_: Any) -> NoReturn:
        """Refused."""
        raise TypeError("update: personal parts do not change; they are erased by ledger.retention")

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        raise TypeError("bulk_update: personal parts do not change; they are erased by ledger.retention")


_no_truncate = pgtrigger.Trigger(
    name="no_truncate",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Truncate,
    func="raise exception 'pgtrigger: Cannot truncate rows of %', TG_TABLE_NAME;",
)
_only_retention = pgtrigger.Trigger(
    name="only_retention",
    when=pgtrigger.Before,
    operation=pgtrigger.Delete,
    func="if current_setting('zhuanmai.retention', true) is distinct from 'on' then"
    " raise exception 'pgtrigger: Cannot delete rows of % outside retention', TG_TABLE_NAME; end if; return old;",
)
_refuse = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    _no_truncate,
]


class Entry(models.Model):
    """One act: who, with which key, what, on what, digests after, when. `leaf` is its leaf in the Merkle tree."""

    seq = models.BigIntegerField(primary_key=True)
    id = models.UUIDField(unique=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=80)
    actor_id = models.UUIDField(null=True)
    key_id = models.UUIDField(null=True)
    object_kind = models.CharField(max_length=80)
    object_id = models.UUIDField()
    case_id = models.UUIDField(null=True)
    facts = models.JSONField()
    # {table label: {primary key: digest after, null when removed; [digest before, after] where the act gave both}}
    rows = models.JSONField()
    personal_digest = models.CharField(max_length=64, blank=True)
    leaf = models.BinaryField(max_length=32)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["object_id", "seq"]),
            models.Index(fields=["case_id", "seq"]),
            models.Index(fields=["actor_id", "seq"]),
            models.Index(fields=["kind", "seq"]),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(seq__gte=0), name="ledger_entry_seq")]
        triggers = _refuse

    def save(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        raise TypeError("save: entries are only written by ledger.services.append")

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refused."""
        raise TypeError("delete: the ledger is append-only; personal parts are erased by ledger.retention")

    def content(self) -> dict[str, Any]:
        """What the leaf hashes: everything but the personal part, which stands in it as a digest."""
        return {
            "seq": self.seq, "id": self.id, "at": self.at, "kind": self.kind, "actor_id": self.actor_id,
            "key_id": self.key_id, "object_kind": self.object_kind, "object_id": self.object_id,
            "case_id": self.case_id, "facts": self.facts, "rows": self.rows, "personal_digest": self.personal_digest,
        }  # fmt: skip


class LedgerPersonal(models.Model):
    """The personal part of an entry with its salt: the only table of the ledger that retention may erase."""

    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING, primary_key=True, related_name="personal")
    salt = models.BinaryField(max_length=16)
    part = models.JSONField()

    objects = PersonalQuerySet.as_manager()

    class Meta:
        triggers = [
            pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),
            _only_retention,
            _no_truncate,
        ]


class TreeHead(models.Model):
    """A signed head: the root over the first `size` entries, the signing key and the signature (Ed25519)."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    at = models.DateTimeField(default=now)
    public_key = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["size"]
        triggers = _refuse
