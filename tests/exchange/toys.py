"""A toy room's part in the exchange: units as subjects, a partner of its own, its kinds of messages."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from zhuanmai.accounts.models import Officer, Unit
from zhuanmai.core.headings import Heading
from zhuanmai.core.ids import new_id
from zhuanmai.exchange import services
from zhuanmai.exchange.kinds import Kind
from zhuanmai.exchange.models import Message

LETTER = Kind("toy", "letter", "toy.unit", "函件", "Letters", lambda body: str(body.get("title", "")))
PARCEL = Kind("toy", "parcel", "toy.unit", "包裹", "Parcels")


class Units:
    """Units as subjects: everybody sees their own."""

    kind = "toy.unit"

    def visible_to(self, officer: Officer) -> QuerySet[Any]:
        """The officer's own."""
        return Unit.objects.filter(pk=officer.unit_id).values_list("pk", flat=True)

    def of_units(self, units: Collection[uuid.UUID]) -> QuerySet[Any]:
        """These."""
        return Unit.objects.filter(pk__in=units).values_list("pk", flat=True)

    def headings(self, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Heading]:
        """By code and name."""
        return {row.pk: Heading(row.code, f"/toys/{row.pk}", row.name) for row in Unit.objects.filter(pk__in=ids)}


def letter(unit: Unit, title: str, kind: str = "letter") -> Message:
    """A message about a unit, written for the toy partner."""
    with transaction.atomic():
        return services.enqueue(partner="toy", kind=kind, key=new_id(), subject_id=unit.pk, body={"title": title})
