"""Signed tree heads: sealed at intervals by a job, exported as files that can be kept anywhere else.

A head is only ever signed over a tree that begins with the tree of the head before it. Beside the heads lies what they
are over, one record an entry (its id and its leaf), so that an entry altered later can be named.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from zhuanmai.core import files
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Conflict, Refused
from zhuanmai.ledger import head_keys
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.merkle import Accumulator
from zhuanmai.ledger.models import Entry, TreeHead

LEAVES = "entries.bin"
LOCK = 0x73656C68  # one sealing at a time
RECORD_BYTES = 48  # bytes: the entry's id (16) and its leaf (32)
Record = tuple[bytes, bytes]


@dataclass(frozen=True)
class Head:
    """A head as exported: size, root (hex), moment (ISO, UTC), public key and signature (hex, Ed25519)."""

    size: int
    root: str
    at: str
    public_key: str
    signature: str

    def signed_part(self) -> bytes:
        """The bytes that the signature is over: the canonical JSON of at, root and size."""
        return canonical({"at": self.at, "root": self.root, "size": self.size})

    def is_genuine(self) -> bool:
        """Whether the signature fits the head and the key that stands in it."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public_key))
            key.verify(bytes.fromhex(self.signature), self.signed_part())
        except (InvalidSignature, ValueError):
            return False
        return True

    def is_of_a_known_key(self) -> bool:
        """Whether the key is one of those published in ZHUANMAI_HOME/public; while none is published, any is."""
        known = head_keys.published()
        return not known or self.public_key in known


