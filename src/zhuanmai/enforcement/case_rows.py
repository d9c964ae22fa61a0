"""The rows of a case that papers and their plan are made of: each table read once, when it is first asked for."""

from __future__ import annotations

import uuid
from functools import cached_property

from zhuanmai.accounts.queries import names
from zhuanmai.approvals.models import OralApproval
from zhuanmai.approvals.queries import oral_of
from zhuanmai.core.clock import to_local
from zhuanmai.enforcement.models import (
    Case,
    CaseOfficer,
    EvidenceCopy,
    Inspection,
    ItemLine,
    Party,
    Photo,
    Questioning,
    Registration,
    Sample,
)
from zhuanmai.enforcement.on_the_spot import age_on
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.enforcement.totals import present
from zhuanmai.reference.causes import CauseFound, cause


class CaseRows:
    """One case as it stood when its rows were read."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def visit(self) -> Inspection:
        """The inspection."""
        return self.case.inspection

    @cached_property
    def lines(self) -> list[ItemLine]:
        """The lines that count, in the order in which they were first scanned."""
        return counted_lines(self.case)

    @cached_property
    def codes(self) -> dict[uuid.UUID, tuple[str, ...]]:
        """The carton codes read, by line."""
        found: dict[uuid.UUID, tuple[str, ...]] = {}
        for code in self.case.codes.filter(removed_at=None):
            found[code.line_id] = (*found.get(code.line_id, ()), f"{code.row1} {code.row2}")
        return found

    @cached_property
    def party(self) -> Party | None:
        """The party that documents name."""
        return first_party(self.case)

    @cached_property
    def officers(self) -> list[CaseOfficer]:
        """The two officers of the case now, in the order in which they are printed."""
        return list(self.case.assignments.filter(until_at=None).select_related("officer").order_by("position"))

    @cached_property
    def causes(self) -> list[CauseFound]:
        """The causes, in the order of their codes."""
        return [cause(row.code) for row in self.case.causes.order_by("code")]

    @cached_property
    def registration(self) -> Registration | None:
        """The registration in advance."""
        return getattr(self.case, "registration", None)

    @cached_property
    def oral(self) -> OralApproval | None:
        """The oral approval of the registration."""
        return oral_of(KIND, self.case.pk, "registration")

    @cached_property
    def samples(self) -> list[Sample]:
        """The samples, in the order of their lines."""
        return list(self.case.samples.filter(removed_at=None).select_related("line").order_by("line__place_in_case"))

    @cached_property
    def evidence(self) -> list[EvidenceCopy]:
        """The copied pieces of evidence, each with its photograph."""
        return list(self.case.evidence.filter(removed_at=None).select_related("photo"))

    @cached_property
    def questionings(self) -> list[Questioning]:
        """The questionings."""
        return list(self.case.questionings.filter(removed_at=None))

    @cached_property
    def photos(self) -> list[Photo]:
        """The photographs of the photo sheet: there, not removed, and no scan of a signed paper."""
        found = self.case.photos.filter(removed_at=None, kept=True).exclude(what="paper_scan")
        return list(found.order_by("taken_at", "id"))

    @cached_property
    def photographers(self) -> dict[uuid.UUID, str]:
        """The names of those who took the photographs."""
        return names({one.by_id for one in self.photos})


def first_party(case: Case) -> Party | None:
    """The party that documents name."""
    there = (one for one in case.parties.all() if one.removed_at is None)  # a list has fetched them for all its rows
    return min(there, key=lambda one: (one.place_in_case, one.pk), default=None)


def counted_lines(case: Case) -> list[ItemLine]:
    """The lines that count, in the order in which they were first scanned."""
    return present(case.lines.order_by("place_in_case", "id"))


def age_of(case: Case, party: Party | None) -> int | None:
    """The age of a natural person on the day of the visit; None for an organisation, or where no birthday is known."""
    if party is None or party.kind == Party.Kind.ORGANISATION:
        return None
    return age_on(party.born_on, to_local(case.inspection.began_at or case.opened_at).date())
