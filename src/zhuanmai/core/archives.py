"""What lies within a backup: a manifest that its maker signed, and after it exactly what the manifest lists.

Any tar opens such a file; here no tar is believed. The manifest is read after its signature has been verified, and each
header, content and filling is then compared with what must stand there by the manifest: a link, a device, another name,
one member more or less, or a changed byte anywhere is a difference. Nothing is written before all of it was compared.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from zhuanmai.core import own_keys
from zhuanmai.core.errors import Refused

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MOST_MANIFEST_BYTES = 256 << 20  # about a million and a half files
_MEANT = b"zhuanmai backup 1\n"  # what is signed begins so: a signature for anything else is none for a backup
_SIGNATURE_BYTES = 32 + 64  # the maker's public key, and the signature (Ed25519)
_BLOCK, _RECORD, _CHUNK = tarfile.BLOCKSIZE, tarfile.RECORDSIZE, 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ERRORS_OF_FORM = (ValueError, TypeError, KeyError, tarfile.TarError)


@dataclass(frozen=True)
class Member:
    """One file of an archive: its name, its bytes, their SHA-256 (hex)."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Archive:
    """An opened archive whose manifest is its maker's: what the manifest says, its members and where each begins."""

    path: Path
    says: Mapping[str, Any]
    members: Mapping[str, Member]
    begins: Mapping[str, int] = field(repr=False)

    def chunks(self, name: str, size: int = _CHUNK) -> Iterator[bytes]:
        """A member's bytes in pieces of so many."""
        left = self.members[name].size
        with self.path.open("rb") as handle:
            handle.seek(self.begins[name])
            while left:
                piece = handle.read(min(size, left))
                if not piece:
                    raise damaged(name)
                left -= len(piece)
                yield piece

    def read(self, name: str) -> bytes:
        """A member's bytes."""
        return b"".join(self.chunks(name))

    def compare(self) -> None:
        """Compare all of the file with the manifest. Raises Refused (damaged)."""
        with self.path.open("rb") as handle:
            begin = 0
            for name, start in self.begins.items():
                member = self.members[name]
                if _exactly(handle, begin, start - begin) != header(name, member.size):
                    raise damaged(name)
                digest = hashlib.sha256()
                for piece in self.chunks(name):
                    digest.update(piece)
                begin = start + _whole(member.size, _BLOCK)
                filling = _exactly(handle, start + member.size, begin - start - member.size)
                if digest.hexdigest() != member.sha256 or filling.strip(b"\0"):
                    raise damaged(name)
            end = _exactly(handle, begin, _whole(begin + 2 * _BLOCK, _RECORD) - begin)
            if end.strip(b"\0") or handle.read(1):
                raise damaged("其余部分")


def member_of(name: str, path: Path) -> Member:
    """A file as an archive will list it under this name. All of it is read."""
    with path.open("rb") as handle:
        return Member(name, path.stat().st_size, hashlib.file_digest(handle, "sha256").hexdigest())


def write(target: Path, files: Mapping[Member, Path], says: Mapping[str, Any], key: Ed25519PrivateKey) -> None:
    """Write an archive of these files, with what else its manifest says, signed with the key."""
    listed = [(one.name, one.size, one.sha256) for one in files]
    manifest = json.dumps({**says, "members": listed}, ensure_ascii=False, indent=0).encode()
    signature = own_keys.public_bytes(key) + key.sign(_MEANT + manifest)
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in ((MANIFEST, manifest), (SIGNATURE, signature)):
            archive.addfile(_entry(name, len(content)), io.BytesIO(content))
        for one, path in files.items():
            with path.open("rb") as handle:
                archive.addfile(_entry(one.name, one.size), handle)


