"""Whose terms run: rooms register their kinds of subject; this room asks them who sees one and how it is shown."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from zhuanmai.accounts.models import Officer
from zhuanmai.core.errors import NotAllowed, NotFound
from zhuanmai.core.headings import Heading
from zhuanmai.core.registered import Registered


@dataclass(frozen=True)
class Subject:
    """One subject: its kind as registered, and its id."""

    kind: str
    id: uuid.UUID


class Kind(ABC):
    """What a room gives for its kind of subject. The querysets give ids of subjects in their first column.

    `code`: as kept with each run; `title`: as a page names the kind (lazily translated); `met_by_acts`: the terms that
    an act of the room meets, so that nobody closes one of them by hand.
    """

    code: str
    title: Any
    met_by_acts: frozenset[str] = frozenset()

    @abstractmethod
    def visible_to(self, officer: Officer) -> QuerySet[Any]:
        """The ids of the subjects that the officer sees."""

    @abstractmethod
    def own(self, officer: Officer) -> QuerySet[Any]:
        """The ids of those that the officer works on."""

    @abstractmethod
    def of_units(self, units: Collection[uuid.UUID]) -> QuerySet[Any]:
        """The ids of the subjects of these units."""

    @abstractmethod
    def headings(self, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Heading]:
        """These subjects in a line each, with their units, in one query."""

    @abstractmethod
    def require_worker(self, officer: Officer, subject_id: uuid.UUID) -> None:
        """Raise NotFound or NotAllowed unless the officer works on the subject."""

    def changed(self, ids: Iterable[uuid.UUID]) -> None:  # noqa: B027 - most rooms need nothing here
        """Terms of these subjects are about to move; called in the transaction that moves them, before it locks a term
        (an act locks its subject first). Who looks at one is told."""


_kinds = Registered[Kind]("the kind of subject")


def register(kind: Kind) -> None:
    """Register a kind of subject. Raises ValueError if the code is taken by another."""
    _kinds.add(kind.code, kind)


def forget(code: str) -> None:
    """Take a kind back, for tests that register one of their own."""
    _kinds.forget(code)


def kinds() -> list[Kind]:
    """All kinds by code."""
    return sorted(_kinds.all(), key=lambda kind: kind.code)


def kind_of(code: str) -> Kind:
    """The kind with this code. Raises LookupError for one that no room registered."""
    return _kinds.of(code)


def seen_by(officer: Officer) -> Q:
    """The terms that an officer sees: those of the subjects that they see, as each room says."""
    scope = Q(pk__in=[])
    for kind in kinds():
        scope |= Q(subject_kind=kind.code, subject_id__in=kind.visible_to(officer))
    return scope if officer.is_active else Q(pk__in=[])


def works_on(officer: Officer, subject: Subject) -> bool:
    """Whether the officer works on the subject, as its room says."""
    try:
        require_worker(officer, subject)
    except (NotAllowed, NotFound):
        return False
    return True


def require_worker(officer: Officer, subject: Subject) -> None:
    """Raise NotFound or NotAllowed unless the officer works on the subject, as its room says."""
    if not officer.is_active:
        raise NotAllowed("inactive", "该人员已停用。")
    kind_of(subject.kind).require_worker(officer, subject.id)
