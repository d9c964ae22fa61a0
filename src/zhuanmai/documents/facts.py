"""What every document is filled with: one frozen tree of facts, whose base is here and whose rest is the room's own.

A room derives the tree of its kind of subject from `Facts` and makes it from its tables; documents print it and know
nothing of them. A fact that is not known is None (or an empty tuple): `fields.missing` says which of those a document
needs. Moments are timezone-aware, money is yuan as Decimal, quantities are Decimals in the unit named beside them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from zhuanmai.documents.plain_json import decode, encode

if TYPE_CHECKING:
    from zhuanmai.accounts.models import Officer, Unit


@dataclass(frozen=True)
class UnitFacts:
    """The bureau in whose name the document is made; `seal` is the text on its round seal (usually the name)."""

    name: str
    seal: str | None = None
    abbreviation: str | None = None
    code: str | None = None

    @classmethod
    def of(cls, unit: Unit) -> Self:
        """A bureau's, whose seal bears its name."""
        return cls(unit.name, unit.name, unit.abbreviation, unit.code)


@dataclass(frozen=True)
class DocumentFacts:
    """The document itself (or another one referred to): number, day, name, catalogue code."""

    number: str | None = None
    dated_on: dt.date | None = None
    name: str | None = None
    code: str | None = None
    copies: int | None = None


@dataclass(frozen=True)
class OfficerFacts:
    """One of the two officers: name and law-enforcement certificate number (执法证号)."""

    name: str
    certificate_no: str | None = None

    @classmethod
    def of(cls, officer: Officer) -> Self:
        """An officer's."""
        return cls(officer.name, officer.certificate_no)


@dataclass(frozen=True)
class RefusalFacts:
    """The party refuses to sign: why (written on the document), and the witness signs."""

    reason: str | None = None


@dataclass(frozen=True)
class Opinion:
    """An opinion of an approver: words that contain 同意 or 不同意, who, when."""

    words: str | None = None
    agreed: bool | None = None
    by: str | None = None
    at: dt.datetime | None = None


@dataclass(frozen=True)
class OpinionsFacts:
    """Opinions by role. `officers` is written before signing and part of the body; the others come with signatures."""

    officers: Opinion | None = None
    department_head: Opinion | None = None
    legal_head: Opinion | None = None
    bureau_head: Opinion | None = None


@dataclass(frozen=True)
class GlyphPicture:
    """A picture (PNG, SHA-256 of a kept file) for a character that the fonts do not have."""

    character: str
    picture: str


@dataclass(frozen=True)
class Facts:
    """What the facts of any subject have: the bureau, the document itself, who made it, opinions, a refusal to sign."""

    unit: UnitFacts
    document: DocumentFacts = DocumentFacts()
    officers: tuple[OfficerFacts, ...] = ()
    opinion: OpinionsFacts = OpinionsFacts()
    refusal: RefusalFacts | None = None
    glyphs: tuple[GlyphPicture, ...] = ()

    @property
    def day(self) -> dt.date | None:
        """The day that the file bears; a room may take another where the document itself has none."""
        return self.document.dated_on

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Facts from what `to_json` made. Raises ValueError for a name that no fact has, or a value of a wrong form."""
        return decode(cls, data, "facts")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: moments as ISO 8601 in Asia/Shanghai, decimals as strings, unknown facts as null."""
        encoded: dict[str, Any] = encode(self)
        return encoded
