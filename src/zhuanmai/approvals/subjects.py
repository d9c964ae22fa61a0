"""What can be approved: a room registers its kind of subject, the matters to decide, and what follows a decision."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet

from zhuanmai.accounts.models import Officer, Signing
from zhuanmai.accounts.signing import SigningItem
from zhuanmai.core.headings import Heading
from zhuanmai.core.registered import Registered

if TYPE_CHECKING:
    from zhuanmai.approvals.models import Approval, OralApproval


@dataclass(frozen=True)
class Step:
    """Whose opinion it is: the role (`accounts.Role`), the permission to give it, in Chinese and as pages say it."""

    role: str
    permission: str
    zh: str
    label: Any


@dataclass(frozen=True)
class Matter:
    """What is to be decided (审批事项), and its steps in order: those before the last return, the last refuses."""

    code: str
    zh: str
    label: Any
    steps: tuple[Step, ...]

    def step(self, role: str) -> Step:
        """The step of a role. Raises LookupError."""
        for one in self.steps:
            if one.role == role:
                return one
        raise LookupError(f"{self.code} has no step {role}")


@dataclass(frozen=True)
class Card:
    """What who decides is shown: facts as (label, value), and papers as (name, href).

    The papers are those that the decision signs, no more, no less.
    """

    facts: tuple[tuple[Any, str], ...]
    papers: tuple[tuple[str, str], ...]


class Subject(ABC):
    """A kind of subject, as its room hands it to approvals."""

    kind: str
    matters: Mapping[str, Matter]

    @abstractmethod
    def require_seen(self, officer: Officer, subject_id: uuid.UUID) -> None:
        """Raise NotFound unless the officer sees the subject."""

    @abstractmethod
    def lock(self, subject_id: uuid.UUID) -> object:
        """Lock the subject, then all that hears of its decision: before any other row, and before the ledger."""

    def conflicted(self, officer_ids: set[uuid.UUID], subject_id: uuid.UUID) -> set[uuid.UUID]:
        """Those of the officers who ever worked on the subject, and so never decide on it, by `conflicts`."""
        found = Officer.objects.filter(pk__in=officer_ids)
        return {one.pk for one in found if self.conflicts(one).filter(pk=subject_id).exists()}

    @abstractmethod
    def conflicts(self, officer: Officer) -> QuerySet[Any]:
        """The ids of the subjects on which the officer may not decide: for lists."""

    @abstractmethod
    def items(self, approval: Approval, opinion: str) -> list[SigningItem]:
        """What the decision signs now: papers with their digests, in the role of the step, with the opinion."""

    @abstractmethod
    def headings(self, subject_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Heading]:
        """Each subject in a line, for lists and notices; few queries however many they are."""

    @abstractmethod
    def card(self, approval: Approval) -> Card:
        """What the page shows before the decision."""

    @abstractmethod
    def new_round(self, approval: Approval) -> list[Model]:
        """A round begins after an earlier one (`approval` is its first step): void what approvers signed before."""

    @abstractmethod
    def decided(self, approval: Approval, signing: Signing, oral: OralApproval | None) -> list[Model]:
        """Sign the papers and do what follows, in the running transaction. Returns the rows that changed.

        `oral`: the oral approval that this decision made up in writing, where there is one.
        """


_subjects = Registered[Subject]("the kind of subject")


def register(subject: Subject) -> None:
    """Register a kind of subject. Raises ValueError if the kind is taken."""
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


def headings_of(approvals: Iterable[Approval]) -> dict[uuid.UUID, Heading]:
    """The subjects of approvals, each in a line, by the subject's id."""
    by_kind: dict[str, set[uuid.UUID]] = defaultdict(set)
    for row in approvals:
        by_kind[row.subject_kind].add(row.subject_id)
    return {key: line for kind, ids in by_kind.items() for key, line in subject_of(kind).headings(ids).items()}


def matter_of(approval: Approval) -> Matter:
    """The matter of an approval."""
    return subject_of(approval.subject_kind).matters[approval.purpose]


def step_of(approval: Approval) -> Step:
    """The step of an approval."""
    return matter_of(approval).step(approval.step)
