"""Which act of a case begins, meets or ends which legal term; the deadlines room keeps and counts them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from zhuanmai.accounts.models import Officer
from zhuanmai.core.headings import Heading
from zhuanmai.core.left import Left
from zhuanmai.deadlines import queries, services
from zhuanmai.deadlines.left import left_of
from zhuanmai.deadlines.models import Deadline
from zhuanmai.deadlines.subjects import Kind, Subject
from zhuanmai.enforcement.models import Case, Registration
from zhuanmai.enforcement.permissions import cases_of, require_seen
from zhuanmai.enforcement.procedure import KIND
from zhuanmai.enforcement.workers import require_worker


class Cases(Kind):
    """Cases as the deadlines room asks for them."""

    code, title = KIND, _("Case")
    met_by_acts = frozenset({"verify_clue", "file_after_action", "registered_goods", "oral_approval"})

    def visible_to(self, officer: Officer) -> QuerySet[Case, uuid.UUID]:
        """The cases that the officer sees."""
        return cases_of(officer).values_list("pk", flat=True)

    def own(self, officer: Officer) -> QuerySet[Case, uuid.UUID]:
        """The cases of which the officer is one of the two."""
        own = Case.objects.filter(assignments__officer=officer, assignments__until_at=None)
        return own.values_list("pk", flat=True)

    def of_units(self, units: Collection[uuid.UUID]) -> QuerySet[Case, uuid.UUID]:
        """The cases of these units."""
        return Case.objects.filter(unit_id__in=units).values_list("pk", flat=True)

    def headings(self, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Heading]:
        """A case by its number, shop and squad."""
        found = Case.objects.filter(pk__in=ids).select_related("inspection", "unit")
        return {case.pk: _heading(case) for case in found}

    def require_worker(self, officer: Officer, subject_id: uuid.UUID) -> None:
        """Raise NotFound or NotAllowed unless the officer works on the case."""
        require_worker(officer, require_seen(officer, subject_id))

    def changed(self, ids: Iterable[uuid.UUID]) -> None:
        """Tablets that hold these cases ask again."""
        held = Case.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk")
        Case.objects.filter(pk__in=[case.pk for case in held]).update(cursor=F("cursor") + 1)


def begin(case: Case, code: str, trigger: dt.datetime, event: str = "", *, restated: bool = False) -> Deadline:
    """Begin a term at a moment; the same event again gives the run that is open (see deadlines.services.begin)."""
    return services.begin(subject=of(case), code=code, at=trigger, event=event, restated=restated)


def meet(case: Case, *codes: str) -> list[Deadline]:
    """The act that these terms waited for was done; returns the rows that changed."""
    return services.meet(subject=of(case), codes=codes)


def cancel(case: Case, *codes: str, reason: str) -> list[Deadline]:
    """These terms fell away; returns the rows that changed."""
    return services.cancel(subject=of(case), codes=codes, reason=reason)


def registered_until(row: Registration) -> dt.date | None:
    """The last day of registered goods: that of the run of the term, which moves with the holidays. (`until_on` is what
    it was when the registration was asked for.) None before it is asked for."""
    if row.until_on is None:
        return None
    runs = Deadline.objects.filter(subject_kind=KIND, subject_id=row.case_id, code="registered_goods")
    return runs.order_by("created_at").values_list("due", flat=True).last() or row.until_on


def of_case(case: Case) -> list[tuple[Deadline, str, Left | None]]:
    """Every run of the case, with what is due by it in the reader's language, and what is left of it."""
    found = queries.worded(queries.of_subject(of(case)))
    left = left_of(row for row, _words in found)
    return [(row, words, left.get(row.pk)) for row, words in found]


def of(case: Case) -> Subject:
    """The case as a subject of terms."""
    return Subject(KIND, case.pk)


def _heading(case: Case) -> Heading:
    visit = case.inspection
    href = reverse("enforcement:case_tab", args=[case.pk, "procedure"])
    return Heading(case.number or case.clue_no, href, visit.shop_name or visit.address, case.unit.name)
