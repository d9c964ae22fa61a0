"""A backup is known by its maker: whatever else opens is refused before anything is written or run."""

from __future__ import annotations

import io
import json
import os
import random
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zhuanmai.core import archives, backup, own_keys
from zhuanmai.core.archives import Member
from zhuanmai.core.errors import Refused
from zhuanmai.ledger.heads import Head, export
from zhuanmai.ledger.merkle import Accumulator

FLIPS = int(os.environ.get("ZHUANMAI_FLIPS", "100"))
PAPER = b"%PDF-1.7 a paper"
RECORDS = [bytes([n]) * 48 for n in range(1, 8)]


def walked(place: Path) -> dict[str, bytes | None]:
    """Everything that lies in a folder, with what is in it."""
    return {str(path.relative_to(place)): path.read_bytes() if path.is_file() else None for path in place.glob("**/*")}


def head_over(records: list[bytes]) -> Head:
    """A signed head over so many records."""
    tree, key = Accumulator(), Ed25519PrivateKey.generate()
    for record in records:
        tree.add(record[16:])
    plain = Head(len(records), tree.root().hex(), "2026-03-02T08:00:00+00:00", own_keys.public_bytes(key).hex(), "")
    return Head(**{**plain.__dict__, "signature": key.sign(plain.signed_part()).hex()})


@dataclass
class Bench:
    """A home to restore into, a maker, and what backups are made of; what PostgreSQL was asked to run."""

    place: Path
    home: Path
    maker: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    reader: pyrage.x25519.Identity = field(default_factory=pyrage.x25519.Identity.generate)
    ran: list[str] = field(default_factory=list)

    @property
    def contents(self) -> dict[str, bytes]:
        """What a backup of the bureau holds."""
        return {
            "database.dump": b"PGDMP" + bytes(range(256)) * 3,
            f"files/{sha256(PAPER).hexdigest()}": PAPER,
            "heads/entries.bin": b"".join(RECORDS),
            "public/ledger-0123456789abcdef.pub": b"-----BEGIN PUBLIC KEY-----",
            "lake/manifest.json": b"{}",
            "lake/parts/licences-all-0123456789abcdef.parquet": b"PAR1",
        }

    def plain(self, contents: dict[str, bytes] | None = None, key: Ed25519PrivateKey | None = None) -> bytes:
        """The archive within a backup, signed with the maker's key or another."""
        members = {}
        for number, (name, content) in enumerate((self.contents if contents is None else contents).items()):
            members[name] = self.place / f"member-{number}"
            members[name].write_bytes(content)
        files = {archives.member_of(name, path): path for name, path in members.items()}
        archives.write(self.place / "made.tar", files, {"made_at": "now"}, key or self.maker)
        return (self.place / "made.tar").read_bytes()

    def sealed(self, plain: bytes) -> Path:
        """A backup with this archive within, as anybody makes it who has the public key alone."""
        target = self.place / "backup.age"
        target.write_bytes(pyrage.encrypt(plain, [self.reader.to_public()]))
        return target

    def restore(self, source: Path, **given: Any) -> int:
        """Restore under the maker's fingerprint."""
        maker = own_keys.fingerprint(own_keys.public_bytes(self.maker))
        return backup.restore(source, identity=str(self.reader), **{"maker": maker, **given})

    def refused(self, source: Path, **given: Any) -> str:
        """With what it is refused; nothing was written and nothing run."""
        before = walked(self.home)
        with pytest.raises(Refused) as refused:
            self.restore(source, **given)
        assert (walked(self.home), self.ran) == (before, [])
        return refused.value.code


@pytest.fixture
def bench(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path / "place", tmp_path / "home")
    made.place.mkdir()
    made.home.mkdir()
    settings.HOME_DIR, settings.FILES_DIR, settings.LAKE_DIR = made.home, made.home / "files", made.home / "lake"
    monkeypatch.setattr(backup, "_has_tables", lambda: False)
    monkeypatch.setattr(backup, "_postgres", lambda program, *_: made.ran.append(program))
    return made


