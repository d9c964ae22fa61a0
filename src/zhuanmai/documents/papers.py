"""What a room prints (文书): a catalogue of kinds as JSON, a folder of forms, and the type of the facts they print.

A catalogue has the form of `documents.json`: `documents` (code, name, signers, number word, approvals, copies, fields
with when each must be there), and as needed `archive_order` and `number_at`. A form is a folder named by its code with
`template.typ`, `fields.json` (for every field of the catalogue the paths of its facts, and under `reads` what the
template reads besides), and `sample.json` for previews and tests; `lib/` holds what forms of the room share.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from zhuanmai.documents.facts import Facts

APPROVERS = ("department_head", "legal_head", "bureau_head")
BASE_LIB = Path(__file__).resolve().parent / "forms" / "lib"
_COUNTS = "零一两三四五六七八九十"
_ROLES = {
    "officer": "承办人", "server": "送达人", "party": "当事人", "receiver": "收件人", "provider": "证据提供人",
    "witness": "见证人", "department_head": "承办部门负责人", "legal_head": "法制部门负责人",
    "bureau_head": "单位负责人",
}  # fmt: skip
Condition = Callable[[dict[str, Any]], bool]


class Signed(Protocol):
    """What a room is told of a signature when it says what is printed after the body was signed."""

    @property
    def role(self) -> str:
        """As in the catalogue."""
        ...

    @property
    def name(self) -> str:
        """Who signed."""
        ...

    @property
    def at(self) -> Any:
        """When, timezone-aware; None while not known."""
        ...

    @property
    def refusal(self) -> str | None:
        """Why the signature was refused; nothing where it was given."""
        ...


@dataclass(frozen=True)
class Presence:
    """Who was there: the witness signs in an absent party's place, and beside one who refuses."""

    absent: bool = False
    with_witness: bool = False


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
class FormField:
    """One field of a form: its label in the catalogue, when it must be there, and the labels of its facts by path."""

    label: str
    when: str
    paths: dict[str, str]


@dataclass(frozen=True)
class FormSpec:
    """The field map of one form."""

    code: str
    fields: tuple[FormField, ...]
    reads: tuple[str, ...]

    @property
    def paths(self) -> frozenset[str]:
        """The paths that the form prints or reads."""
        return frozenset({path for one in self.fields for path in one.paths} | set(self.reads))


@dataclass(frozen=True)
class Kind:
    """One kind of document. `signers` and `approvals` in order; `number_word` None: the document bears no number.

    `form` is None for a kind that has no template yet. `numbered_at_decision`: the number is taken at the last
    approval (D08: 立 or 不立), after the others have signed.
    """

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
    numbered_at_decision: bool
    form: FormSpec | None
    papers: Papers = field(repr=False, compare=False)

    @property
    def printed(self) -> bool:
        """Whether the document has a template; the catalogue names the fields of all."""
        return self.form is not None

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

    @property
    def afterwards(self) -> frozenset[str]:
        """The paths that are filled after the others have signed, hence not part of the signed body."""
        opinions = {f"opinion.{role}" for role in self.papers.approvers}
        return frozenset(opinions | {"document.number"} | self.papers.afterwards(self.code))


class Papers:
    """The papers of one kind of subject. A room makes one, or derives a class where its papers need rules of their own.

    `conditions` are the words of `when` beside those that every room has (always, if known, if any, at the head's
    decision): each is asked with the facts as plain JSON. `roles` names signers beside those that every room has.
    `aliases`: the role in whose place of the form a signer signs.
    """

    conditions: Mapping[str, Condition] = {}
    roles: Mapping[str, str] = {}
    aliases: Mapping[str, str] = {}
    approvers: Sequence[str] = APPROVERS

    def __init__(self, *, catalogue: Path, forms: Path, facts: type[Facts]) -> None:
        """Read and check. Raises ValueError for a form whose conditions or signers nobody knows."""
        data = json.loads(catalogue.read_text(encoding="utf-8"))
        self.forms, self.facts = forms, facts
        late = set(data.get("number_at", {}).get("last approval", ()))
        self.kinds = {entry["code"]: self._kind(entry, late) for entry in data["documents"]}
        for kind in self.kinds.values():
            self._check(kind)
        self.archive_order: tuple[str, ...] = tuple(data.get("archive_order", self.kinds))

    def waives(self, path: str, data: dict[str, Any]) -> bool:
        """What a field leaves open though it must be there, as the way of electronic service without consent."""
        return False

    def afterwards(self, code: str) -> set[str]:
        """The paths that come after the body was signed, beside opinions and number: the receipt of what is served."""
        return set()

    def answered(self, roles: Collection[str]) -> set[str]:
        """Which of those the signatures in these roles answer by themselves."""
        return set()

    def late(self, code: str, facts: Any, signatures: Sequence[Signed]) -> dict[str, Any]:
        """What is printed of those, as parts of the facts."""
        return {}

    def frame(self, facts: Any) -> dict[str, Any]:
        """What templates of the room are given beside facts and frame, as an amount in words."""
        return {}

    def presence(self, data: dict[str, Any]) -> Presence:
        """Who can sign, by the facts as plain JSON: whether the party was absent, and whether there is a witness."""
        return Presence()

    def limits(self, facts: Any) -> list[tuple[str, str, str | None, int]]:
        """Texts that go into a box of fixed size: label, path, words, the most characters that fit."""
        return []

    def role_words(self, role: str) -> str:
        """A signer's role in words. Raises LookupError."""
        return {**_ROLES, **self.roles}[role]

    def is_required(self, when: str, data: dict[str, Any], *, final: bool) -> bool:
        """Whether a field with this `when` must be there. `final`: also what comes with the head's decision."""
        return final if when == "at the head's decision" else self._conditions()[when](data)

    def _conditions(self) -> dict[str, Condition]:
        return {**_EVERYWHERE, **self.conditions}

    def _kind(self, entry: dict[str, Any], late: Collection[str]) -> Kind:
        return Kind(
            code=entry["code"],
            name=entry["name"],
            en=entry["en"],
            stage=entry["stage"],
            on_site_set=entry.get("on_site_set", False),
            signers=tuple(entry["signers"]),
            number_word=entry["number_word"],
            approvals=tuple(entry["approvals"]),
            deadline=entry["deadline"],
            note=entry["note"],
            copies=tuple(Copy(receiver, number) for receiver, number in entry.get("copies", [])),
            fields=tuple(CatalogueField(*one) for one in entry.get("fields", [])),
            numbered_at_decision=entry["code"] in late,
            form=self._form(entry["code"]),
            papers=self,
        )

    def _check(self, kind: Kind) -> None:
        """What has a form is signed by people whom the ledger can name."""
        signers = [signer.partition("×")[0].split("|")[0] for signer in kind.signers]
        unnamed = {*signers, *kind.approvals} - {*_ROLES, *self.roles}
        if kind.printed and unnamed:
            raise ValueError(f"{kind.code} is signed by {sorted(unnamed)}, for whom there are no words")

    def _form(self, code: str) -> FormSpec | None:
        path = self.forms / code / "fields.json"
        if not path.is_file():
            return None
        spec = json.loads(path.read_text(encoding="utf-8"))
        form = FormSpec(code, tuple(FormField(**one) for one in spec["fields"]), tuple(spec["reads"]))
        if unknown := {one.when for one in form.fields} - {*self._conditions(), "at the head's decision"}:
            raise ValueError(f"{path}: no rule for when = {sorted(unknown)}")
        return form


_EVERYWHERE: Mapping[str, Condition] = {
    "always": lambda data: True,
    "if known": lambda data: False,
    "if any": lambda data: False,
}
