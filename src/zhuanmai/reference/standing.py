"""How a licence stands on a day: the register's state, and whether its time is over or nearly so. Pure."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.utils.translation import pgettext_lazy

from zhuanmai.core.clock import today
from zhuanmai.reference.models import Licensee

SOON = dt.timedelta(days=30)


class Standing(StrEnum):
    """The states of the register, and of those in force which end soon, and which have run out."""

    VALID = "valid"
    ENDS_SOON = "ends_soon"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    REVOKED = "revoked"

    @property
    def words(self) -> Any:
        """In the reader's language."""
        return _MORE.get(self) or Licensee.Status(self.value).label

    @property
    def level(self) -> str:
        """How it is shown: success, warning, danger."""
        if self is Standing.VALID:
            return "success"
        return "warning" if self in (Standing.ENDS_SOON, Standing.SUSPENDED) else "danger"


_MORE = {
    Standing.ENDS_SOON: pgettext_lazy("licence", "Ends soon"),
    Standing.EXPIRED: pgettext_lazy("licence", "Expired"),
}
CHOICES = [(one.value, one.words) for one in Standing]


def standing(status: str, valid_to: dt.date | None, day: dt.date) -> Standing:
    """How a licence stands on a day; it holds on its last day, and ends soon from the thirtieth day before that."""
    if status != Licensee.Status.VALID or valid_to is None:
        return Standing(status)
    if valid_to < day:
        return Standing.EXPIRED
    return Standing.ENDS_SOON if valid_to <= day + SOON else Standing.VALID


def standing_of(row: Licensee) -> Standing:
    """How a licence of the register stands today."""
    return standing(row.status, row.valid_to, today())


def standing_so(asked: str) -> Q:
    """The licences that stand so today; all of them for what is no state."""
    day, held = today(), Q(status=Licensee.Status.VALID)
    match asked:
        case Standing.VALID:
            return held & (Q(valid_to=None) | Q(valid_to__gt=day + SOON))
        case Standing.ENDS_SOON:
            return held & Q(valid_to__range=(day, day + SOON))
        case Standing.EXPIRED:
            return held & Q(valid_to__lt=day)
        case _:
            return Q(status=asked) if asked in Licensee.Status.values else Q()