def test_what_the_maker_signed_comes_back(bench: Bench) -> None:
    spaced = ":".join([own_keys.fingerprint(own_keys.public_bytes(bench.maker)).upper()])
    assert bench.restore(bench.sealed(bench.plain()), maker=f" {spaced[:32]} {spaced[32:]}") == 5
    assert bench.ran == ["pg_restore"]
    digest = sha256(PAPER).hexdigest()
    found = {name: content for name, content in walked(bench.home).items() if content is not None}
    expected = {**bench.contents, f"files/{digest[:2]}/{digest[2:4]}/{digest}": PAPER}
    del expected["database.dump"], expected[f"files/{digest}"]
    assert found == expected


def test_whoever_has_the_public_key_alone_makes_no_backup(bench: Bench) -> None:
    stranger = Ed25519PrivateKey.generate()
    forged = bench.plain(key=stranger)
    assert bench.refused(bench.sealed(forged)) == "unknown_maker"
    claimed = forged.replace(own_keys.public_bytes(stranger), own_keys.public_bytes(bench.maker))
    assert claimed != forged
    assert bench.refused(bench.sealed(claimed)) == "forged"


def test_a_signature_for_something_else_is_none_for_a_backup(bench: Bench) -> None:
    genuine = bench.plain()
    size = tarfile.TarInfo.frombuf(genuine[:512], "utf-8", "strict").size
    manifest = genuine[512 : 512 + size]
    signature = bench.maker.sign(archives._MEANT + manifest)
    assert signature in genuine
    assert bench.refused(bench.sealed(genuine.replace(signature, bench.maker.sign(manifest)))) == "forged"


def test_nobody_is_believed_where_nobody_is_named(bench: Bench) -> None:
    source = bench.sealed(bench.plain())
    assert bench.refused(source, maker="") == "no_maker"
    own_keys.signing_key(backup.KEY)  # a home that has made backups knows itself, and only itself
    assert bench.refused(source, maker="") == "unknown_maker"
    own = bench.plain(key=own_keys.signing_key(backup.KEY))
    assert bench.restore(bench.sealed(own), maker="") == 5


@pytest.mark.parametrize(
    "name",
    [
        "../outside", "/etc/cron.d/x", "heads/../../outside", "heads/../secrets/django", "secrets/django", "postgres/x",
        "public/../secrets/x.pem", "public/a/b/c.pem", "public/.x.pem", "public/x.py", "public/x.pem\n", "files/x",
        f"files/{'0' * 64}", "heads/head-1.json", "lake/parts/../../x.parquet", "lake/parts/x.parquet/", "lake", "",
        "public/Ⅷ.pem", "database.dump/", "./database.dump", "lake\\x", "public/x\0.pem",
    ],
)  # fmt: skip
def test_a_name_that_no_backup_holds_is_refused_even_of_the_maker(bench: Bench, name: str) -> None:
    assert not backup.is_allowed(Member(name, 1, sha256(b"x").hexdigest()))
    with_it = signed_by_hand(bench, {**bench.contents, name: b"x"})
    assert bench.refused(bench.sealed(with_it)) == "unexpected_member"


def signed_by_hand(bench: Bench, contents: dict[str, bytes], *, listed: list[list[Any]] | None = None) -> bytes:
    """An archive whose manifest the maker signed, whatever stands in it."""
    rows = [[name, len(content), sha256(content).hexdigest()] for name, content in contents.items()]
    manifest = json.dumps({"members": rows if listed is None else listed}, ensure_ascii=False).encode()
    signature = own_keys.public_bytes(bench.maker) + bench.maker.sign(archives._MEANT + manifest)
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in {"manifest.json": manifest, "manifest.sig": signature, **contents}.items():
            archive.addfile(archives._entry(name, len(content)), io.BytesIO(content))
    return plain.getvalue()


