"""The catalogue of statutory documents (文书目录): names, signers, number words, approvals, copies, archive order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from zhuanmai.core.errors import NotFound
from zhuanmai.documents.fields import FORMS

_FILE = Path(__file__).resolve().parent / "data" / "documents.json"
_COUNTS = "零一两三四五六七八九十"
_NUMBERED_AT_DECISION = {"D08"}


@dataclass(frozen=True)
class Copy:
    """For whom copies are made, and how many: 当事人 1, 入卷 1."""

    receiver: str
    number: int


@dataclass(frozen=True)
class CatalogueField:
    """What a document prints, where it comes from and when it must be there, as the catalogue words it."""

    label: str
    source: str
    when: str


@dataclass(frozen=True)
class Kind:
    """One kind of document. `signers` and `approvals` in order; `number_word` None: the document bears no number."""

    code: str
    name: str
    en: str
    stage: str
    on_site_set: bool | str
    signers: tuple[str, ...]
    number_word: str | None
    approvals: tuple[str, ...]
    deadline: str | None
    note: str
    copies: tuple[Copy, ...]
    fields: tuple[CatalogueField, ...]

    @property
    def printed(self) -> bool:
        """Whether the document has a template here; the catalogue names the fields of all."""
        return (FORMS / self.code / "fields.json").is_file()

    @property
    def numbered_at_decision(self) -> bool:
        """Whether the number is taken at the head's decision (立 or 不立), after the others have signed."""
        return self.code in _NUMBERED_AT_DECISION

    @property
    def follows_parent(self) -> bool:
        """Whether the document is an annex (D64), printed as often as the document that its key names."""
        return [copy.receiver for copy in self.copies] == ["随主文书"]

    @property
    def copies_line(self) -> str:
        """The line at the foot: 一式三份：当事人、入卷、存根."""
        if self.follows_parent:
            return "份数随所属文书"
        total = sum(copy.number for copy in self.copies)
        names = "、".join(c.receiver if c.number == 1 else f"{c.receiver}（{c.number}份）" for c in self.copies)
        return f"一式{_COUNTS[total] if total <= 10 else total}份：{names}"


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by code, in the order of the catalogue."""
    return {entry["code"]: _kind(entry) for entry in json.loads(_FILE.read_text(encoding="utf-8"))["documents"]}


def kind(code: str) -> Kind:
    """The kind with this code. Raises NotFound (document_kind_unknown)."""
    try:
        return kinds()[code]
    except KeyError:
        raise NotFound("document_kind_unknown", f"文书目录中没有编码为 {code} 的文书。") from None


@cache
def archive_order() -> tuple[str, ...]:
    """The codes in the order in which the documents lie in the file (卷内顺序)."""
    return tuple(json.loads(_FILE.read_text(encoding="utf-8"))["archive_order"])


def _kind(entry: dict[str, Any]) -> Kind:
    return Kind(
        code=entry["code"],
        name=entry["name"],
        en=entry["en"],
        stage=entry["stage"],
        on_site_set=entry["on_site_set"],
        signers=tuple(entry["signers"]),
        number_word=entry["number_word"],
        approvals=tuple(entry["approvals"]),
        deadline=entry["deadline"],
        note=entry["note"],
        copies=tuple(Copy(receiver, number) for receiver, number in entry.get("copies", [])),
        fields=tuple(CatalogueField(*field) for field in entry.get("fields", [])),
    )
