"""Anchors: the signed heads outside the host, where who has the host cannot change them (the setting ZHUANMAI_ANCHOR).

A folder (a mounted one of another machine), an http(s) address to which heads are PUT (POSTed where it takes no PUT)
and from which they are read back, or a time-stamp authority (`tsa+https://…`, RFC 3161), whose tokens we keep. Several
are separated by blanks. Each pass anchors the newest head, which binds those before it, as each continues the last.
What was written is noted in ZHUANMAI_HOME/anchors, so that verification knows what an anchor must still have.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.conf import settings

from zhuanmai.core import files
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.core.outbound import NoAnswer, Outbound
from zhuanmai.ledger import head_keys, time_stamps
from zhuanmai.ledger.heads import Head, as_file, export, file_name, from_file, latest
from zhuanmai.ledger.report import Fault, Problem, Report
from zhuanmai.ledger.verify import verify

NEWEST = "head-newest.json"
SILENT = dt.timedelta(hours=24)  # an anchor of which nothing was heard for so long is no anchor
_READ_BACK = 200  # how many of the newest heads are read back from an address
_MOST = 2**20  # bytes of an answer
_SECONDS = 20.0


class Unreachable(Exception):
    """An anchor does not answer, or not as one does; the reason in words."""


class Store(Protocol):
    """Where files can be put and got back."""

    def put(self, name: str, content: bytes) -> None:
        """Keep a file. Raises Unreachable."""

    def get(self, name: str) -> bytes | None:
        """The file, None where there is none. Raises Unreachable."""

    def names(self) -> set[str]:
        """The files that are there, as far as the store can list them. Raises Unreachable."""


@dataclass(frozen=True)
class Folder:
    """A folder, as a rule one of another machine. It is never made: where it is not mounted nothing is written."""

    path: Path

    def put(self, name: str, content: bytes) -> None:
        """Whole or not at all."""
        try:
            files.put_whole(self.path / name, content)
        except OSError as error:
            raise Unreachable(error.strerror or type(error).__name__) from None

    def get(self, name: str) -> bytes | None:
        """The file's bytes."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            self.names()  # raises where the folder itself is not there
            return None
        except OSError as error:
            raise Unreachable(error.strerror or type(error).__name__) from None

    def names(self) -> set[str]:
        """All heads of the folder."""
        try:
            return {entry.name for entry in os.scandir(self.path) if entry.name.startswith("head-")}
        except OSError as error:
            raise Unreachable(error.strerror or type(error).__name__) from None


@dataclass(frozen=True)
class Address:
    """An http(s) address: a file's name goes behind its path, before what the address asks (a store's signature)."""

    url: str

    def put(self, name: str, content: bytes) -> None:
        """PUT, or POST where that is not taken."""
        for method in ("PUT", "POST"):
            status, _ = self._ask(method, name, content)
            if status not in (404, 405, 501):
                break
        if not 200 <= status < 300:
            raise Unreachable(f"{method} {status}")

    def get(self, name: str) -> bytes | None:
        """GET."""
        status, content = self._ask("GET", name)
        if status in (404, 410):
            return None
        if status != 200:
            raise Unreachable(f"GET {status}")
        return content

    def names(self) -> set[str]:
        """An address lists nothing."""
        return set()

    def _ask(self, method: str, name: str, content: bytes = b"") -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        url = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))
        return ask(method, url, content, "application/json")


def ask(method: str, url: str, content: bytes, kind: str) -> tuple[int, bytes]:
    """One request: status and body. Raises Unreachable where none comes in time, or more than a megabyte."""
    headers = {"Content-Type": kind} if content else {}
    try:
        answer = _outbound().ask(method, url, headers=headers, content=content or None, most=_MOST)
    except NoAnswer:
        raise Unreachable("答复过长或过慢") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(type(error).__name__) from None
    return answer.status, answer.content


@functools.cache
def _outbound() -> Outbound:
    return Outbound(_SECONDS)


