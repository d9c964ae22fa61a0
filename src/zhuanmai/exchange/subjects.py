"""What messages are about: rooms register their kinds of subject, and say who sees one and how it is named."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from django.db.models import Q, QuerySet

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.accounts.permissions import scope_units
from zhuanmai.core.headings import Heading
from zhuanmai.core.once import once
from zhuanmai.core.registered import Registered


class Subject(Protocol):
    """What a room gives for its kind of subject. The querysets give the subjects' ids, which are their primary keys."""

    @property
    def kind(self) -> str:
        """As kept with each message."""
        ...

    def visible_to(self, officer: Officer) -> QuerySet[Any]:
        """The ids of the subjects that the officer sees in the room: their pages open to them."""
        ...

    def of_units(self, units: Collection[uuid.UUID]) -> QuerySet[Any]:
        """The ids of the subjects of these units: whose exchange an administrator of these units looks after."""
        ...

    def headings(self, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Heading]:
        """These subjects in a line each, in one query."""
        ...


_subjects = Registered[Subject]("the kind of subject")
_NOBODY = Heading("", "", "")


def register(subject: Subject) -> None:
    """Register a kind of subject. Raises ValueError if the kind is taken by another."""
    _subjects.add(subject.kind, subject)


def forget(kind: str) -> None:
    """Take a kind back, for tests that register one of their own."""
    _subjects.forget(kind)


def subject_of(kind: str) -> Subject:
    """The registered subject of a kind. Raises LookupError for one that no room registered."""
    return _subjects.of(kind)


def reaches_all(officer: Officer, permission: str) -> bool:
    """Whether the permission is the officer's in every unit there is: they look after the whole bureau's exchange."""
    units = scope_units(officer, permission)
    return bool(units) and units >= set(once("all units", lambda: list(Unit.objects.values_list("pk", flat=True))))


def reached_by(officer: Officer, permission: str) -> Q:
    """The messages about subjects of the units in which the permission is the officer's.

    In every unit: all messages, also those of a kind that no room registers any more.
    """
    if reaches_all(officer, permission):
        return Q()
    units = scope_units(officer, permission)
    scope = Q(pk__in=[])
    for subject in _subjects.all() if units else ():
        scope |= Q(subject_kind=subject.kind, subject_id__in=subject.of_units(units))
    return scope


def seen_by(officer: Officer) -> Q:
    """The messages that an officer sees: about subjects that they see, and of the units whose exchange they watch."""
    if reaches_all(officer, "exchange.see"):
        return Q()
    scope = reached_by(officer, "exchange.see")
    for subject in _subjects.all():
        scope |= Q(subject_kind=subject.kind, subject_id__in=subject.visible_to(officer))
    return scope if officer.is_active else Q(pk__in=[])


def headings(officer: Officer, of: Iterable[tuple[str, uuid.UUID]]) -> dict[tuple[str, uuid.UUID], Heading]:
    """These subjects (kind, id) in a line each: who does not see one in its room gets its title alone, without a link.

    Two queries for each kind.
    """
    by_kind: dict[str, set[uuid.UUID]] = defaultdict(set)
    for kind, subject_id in of:
        by_kind[kind].add(subject_id)
    found: dict[tuple[str, uuid.UUID], Heading] = {}
    for kind, ids in by_kind.items():
        known = _subjects.get(kind)
        shown = known.headings(ids) if known else {}
        open_to = set(known.visible_to(officer).filter(pk__in=ids).values_list("pk", flat=True)) if known else set()
        for subject_id in ids:
            heading = shown.get(subject_id, _NOBODY)
            found[kind, subject_id] = heading if subject_id in open_to else replace(heading, href="", place="")
    return found
