"""Backup and restore: the database first, then every file it can name; signed by this installation, encrypted (age).

Whoever has the public key that backups are encrypted to can make a file that opens. What is restored is therefore known
by its maker: the manifest (core.archives) is signed with a key of this installation (secrets/backup.pem), and a restore
takes only what a known maker signed, of names that are allowed, not older than the history that it is held to. All of
it is compared before the first file is written or the database is asked anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyrage
from django.conf import settings
from django.db import connection

from zhuanmai.core import archives, files, own_keys, postgres
from zhuanmai.core.archives import Archive, Member
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused

Prepare = Callable[[], object]
Pin = Callable[[Archive, Path | None], None]
DRAFT = "making-"  # how the folder is called in which a backup is made, before it is encrypted
KEY = "backup"
OLDER = "older_head"
_DUMP = "database.dump"
_KEPT = re.compile(r"files/([0-9a-f]{64})")
_RESTORING = ".restoring-"


@dataclass(frozen=True)
class Folder:
    """A folder of ZHUANMAI_HOME that is in every backup: what is done before, and how its files may be called."""

    names: str
    prepare: Prepare | None = None


_folders = {"public": Folder(r"(?:[\w-]+/)?[\w-]+\.(?:pub|pem|pdf)")}
_pins: list[Pin] = []


@dataclass(frozen=True)
class Store:
    """Files beside the database that are never overwritten, in a folder of their own.

    `listed` says which make it up now: name within the folder → where it lies; what would change meanwhile it copies
    into the folder that it is given. `names`: how they may be called.
    """

    folder: Callable[[], Path]
    listed: Callable[[Path], dict[str, Path]]
    names: str


_stores: dict[str, Store] = {}


@dataclass(frozen=True)
class Made:
    """What a backup holds: where it lies, its bytes, how many files it carries, and what was amiss meanwhile."""

    path: Path
    size: int
    files: int
    warnings: tuple[str, ...] = ()


def register_folder(name: str, *, names: str, prepare: Prepare | None = None) -> None:
    """Put a folder of ZHUANMAI_HOME into every backup. It is read before the database is, after `prepare`.

    So whatever lies in it is about what the snapshot holds. A Refused of `prepare` is told, and the backup made.
    `names`: the pattern of the names within it; what is called otherwise, or is no plain file, is told and left out.
    """
    _folders[name] = Folder(names, prepare)


def register_pin(pin: Pin) -> Pin:
    """Hold every restore to a history: the pin is given the archive, compared already, and the head that was named.

    It raises Refused: older_head where the backup does not reach what is pinned, another code where it tells otherwise.
    """
    _pins.append(pin)
    return pin


def register_store(name: str, store: Store) -> None:
    """Put a store into every backup. It is read after the database, so that it is never older than the snapshot."""
    _stores[name] = store


def backup(target: Path, *, recipient: str) -> Made:
    """Write an encrypted backup. Officers may go on working: the dump is one snapshot, and files are only ever added.

    `recipient` is an age public key (age1…). Raises Refused (bad_recipient) if it is not one.
    """
    try:
        key = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise Refused("bad_recipient", "备份公钥格式不对：应以 age1 开头，用 zhuanmai backup-key 生成。") from None
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=DRAFT) as folder:
        plain = Path(folder) / "backup.tar"
        warnings = list(_prepared())
        count = _pack(plain, Path(folder), warnings)
        part = Path(folder) / "backup.age"
        pyrage.encrypt_file(str(plain), str(part), [key])
        os.replace(part, target)
    return Made(target, target.stat().st_size, count, tuple(warnings))


def own_fingerprint() -> str | None:
    """What the backups made here are known by, or None before the first one."""
    if not (Path(settings.HOME_DIR) / "secrets" / f"{KEY}.pem").exists():
        return None
    return own_keys.fingerprint(own_keys.public_bytes(own_keys.signing_key(KEY)))


def known_makers() -> frozenset[str]:
    """The fingerprints of the keys that have signed backups here, as far as this home tells."""
    return frozenset(own_keys.fingerprint(bytes.fromhex(key)) for key in own_keys.published(KEY))


def restore(
    source: Path, *, identity: str, maker: str = "", head: Path | None = None, accept_loss: bool = False
) -> int:
    """Bring a backup into an empty database and home; returns how many files came back.

    `maker`: the fingerprint that it must be signed under (empty: any that this home knows). `head`: an exported head
    of the ledger that it must reach (None: the newest that lies here). `accept_loss`: take one that does not reach it.
    Raises Refused, with nothing written and nothing run: not_empty (there are tables already), no_maker, unknown_maker,
    forged, wrong_key, damaged, unexpected_member, older_head, and what the pins refuse with.
    """
    if _has_tables():
        raise Refused("not_empty", "目标数据库不是空的；请指定一个新的 ZHUANMAI_HOME 或空数据库后再恢复。")
    makers = frozenset({re.sub(r"[\s:]", "", maker).lower()}) if maker else known_makers()
    if not makers:
        words = "本机不知道该信任谁的备份：请用 --maker 给出备份签名密钥的指纹（做备份时显示，也在“备份”页面上）。"
        raise Refused("no_maker", words)
    for left in Path(settings.HOME_DIR).glob(f"{_RESTORING}*"):
        shutil.rmtree(left, ignore_errors=True)  # what a killed restore had decrypted
    with tempfile.TemporaryDirectory(dir=settings.HOME_DIR, prefix=_RESTORING) as folder:
        plain = Path(folder) / "backup.tar"
        _decrypt(source, plain, identity)
        archive = archives.opened(plain, makers=makers, allowed=is_allowed)
        if _DUMP not in archive.members:
            raise archives.damaged(_DUMP)
        archive.compare()
        _hold_to_pins(archive, head, accept_loss)
        return _unpack(archive, Path(folder))


def _decrypt(source: Path, plain: Path, identity: str) -> None:
    try:
        pyrage.decrypt_file(str(source), str(plain), [pyrage.x25519.Identity.from_str(identity.strip())])
    except (pyrage.DecryptError, pyrage.IdentityError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk is full, the file is not there; what does not decrypt has no number
        words = "用这把恢复密钥解不开该备份：密钥与备份不配对，或文件已损坏、不完整；请核对，或换用另一份备份。"
        raise Refused("wrong_key", words) from None


def is_allowed(member: Member) -> bool:
    """Whether a backup may hold a file of this name: the dump, a kept file, or one that rooms named."""
    if kept := _KEPT.fullmatch(member.name):
        return kept[1] == member.sha256
    first, _, rest = member.name.partition("/")
    owner = _stores.get(first) or _folders.get(first)
    return member.name == _DUMP or (owner is not None and re.fullmatch(owner.names, rest, re.ASCII) is not None)


def _hold_to_pins(archive: Archive, head: Path | None, accept_loss: bool) -> None:
    for pin in _pins:
        try:
            pin(archive, head)
        except Refused as refused:
            if not (accept_loss and refused.code == OLDER):
                raise


def _prepared() -> Iterator[str]:
    for folder in _folders.values():
        try:
            if folder.prepare is not None:
                folder.prepare()
        except Refused as refused:
            yield refused.detail


def _pack(plain: Path, folder: Path, warnings: list[str]) -> int:
    key = own_keys.signing_key(KEY)
    beside = _copied(folder / "beside")
    dump = folder / _DUMP
    _postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(dump))
    kept = {f"files/{path.name}": path for path in _kept_files()}
    members = dict[Member, Path]()
    for name, path in ({_DUMP: dump} | kept | beside | _stored(folder / "stores")).items():
        member = None if path.is_symlink() else archives.member_of(name, path)
        if member is None or not is_allowed(member):
            warnings.append(f"未收入备份的文件 {name}：名称不合规、不是普通文件，或内容与其摘要不符；请查明原因。")
        else:
            members[member] = path
    archives.write(plain, members, {"made_at": now().isoformat()}, key)
    return len(members)


def _copied(target: Path) -> dict[str, Path]:
    """The registered folders as they are now, by name in the archive; small files first, for what they are about."""
    found = {}
    for folder in _folders:
        home = Path(settings.HOME_DIR) / folder
        for path in sorted((p for p in home.glob("**/*") if p.is_file()), key=lambda p: (p.suffix == ".bin", p.name)):
            name = f"{folder}/{path.relative_to(home)}"
            copy = target / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(path, copy, follow_symlinks=False)
            except FileNotFoundError:
                continue  # the unfinished part of one that is being written
            found[name] = copy
    return found


def _stored(copies: Path) -> dict[str, Path]:
    """The files of all stores, by name in the archive."""
    found: dict[str, Path] = {}
    for name, store in _stores.items():
        (copies / name).mkdir(parents=True)
        found |= {f"{name}/{place}": path for place, path in store.listed(copies / name).items()}
    return found


def _home_of(name: str) -> Path:
    """Where a file of a folder or a store belongs."""
    first, _, rest = name.partition("/")
    return _stores[first].folder() / rest if first in _stores else Path(settings.HOME_DIR) / name


def _unpack(archive: Archive, folder: Path) -> int:
    """Write what was compared: the files, and the dump into the database last."""
    restored = [name for name in archive.members if name not in (archives.MANIFEST, archives.SIGNATURE, _DUMP)]
    for name in restored:
        if _KEPT.fullmatch(name):
            files.store(archive.read(name))
        else:
            path = _home_of(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            files.put_first(path, archive.chunks(name))  # a newer head stays, and shows what was lost since
    files.put_first(folder / _DUMP, archive.chunks(_DUMP))
    command = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _postgres("pg_restore", *command, str(folder / _DUMP))
    return len(restored)


def _kept_files() -> Iterator[Path]:
    yield from sorted(p for p in Path(settings.FILES_DIR).glob("??/??/*") if not p.name.startswith("."))


def _has_tables() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select exists(select from pg_tables where schemaname = 'public')")
        return bool(cursor.fetchone()[0])


def _postgres(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on our database; the password is in its environment, where nobody else looks."""
    path = postgres.binary(program) if settings.EMBEDDED else program
    where, word = postgres.without_password(settings.DATABASE_URL)
    environment = {**os.environ, "PGPASSWORD": word} if word else None
    command = [path, "--dbname", where, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stderr.strip()}")
