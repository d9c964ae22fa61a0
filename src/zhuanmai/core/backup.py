"""Backup and restore: the database first, then every file it can name; encrypted to a recipient's public key (age)."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyrage
from django.conf import settings
from django.db import connection

from zhuanmai.core import files, postgres
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused

Prepare = Callable[[], object]
DRAFT = "making-"  # how the folder is called in which a backup is made, before it is encrypted
_DUMP = "database.dump"
_MANIFEST = "manifest.json"
_folders: dict[str, Prepare | None] = {"public": None}


@dataclass(frozen=True)
class Store:
    """Files beside the database that are never overwritten, in a folder of their own.

    `listed` says which make it up now: name within the folder → where it lies; what would change meanwhile it copies
    into the folder that it is given.
    """

    folder: Callable[[], Path]
    listed: Callable[[Path], dict[str, Path]]


_stores: dict[str, Store] = {}


@dataclass(frozen=True)
class Made:
    """What a backup holds: where it lies, its bytes, how many files it carries, and what was amiss meanwhile."""

    path: Path
    size: int
    files: int
    warnings: tuple[str, ...] = ()


def register_folder(name: str, *, prepare: Prepare) -> None:
    """Put a folder of ZHUANMAI_HOME into every backup. It is read before the database is, after `prepare`.

    So whatever lies in it is about what the snapshot holds. A Refused of `prepare` is told, and the backup made.
    """
    _folders[name] = prepare


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
        warnings = _prepared()
        count = _pack(plain, Path(folder))
        part = Path(folder) / "backup.age"
        pyrage.encrypt_file(str(plain), str(part), [key])
        os.replace(part, target)
    return Made(target, target.stat().st_size, count, warnings)


def restore(source: Path, *, identity: str) -> int:
    """Bring a backup into an empty database and home; returns how many files came back.

    Raises Refused: not_empty (there are tables already), wrong_key, damaged (a digest does not match).
    """
    if _has_tables():
        raise Refused("not_empty", "目标数据库不是空的；请指定一个新的 ZHUANMAI_HOME 或空数据库后再恢复。")
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "backup.tar"
        try:
            pyrage.decrypt_file(str(source), str(plain), [pyrage.x25519.Identity.from_str(identity.strip())])
        except (pyrage.DecryptError, pyrage.IdentityError):
            raise Refused("wrong_key", "用这把恢复密钥解不开该备份；请核对备份与密钥是否配对。") from None
        with tarfile.open(plain) as archive:
            return _unpack(archive, Path(folder))


def _prepared() -> tuple[str, ...]:
    told = []
    for prepare in _folders.values():
        try:
            if prepare is not None:
                prepare()
        except Refused as refused:
            told.append(refused.detail)
    return tuple(told)


def _pack(plain: Path, folder: Path) -> int:
    beside = _copied(folder / "beside")
    dump = folder / _DUMP
    _postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(dump))
    listed: dict[str, str] = {_DUMP: _digest(dump)}
    with tarfile.open(plain, "w") as archive:
        archive.add(dump, _DUMP)
        for path in _kept_files():
            listed[f"files/{path.name}"] = path.name
            archive.add(path, f"files/{path.name}")
        for name, path in (beside | _stored(folder / "stores")).items():
            listed[name] = _digest(path)
            archive.add(path, name)
        manifest = json.dumps({"made_at": now().isoformat(), "sha256": listed}, indent=1).encode()
        entry = tarfile.TarInfo(_MANIFEST)
        entry.size = len(manifest)
        archive.addfile(entry, io.BytesIO(manifest))
    return len(listed)


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
                shutil.copyfile(path, copy)
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


def _unpack(archive: tarfile.TarFile, folder: Path) -> int:
    listed: dict[str, str] = json.loads(_member(archive, _MANIFEST))["sha256"]
    for name, digest in listed.items():
        content = _member(archive, name)
        if hashlib.sha256(content).hexdigest() != digest:
            raise Refused("damaged", f"备份中的 {name} 与清单摘要不符，备份已损坏；请换用另一份备份。")
        if name == _DUMP:
            (folder / _DUMP).write_bytes(content)
        elif name.startswith("files/"):
            files.store(content)
        else:
            _put(_home_of(name), content)
    _postgres(
        "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(folder / _DUMP)
    )
    return len(listed) - 1


def _put(path: Path, content: bytes) -> None:
    """Write a file that is not there yet: heads newer than the backup stay, and show what was lost since."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        handle = archive.extractfile(name)
    except KeyError:
        handle = None
    if handle is None:
        raise Refused("damaged", f"备份中缺少 {name}，备份不完整；请换用另一份备份。")
    return handle.read()


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


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