def seal() -> Head:
    """Sign the present state of the ledger, keep the head and export it; an unchanged ledger keeps its last head.

    Raises Conflict: ledger_cut or ledger_broken, when the ledger no longer begins with what the last head is over.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        last, size = _last(), _size()
        if last is not None and size < last.size:
            words = f"留痕只剩 {size} 条，少于已封签的 {last.size} 条；请运行 zhuanmai ledger verify。"
            raise Conflict("ledger_cut", words)
        if last is None or size > last.size:
            _keep(size, _grown(last, size), head_keys.signing_key())
    return _exported_all()


def folder() -> Path:
    """Where heads are exported: copy this folder to another machine or medium."""
    return Path(settings.HOME_DIR) / "heads"


def exported_heads(place: Path) -> list[Path]:
    """The exported heads in a folder, the smallest first."""
    return sorted(place.glob("head-*.json"))


def latest() -> Head | None:
    """The newest exported head, or None before the first one. Raises Refused (bad_head) if its file was changed."""
    found = exported_heads(folder())
    return load(found[-1]) if found else None


def exported(row: TreeHead) -> Head:
    """A kept head in the form in which it is exported."""
    return Head(
        size=row.size,
        root=bytes(row.root).hex(),
        at=row.at.isoformat(),
        public_key=bytes(row.public_key).hex(),
        signature=bytes(row.signature).hex(),
    )


def file_name(head: Head) -> str:
    """How the file of an exported head is called; by name they stand in the order of their sizes."""
    return f"head-{head.size:012d}.json"


def export(head: Head, target: Path) -> Path:
    """Write a head to target/head-SIZE.json (atomically) and return the path."""
    target.mkdir(parents=True, exist_ok=True)
    path = target / file_name(head)
    files.put_whole(path, as_file(head))
    return path


def load(path: Path) -> Head:
    """Read an exported head. Raises Refused (bad_head) if the file is not one or its signature does not fit."""
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    return from_file(content, str(path))


def as_file(head: Head) -> bytes:
    """A head as it is exported."""
    return json.dumps(head.__dict__, indent=1).encode("ascii")


def from_file(content: bytes, name: str) -> Head:
    """The head of an exported file. Raises Refused (bad_head) if it is none or its signature does not fit."""
    try:
        head = Head(**json.loads(content.decode("ascii")))
        genuine = head.is_genuine()
    except (ValueError, TypeError, RecursionError):
        raise Refused("bad_head", f"{name} 不是痕迹树头文件；请用 zhuanmai ledger seal 导出的文件。") from None
    if not genuine:
        raise Refused("bad_head", f"{name} 的签名不符，树头文件已被改动；请换用另一份导出的树头。")
    return head


def leaves(upto: int | None = None) -> Iterator[bytes]:
    """The leaf hashes in order, streamed; only the first `upto` if given."""
    query = Entry.objects.order_by("seq").values_list("leaf", flat=True)
    for leaf in (query if upto is None else query[:upto]).iterator(chunk_size=5000):
        yield bytes(leaf)


def records(path: Path, head: Head) -> list[Record] | None:
    """The ids and leaves that a head is over, from the file exported beside it.

    None if the file does not reach so far. Raises Refused (bad_leaves) if it does and does not lead to the head's root.
    """
    if not path.exists() or path.stat().st_size < head.size * RECORD_BYTES:
        return None
    found = list(_read(path, head.size))
    if _tree(leaf for _, leaf in found).root().hex() != head.root:
        raise Refused("bad_leaves", f"{path} 与树头 {head.size} 的根不符，文件已被改动；请换用另一份导出的副本。")
    return found


def _last() -> Head | None:
    """The larger of the newest exported and the newest kept head: a head taken out of the database still binds."""
    row = TreeHead.objects.order_by("-size").first()
    found = [head for head in (latest(), exported(row) if row else None) if head is not None]
    return max(found, key=lambda head: head.size, default=None)


def _size() -> int:
    newest: int | None = Entry.objects.aggregate(newest=Max("seq"))["newest"]
    return 0 if newest is None else newest + 1


def _grown(last: Head | None, size: int) -> Accumulator:
    """The tree of the first `size` entries: that of the last head, and what came since, which goes into the file too.

    What the last head is over is read from the file; where that does not fit, from the database, which must fit then.
    """
    path, start = folder() / LEAVES, last.size if last else 0
    tree = _tree(leaf for _, leaf in _read(path, start))
    fits = last is None or (tree.size, tree.root().hex()) == (last.size, last.root)
    target = path
    if not fits:
        tree, start, target = Accumulator(), 0, path.with_suffix(".part")
        target.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = Entry.objects.filter(seq__gte=start, seq__lt=size).order_by("seq").values_list("id", "leaf")
    with target.open("ab") as handle:
        handle.truncate(start * RECORD_BYTES)
        for identity, leaf in rows.iterator(chunk_size=5000):
            tree.add(bytes(leaf))
            handle.write(identity.bytes + bytes(leaf))
            if last is not None and tree.size == last.size and tree.root().hex() != last.root:
                raise Conflict("ledger_broken", f"留痕与树头 {last.size} 不符；请运行 zhuanmai ledger verify。")
        handle.flush()
        os.fsync(handle.fileno())
    if tree.size != size:
        raise Conflict("ledger_broken", "留痕编号不连续；请运行 zhuanmai ledger verify。")
    os.replace(target, path)
    return tree


def _keep(size: int, tree: Accumulator, key: Ed25519PrivateKey) -> None:
    moment, public = now(), head_keys.public_bytes(key)
    unsigned = Head(size, tree.root().hex(), moment.isoformat(), public.hex(), "")
    signature = key.sign(unsigned.signed_part())
    TreeHead.objects.create(size=size, root=tree.root(), at=moment, public_key=public, signature=signature)


def _exported_all() -> Head:
    """Export the kept heads that are not exported yet (after the commit: a head never lies there that is not kept)."""
    done = exported_heads(folder())
    newest = load(done[-1]).size if done else -1
    for row in TreeHead.objects.filter(size__gt=newest).order_by("size"):
        export(exported(row), folder())
    head = latest()
    assert head is not None  # noqa: S101 - there is at least the one just kept
    return head


def _read(path: Path, count: int) -> Iterator[Record]:
    """The first `count` records of a file, or as many as it has."""
    if not path.exists():
        return
    with path.open("rb") as handle:
        for _ in range(count):
            record = handle.read(RECORD_BYTES)
            if len(record) < RECORD_BYTES:
                return
            yield record[:16], record[16:]


def _tree(leaf_hashes: Iterator[bytes]) -> Accumulator:
    tree = Accumulator()
    for leaf in leaf_hashes:
        tree.add(leaf)
    return tree
