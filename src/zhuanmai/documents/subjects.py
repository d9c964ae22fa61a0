"""Whose papers are made: a room registers its kind of subject with its papers, its plan, and how its facts are read."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.core.registered import Registered
from zhuanmai.documents.facts import Facts
from zhuanmai.documents.models import Document
from zhuanmai.documents.outcomes import Outcome
from zhuanmai.documents.papers import Papers
from zhuanmai.documents.plan import Plan


class Subject(ABC):
    """A kind of subject, as its room hands it in.

    `kind`: as kept with each document; `papers`: catalogue, forms and rules; `plan`: which papers a subject needs now,
    asked with a reading: what the room read of one subject to make facts of, once for a whole set of papers.
    """

    kind: str
    papers: Papers
    plan: Plan[Any]

    @abstractmethod
    def lock(self, subject_id: uuid.UUID) -> Any:
        """The subject's row, locked before any other row; with it `mark` and `read` are asked."""

    @abstractmethod
    def mark(self, row: Any) -> object:
        """What differs as soon as a fact of the subject is another."""

    @abstractmethod
    def unit(self, reading: Any) -> Unit:
        """The bureau in whose name papers are numbered and sealed."""

    @abstractmethod
    def facts(self, reading: Any, made: Sequence[Document]) -> Facts:
        """The facts that all papers share; `made` are the documents there are, whose numbers others print."""

    def take_in(self, row: Any, actor: Officer) -> None:  # noqa: B027 - most rooms need nothing here
        """Take in what was sent and waits, so that no fact is missed; under the lock."""

    def read(self, row: Any) -> Any:
        """The reading: everything that facts and plan are made of; the row itself where that is enough."""
        return row

    def own_facts(self, reading: Any, facts: Any, code: str, key: str, made: Sequence[Document]) -> Facts:
        """The facts as one paper needs them (its evidence, its questioning, its parent): its code and its number."""
        number = next((one.number for one in made if (one.kind, one.key) == (code, key)), "")
        own: Facts = replace(facts, document=replace(facts.document, code=code, number=number or None))
        return own

    def name(self, facts: Any, code: str, key: str) -> str:
        """What one paper is called: its kind's name, with what tells it from others of its kind."""
        return self.papers.kinds[code].name

    def correcting(self, row: Any) -> str:
        """The reason for which sealed papers follow changed facts as new versions; empty: they stand."""
        return ""

    def told(self, row: Any) -> None:  # noqa: B027 - most rooms need nothing here
        """A paper was made: who looks at the subject is shown it. In the transaction that made it."""

    def finished(self, row: Any, actor: Officer, outcomes: Collection[Outcome]) -> None:  # noqa: B027 - most rooms need nothing here
        """The set is through: note it, and append to the ledger, as the last thing in this transaction.

        Each paper that was made or failed has an entry of its own already.
        """


_subjects = Registered[Subject]("the kind of subject with papers")


def register(subject: Subject) -> None:
    """Register a kind of subject. Raises ValueError if the kind or the code of a paper is taken."""
    others = [one for one in _subjects.all() if one.kind != subject.kind]
    if taken := {code for one in others for code in one.papers.kinds} & set(subject.papers.kinds):
        raise ValueError(f"papers {sorted(taken)} are registered already by another room")
    _subjects.add(subject.kind, subject)


def forget(kind: str) -> None:
    """Take a kind back, for tests that register one of their own."""
    _subjects.forget(kind)


def subject_of(kind: str) -> Subject:
    """The registered subject of a kind. Raises LookupError."""
    return _subjects.of(kind)


def subjects() -> list[Subject]:
    """All registered kinds of subject."""
    return _subjects.all()