@pytest.mark.parametrize(
    "listed",
    [
        "none", [], [[]], [["database.dump"]], [["database.dump", -1, "0" * 64]], [["database.dump", 1, "x"]],
        [["database.dump", 1 << 60, "0" * 64]], [["manifest.json", 1, "0" * 64]], [["database.dump", 1, None]],
        [["database.dump", 1, "0" * 64]] * 2,
    ],
)  # fmt: skip
def test_a_manifest_of_another_form_is_refused(bench: Bench, listed: Any) -> None:
    assert bench.refused(bench.sealed(signed_by_hand(bench, {}, listed=listed))) in ("damaged", "unexpected_member")


def _at(plain: bytes, name: str) -> int:
    """Where a member's header begins."""
    return plain.index(archives.header(name, len(Bench(Path(), Path()).contents[name])))


def _swapped_dump(plain: bytes) -> bytes:
    return plain.replace(b"PGDMP\0", b"PGDMP\1")


def _of_type(kind: bytes, link: str = "") -> Callable[[bytes], bytes]:
    def change(plain: bytes) -> bytes:
        entry = archives._entry("lake/manifest.json", 2)
        entry.type, entry.linkname = kind, link
        at = _at(plain, "lake/manifest.json")
        return plain[:at] + entry.tobuf(tarfile.GNU_FORMAT) + plain[at + 512 :]

    return change


def _called(name: str) -> Callable[[bytes], bytes]:
    def change(plain: bytes) -> bytes:
        at = _at(plain, "lake/manifest.json")
        return plain[:at] + archives.header(name, 2) + plain[at + 512 :]

    return change


def _one_more(plain: bytes) -> bytes:
    end = len(plain.rstrip(b"\0")) // 512 * 512 + 512
    return plain[:end] + archives.header("../outside", 1) + b"x".ljust(512, b"\0") + bytes(10240)


def _one_less(plain: bytes) -> bytes:
    at = _at(plain, "lake/manifest.json")
    return plain[:at] + plain[at + 1024 :]


def _swapped_places(plain: bytes) -> bytes:
    first, second = _at(plain, "public/ledger-0123456789abcdef.pub"), _at(plain, "lake/manifest.json")
    return plain[:first] + plain[second : second + 1024] + plain[first:second] + plain[second + 1024 :]


def _without_a_signature(plain: bytes) -> bytes:
    end = plain.index(archives.header("manifest.sig", 96))
    return plain[:end] + plain[end + 1024 :]


@pytest.mark.parametrize(
    "change",
    [
        _swapped_dump, _one_more, _one_less, _swapped_places, _of_type(tarfile.SYMTYPE, "/etc"),
        _of_type(tarfile.LNKTYPE, "database.dump"), _of_type(tarfile.CHRTYPE), _of_type(tarfile.FIFOTYPE),
        _of_type(tarfile.DIRTYPE), _of_type(tarfile.XHDTYPE), _of_type(tarfile.GNUTYPE_SPARSE), _called("../outside"),
        _called("/etc/passwd"), _called("lake/other.json"), lambda plain: plain[:-1], lambda plain: plain + b"\0",
        lambda plain: plain[: len(plain) // 2], lambda plain: plain[:700], lambda plain: plain[:100],
        lambda _plain: b"", lambda plain: plain + b"x", lambda plain: plain[:-10240],
    ],
)  # fmt: skip
def test_what_is_not_as_the_manifest_says_is_refused(bench: Bench, change: Callable[[bytes], bytes]) -> None:
    plain = bench.plain()
    assert change(plain) != plain
    assert bench.refused(bench.sealed(change(plain))) == "damaged"


def test_a_manifest_without_signature_is_refused(bench: Bench) -> None:
    assert bench.refused(bench.sealed(_without_a_signature(bench.plain()))) == "unknown_maker"


def test_a_backup_without_a_dump_is_refused(bench: Bench) -> None:
    without = {name: content for name, content in bench.contents.items() if name != "database.dump"}
    assert bench.refused(bench.sealed(bench.plain(without))) == "damaged"


def test_a_cut_or_changed_file_is_refused(bench: Bench) -> None:
    source = bench.sealed(bench.plain())
    content = source.read_bytes()
    for cut in (0, 10, 200, len(content) // 2, len(content) - 1):
        source.write_bytes(content[:cut])
        assert bench.refused(source) == "wrong_key"
    source.write_bytes(content)
    other = pyrage.x25519.Identity.generate()
    bench.reader, kept = other, bench.reader
    assert bench.refused(source) == "wrong_key"
    bench.reader = kept
    assert bench.restore(source) == 5


@pytest.mark.parametrize("where", ["the encrypted file", "what is within"])
def test_every_changed_byte_is_found(bench: Bench, where: str) -> None:
    chance = random.Random(16)
    plain = bench.plain()
    whole = bench.sealed(plain).read_bytes() if where == "the encrypted file" else plain
    for _ in range(FLIPS):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(flipped))] ^= chance.randrange(1, 256)
        if where == "the encrypted file":
            (bench.place / "backup.age").write_bytes(flipped)
        else:
            bench.sealed(bytes(flipped))
        assert bench.refused(bench.place / "backup.age")