@dataclass(frozen=True)
class Anchor:
    """One anchor of the setting, and the notes that we keep of it."""

    setting: str

    @property
    def words(self) -> str:
        """What it is called: the address without what it asks and without a password."""
        if "://" not in self.setting:
            return self.setting
        parts = urlsplit(self.setting)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    @property
    def stamps_at(self) -> str:
        """The address of the time-stamp authority; empty for a store."""
        return self.setting.removeprefix("tsa+") if self.setting.startswith("tsa+") else ""

    @property
    def store(self) -> Store:
        """Where the heads are put."""
        return Address(self.setting) if "://" in self.setting else Folder(Path(self.setting))

    @property
    def notes(self) -> Path:
        """Where we note what it has."""
        return folder() / hashlib.sha256(self.setting.encode()).hexdigest()[:16]

    def noted(self) -> list[Head]:
        """The heads that were written to it, the smallest first."""
        return [from_file(path.read_bytes(), path.name) for path in sorted(self.notes.glob("head-*.json"))]

    def note(self, head: Head, token: bytes = b"") -> None:
        """Note that it has a head, with the token that it gave."""
        self.notes.mkdir(parents=True, exist_ok=True)
        if token:
            files.put_whole(self.notes / f"{file_name(head)}.tsr", token)
        export(head, self.notes)

    def heard(self, trouble: str = "") -> None:
        """Note that it has just taken a head, or what kept it from one; that it can be read proves neither."""
        self.notes.mkdir(parents=True, exist_ok=True)
        files.put_whole(self.notes / ("trouble" if trouble else "heard"), (trouble or now().isoformat()).encode())
        if not trouble:
            (self.notes / "trouble").unlink(missing_ok=True)

    def last_heard(self) -> dt.datetime | None:
        """When it last took a head."""
        try:
            return dt.datetime.fromisoformat((self.notes / "heard").read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None

    def trouble(self) -> str:
        """What has kept us from it since; empty if nothing has."""
        path = self.notes / "trouble"
        return path.read_text(encoding="utf-8") if path.exists() else ""


@dataclass
class Read:
    """What the anchors have: heads by size, what contradicts, and a line an anchor for who reads the report."""

    heads: dict[int, Head] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def folder() -> Path:
    """Where our notes of the anchors lie, and the tokens of time-stamp authorities."""
    return Path(settings.HOME_DIR) / "anchors"


def anchors() -> list[Anchor]:
    """Those of the setting."""
    return [Anchor(one) for one in settings.ANCHOR.split()]


def anchor_newest() -> list[str]:
    """Write the newest head to every anchor that lacks it, and see that it is there; what went wrong, in words."""
    head = latest()
    wrong = []
    for anchor in anchors() if head else ():
        try:
            _anchor(anchor, head)  # type: ignore[arg-type]  # there is one
            anchor.heard()
        except (Unreachable, Refused, time_stamps.NoToken) as error:
            words = error.detail if isinstance(error, Refused) else str(error)
            anchor.heard(words)
            wrong.append(f"{anchor.words}：{words}")
    return wrong


def read() -> Read:
    """Read every anchor. One that does not answer is told in a line: verification then goes without it."""
    found = Read()
    for anchor in anchors():
        try:
            sizes = _tokens(anchor, found) if anchor.stamps_at else _heads(anchor, found)
            newest = max(sizes, default=0)
            found.lines.append(f"锚 {anchor.words}：核对了 {len(sizes)} 个树头，最新至第 {newest} 条")
        except (Unreachable, time_stamps.NoToken) as error:
            found.lines.append(f"! 锚 {anchor.words} 读不到（{error}），未用它核验")
        except Refused as refused:  # a note of ours is none
            found.problems.append(Problem(f"锚 {anchor.words} 的记录", Fault.ALTERED, refused.detail))
    return found


def verified(head: Head | None, *, kept_leaves: Path) -> Report:
    """Verify the ledger against an exported head and what lies beside it, and against what the anchors have."""
    found = read()
    report = verify(head, kept_leaves=kept_leaves, anchored=found.heads)
    report.problems += found.problems
    report.anchors = found.lines
    return report


def is_silent(heard: dt.datetime | None, at: dt.datetime) -> bool:
    """Whether an anchor has been silent for too long: never heard of, or last for more than a day."""
    return heard is None or at - heard > SILENT


def _anchor(anchor: Anchor, head: Head) -> None:
    if anchor.stamps_at:
        if not (anchor.notes / file_name(head)).exists():
            asked = time_stamps.request(as_file(head))
            status, answer = ask("POST", anchor.stamps_at, asked.content, time_stamps.QUERY)
            if status != 200:
                raise Unreachable(f"POST {status}")
            anchor.note(head, time_stamps.token(asked, answer))
        return
    store, content = anchor.store, as_file(head)
    there, newest = store.get(file_name(head)), store.get(NEWEST)
    if newest is not None and from_file(newest, NEWEST).size > head.size:
        raise Refused("anchor_newer", "锚中的树头比本机的新，留痕可能被截断；请运行 zhuanmai ledger verify。")
    if there is None:
        for name in (file_name(head), NEWEST):
            store.put(name, content)
        there = store.get(file_name(head))
    if there != content:
        raise Refused(
            "anchor_differs", f"锚中的树头 {head.size} 与本机的不同；请运行 zhuanmai ledger verify 并查明原因。"
        )
    anchor.note(head)


def _heads(anchor: Anchor, found: Read) -> list[int]:
    """Compare the heads of a store with what we noted; the sizes of those that it has."""
    noted = {file_name(one): one for one in anchor.noted()}
    store, known, sizes = anchor.store, head_keys.published(), list[int]()
    names = store.names()
    for name in sorted({*list(noted)[-_READ_BACK:], *names, NEWEST}):
        content, where = store.get(name), f"锚 {anchor.words} 的 {name} "
        if content is None:
            if name in noted:
                found.problems.append(Problem(where, Fault.MISSING, "曾写入，现已没有"))
            continue
        try:
            head = from_file(content, name)
        except Refused:
            found.problems.append(Problem(where, Fault.ALTERED, "签名不符"))
            continue
        sizes += [head.size] if name != NEWEST else []
        if head.public_key not in known:
            found.problems.append(Problem(where, Fault.INSERTED, "签名所用的密钥未公布"))
        elif found.heads.setdefault(head.size, head) != head or noted.get(name, head) != head:
            found.problems.append(Problem(where, Fault.ALTERED, "与所写入的或另一锚中的不同"))
    return sizes


def _tokens(anchor: Anchor, found: Read) -> list[int]:
    """Look at the tokens that an authority gave; the sizes of the heads that it was asked about."""
    heads = anchor.noted()
    for head in heads:
        path = anchor.notes / f"{file_name(head)}.tsr"
        where = f"锚 {anchor.words} 对树头 {head.size} 的时间戳"
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            found.problems.append(Problem(where, Fault.MISSING, "曾取得，现已没有"))
            continue
        if time_stamps.fits(content, as_file(head)):
            found.heads.setdefault(head.size, head)
        else:
            found.problems.append(Problem(where, Fault.ALTERED, "与树头不符，或不是所信任的机构签发"))
    return [head.size for head in heads]
