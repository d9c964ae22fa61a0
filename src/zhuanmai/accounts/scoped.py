"""Subjects that a room keeps in one table: who sees one, who works on one, how it is held; one rule for all mechanisms.

A room derives what it registers with approvals, deadlines, documents and exchange from this first. A room with more to
say (a recorder, a valuer, former officers) writes its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import Model, Q, QuerySet

from zhuanmai.accounts.models import Officer
from zhuanmai.accounts.permissions import holds_within, may, require, scope_units
from zhuanmai.core.errors import NotAllowed, NotFound


class Rows:
    """Rows with a `unit`: seen by who works on them, and in the units in which a permission to see them is held.

    `model`: the table; `noun`: what refusals call a row; `see`: the permission; `work`: the permission of who works on
    rows, as the table of moves names it; `workers`: the columns that name them; `beside`: what else is read with a row.
    """

    model: ClassVar[type[Model]]
    noun: ClassVar[str]
    see: ClassVar[str]
    work: ClassVar[str]
    workers: ClassVar[tuple[str, ...]]
    beside: ClassVar[tuple[str, ...]] = ()

    def rows(self, officer: Officer) -> QuerySet[Any]:
        """The rows that the officer sees."""
        scope = Q(unit_id__in=scope_units(officer, self.see))
        return self._all().filter(scope | self._own(officer) if may(officer, self.work) else scope)

    def visible_to(self, officer: Officer) -> QuerySet[Any]:
        """The ids of the rows that the officer sees."""
        return self.rows(officer).values_list("pk", flat=True)

    def own(self, officer: Officer) -> QuerySet[Any]:
        """The ids of the rows that name the officer as who works on them."""
        return self._all().filter(self._own(officer)).values_list("pk", flat=True)

    def worked_on(self, officer: Officer, acted_on: QuerySet[Any]) -> QuerySet[Any]:
        """The ids of the rows that name the officer, and of those on which they acted otherwise."""
        return self._all().filter(self._own(officer) | Q(pk__in=acted_on)).values("pk")

    def of_units(self, units: Collection[uuid.UUID]) -> QuerySet[Any]:
        """The ids of the rows of these units."""
        return self._all().filter(unit_id__in=units).values_list("pk", flat=True)

    def require_seen(self, officer: Officer, subject_id: uuid.UUID) -> Any:
        """The row. Raises NotFound where there is none, or none that the officer sees."""
        found = self.rows(officer).filter(pk=subject_id).first()
        if found is None:
            raise NotFound("not_found", f"没有这项{self.noun}，或不在您的管辖范围内；请核对，或请承办人移交。")
        return found

    def works(self, officer: Officer, row: Any) -> bool:
        """Whether the officer is one of those who work on the row, and holds a post for it in its unit or below."""
        is_named = officer.pk in {getattr(row, f"{name}_id") for name in self.workers}
        return is_named and holds_within(officer, self.work, row.unit)

    def require_works(self, officer: Officer, subject: Any) -> None:
        """Raise NotAllowed (not_yours) unless the officer works on the row."""
        if not self.works(officer, subject):
            raise NotAllowed("not_yours", f"您不是本项{self.noun}的承办人，不能办理；请由承办人办理。")

    def require_worker(self, officer: Officer, subject_id: uuid.UUID) -> None:
        """The same for an id. Raises NotFound too."""
        self.require_works(officer, self.require_seen(officer, subject_id))

    def guard(self, officer: Officer, permission: str, row: Any) -> None:
        """For `core.moves.Workflow`: work is for who works on the row, other acts for who may in its unit."""
        if permission == self.work:
            self.require_works(officer, row)
        else:
            require(officer, permission, unit=row.unit)

    def lock(self, subject_id: uuid.UUID) -> Any:
        """The row, held until the running transaction ends."""
        return self._all().select_for_update(of=("self",)).get(pk=subject_id)

    def _own(self, officer: Officer) -> Q:
        own = Q(pk__in=[])
        for name in self.workers:
            own |= Q(**{name: officer})
        return own

    def _all(self) -> QuerySet[Any]:
        return self.model._default_manager.select_related("unit", *self.workers, *self.beside)