def test_a_backup_older_than_what_is_pinned_is_refused(bench: Bench) -> None:
    source = bench.sealed(bench.plain())
    newer = [*RECORDS, b"8" * 48]
    named = export(head_over(newer), bench.place)
    assert bench.refused(source, head=named) == "older_head"
    export(head_over(newer), bench.home / "heads")
    assert bench.refused(source) == "older_head", "the home's own head binds"
    reached = export(head_over(RECORDS), bench.place)
    assert bench.restore(source, head=reached) == 5


def test_a_loss_is_taken_only_when_it_is_said(bench: Bench) -> None:
    export(head_over([*RECORDS, b"8" * 48]), bench.home / "heads")
    assert bench.restore(bench.sealed(bench.plain()), accept_loss=True) == 5
    assert (bench.home / "heads" / "head-000000000008.json").exists()


@pytest.mark.parametrize("accept_loss", [False, True])
def test_another_history_is_refused_whatever_is_accepted(bench: Bench, accept_loss: bool) -> None:
    source = bench.sealed(bench.plain())
    other = export(head_over([b"x" * 48, *RECORDS[1:4]]), bench.place)
    assert bench.refused(source, head=other, accept_loss=accept_loss) == "other_history"
    (bench.place / "no-head.json").write_text("{}")
    assert bench.refused(source, head=bench.place / "no-head.json", accept_loss=accept_loss) == "bad_head"
    assert bench.restore(source, head=export(head_over(RECORDS[:4]), bench.place)) == 5


@pytest.mark.django_db
def test_what_no_backup_may_hold_is_left_out_and_said(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME_DIR, settings.FILES_DIR, settings.LAKE_DIR = tmp_path, tmp_path / "files", tmp_path / "lake"
    monkeypatch.setattr(backup, "_postgres", lambda _program, *given: Path(given[-1]).write_bytes(b"PGDMP"))
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "x.pem").symlink_to("/etc/hostname")
    (tmp_path / "public" / "notes.txt").write_text("mine")
    changed = tmp_path / "files" / "00" / "00" / ("0" * 64)
    changed.parent.mkdir(parents=True)
    changed.write_bytes(b"another")
    reader = pyrage.x25519.Identity.generate()
    made = backup.backup(tmp_path / "made.age", recipient=str(reader.to_public()))
    told = " ".join(made.warnings)
    assert all(name in told for name in ("public/x.pem", "public/notes.txt", f"files/{'0' * 64}"))
    plain = pyrage.decrypt((tmp_path / "made.age").read_bytes(), [reader])
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        names = archive.getnames()
    assert names[:3] == ["manifest.json", "manifest.sig", "database.dump"]
    assert not [name for name in names if name.endswith(("x.pem", "notes.txt", "0" * 64))]