def opened(path: Path, *, makers: frozenset[str], allowed: Callable[[Member], bool]) -> Archive:
    """The archive, when one of the makers (fingerprints) signed its manifest and it lists only what is allowed.

    Raises Refused: damaged, unknown_maker, forged, unexpected_member. What it holds is not compared yet.
    """
    with path.open("rb") as handle:
        size = _size_of_first(handle)
        start = len(header(MANIFEST, size))
        manifest = _exactly(handle, start, size)
        beside = start + _whole(size, _BLOCK)
        begin = beside + len(header(SIGNATURE, _SIGNATURE_BYTES))
        _signed(manifest, _exactly(handle, begin, _SIGNATURE_BYTES), makers)
    signature = Member(SIGNATURE, _SIGNATURE_BYTES, _digest_at(path, begin, _SIGNATURE_BYTES))
    first = Member(MANIFEST, size, hashlib.sha256(manifest).hexdigest())
    says, listed = _read(manifest, allowed)
    members = {one.name: one for one in (first, signature, *listed)}
    begins, place = {}, 0
    for one in members.values():
        begins[one.name] = place + len(header(one.name, one.size))
        place = begins[one.name] + _whole(one.size, _BLOCK)
    return Archive(path, says, members, begins)


def header(name: str, size: int) -> bytes:
    """The one header that a member of this name and size has: a plain file, of nobody, of no time."""
    return _entry(name, size).tobuf(tarfile.GNU_FORMAT)


def damaged(name: str) -> Refused:
    """The refusal of what is not as its manifest says."""
    return Refused("damaged", f"备份中的 {name} 与签名清单不符，备份已损坏或被改动；未写入任何内容，请换用另一份备份。")


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _size_of_first(handle: BinaryIO) -> int:
    """The manifest's size by its header, which must be the one that a manifest of that size has."""
    block = handle.read(_BLOCK)
    try:
        size = tarfile.TarInfo.frombuf(block, "utf-8", "strict").size
    except _ERRORS_OF_FORM:
        raise damaged(MANIFEST) from None
    if not 0 < size <= MOST_MANIFEST_BYTES or block != header(MANIFEST, size):
        raise damaged(MANIFEST)
    return size


def _signed(manifest: bytes, signature: bytes, makers: frozenset[str]) -> None:
    public, proof = signature[:32], signature[32:]
    if own_keys.fingerprint(public) not in makers:
        words = "该备份不是由指定（或本机已知）的单位密钥签名的；请核对 --maker 指纹，并确认备份来源。未写入任何内容。"
        raise Refused("unknown_maker", words)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(proof, _MEANT + manifest)
    except (InvalidSignature, ValueError):
        words = "备份清单的签名不符，清单被改动或伪造；未写入任何内容，请换用另一份备份。"
        raise Refused("forged", words) from None


def _read(manifest: bytes, allowed: Callable[[Member], bool]) -> tuple[dict[str, Any], list[Member]]:
    try:
        says = json.loads(manifest)
        listed = [Member(str(name), int(size), str(digest)) for name, size, digest in says.pop("members")]
    except _ERRORS_OF_FORM:
        raise damaged(MANIFEST) from None
    if len({one.name for one in listed} | {MANIFEST, SIGNATURE}) != len(listed) + 2:
        raise damaged(MANIFEST)
    for one in listed:
        if one.size < 0 or not _SHA256.fullmatch(one.sha256) or not allowed(one):
            words = f"备份清单中有不应出现的文件 {one.name[:80]!r}；未写入任何内容，请查明该备份的来源。"
            raise Refused("unexpected_member", words)
    return says, listed


def _exactly(handle: BinaryIO, start: int, size: int) -> bytes:
    handle.seek(start)
    content = handle.read(size)
    if len(content) != size:
        raise Refused("damaged", "备份文件不完整；未写入任何内容，请换用另一份备份。")
    return content


def _digest_at(path: Path, start: int, size: int) -> str:
    with path.open("rb") as handle:
        return hashlib.sha256(_exactly(handle, start, size)).hexdigest()


def _whole(size: int, unit: int) -> int:
    return -(-size // unit) * unit
