"""Signed tree heads: sealed at intervals by a job, exported as files that can be kept anywhere else."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import transaction

from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.ledger.canonical import canonical
from zhuanmai.ledger.merkle import Accumulator
from zhuanmai.ledger.models import Entry, TreeHead

LEAVES = "leaves.bin"


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


def seal() -> Head:
    """Sign the present state of the ledger, keep the head and export it; an unchanged ledger keeps its last head."""
    with transaction.atomic():
        tree = Accumulator()
        for leaf in leaves():
            tree.add(leaf)
        kept = TreeHead.objects.filter(size=tree.size).first()
        if kept is None:
            moment = now()
            unsigned = Head(tree.size, tree.root().hex(), moment.isoformat(), "", "")
            key = _signing_key()
            public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            kept = TreeHead.objects.create(
                size=tree.size,
                root=tree.root(),
                at=moment,
                public_key=public,
                signature=key.sign(unsigned.signed_part()),
            )
        head = exported(kept)
        export(head, folder())
        _export_leaves(folder() / LEAVES, head.size)
    return head


def folder() -> Path:
    """Where heads are exported: copy this folder to another machine or medium."""
    return Path(settings.HOME_DIR) / "heads"


def latest() -> Head | None:
    """The newest exported head, or None before the first one."""
    found = sorted(folder().glob("head-*.json"))
    return load(found[-1]) if found else None


def _export_leaves(path: Path, size: int) -> None:
    """Append the leaves that are not in the file yet (32 bytes each), so that an altered entry can be named later."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as handle:
        have = handle.tell() // 32
        handle.truncate(have * 32)
        if have < size:
            for leaf in (
                Entry.objects.filter(seq__gte=have, seq__lt=size).order_by("seq").values_list("leaf", flat=True)
            ):
                handle.write(bytes(leaf))


def exported(row: TreeHead) -> Head:
    """A kept head in the form in which it is exported."""
    return Head(
        size=row.size,
        root=bytes(row.root).hex(),
        at=row.at.isoformat(),
        public_key=bytes(row.public_key).hex(),
        signature=bytes(row.signature).hex(),
    )


def export(head: Head, target: Path) -> Path:
    """Write a head to target/head-SIZE.json (atomically) and return the path."""
    target.mkdir(parents=True, exist_ok=True)
    path = target / f"head-{head.size:012d}.json"
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(head.__dict__, indent=1), encoding="ascii")
    os.replace(part, path)
    return path


def load(path: Path) -> Head:
    """Read an exported head. Raises Refused (bad_head) if the file is not one or its signature does not fit."""
    try:
        head = Head(**json.loads(path.read_text(encoding="ascii")))
    except (OSError, ValueError, TypeError):
        raise Refused("bad_head", f"{path} 不是痕迹树头文件；请用 zhuanmai ledger heads 导出的文件。") from None
    if not head.is_genuine():
        raise Refused("bad_head", f"{path} 的签名不符，树头文件已被改动；请换用另一份导出的树头。")
    return head


def leaves(upto: int | None = None) -> Iterator[bytes]:
    """The leaf hashes in order, streamed; only the first `upto` if given."""
    query = Entry.objects.order_by("seq").values_list("leaf", flat=True)
    for leaf in (query if upto is None else query[:upto]).iterator(chunk_size=5000):
        yield bytes(leaf)


def _signing_key() -> Ed25519PrivateKey:
    """The key that signs heads: made on first use; its public half is exported beside the heads."""
    path = Path(settings.HOME_DIR) / "secrets" / "ledger.pem"
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_suffix(f".{os.getpid()}")
        part.touch(mode=0o600)
        part.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        try:
            os.link(part, path)
        except FileExistsError:
            pass
        part.unlink()
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise RuntimeError(f"{path} holds no Ed25519 key")
    public = Path(settings.HOME_DIR) / "public" / "ledger.pub"
    if not public.exists():
        public.parent.mkdir(parents=True, exist_ok=True)
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return key
