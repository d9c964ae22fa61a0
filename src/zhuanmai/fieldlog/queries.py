"""What can be asked of the log: a subject's operations and tablets, and who ever worked on which subjects."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from zhuanmai.accounts.models import Officer
from zhuanmai.fieldlog.models import FieldOperation, Tablet

_WAITING = (FieldOperation.Status.PENDING, FieldOperation.Status.HELD)


def operations_of(kind: str, subject_id: uuid.UUID) -> QuerySet[FieldOperation]:
    """The operations of a subject in the server's order."""
    return FieldOperation.objects.filter(subject_kind=kind, subject_id=subject_id)


def waiting_of(kind: str, subject_id: uuid.UUID) -> QuerySet[FieldOperation]:
    """Those that were not taken in yet."""
    return operations_of(kind, subject_id).filter(status__in=_WAITING).select_related("actor")


def tablets_of(kind: str, subject_id: uuid.UUID) -> QuerySet[Tablet]:
    """The tablets of a subject, by when it first heard of them."""
    found = Tablet.objects.filter(subject_kind=kind, subject_id=subject_id)
    return found.select_related("officer").order_by("created_at")


def acted_on(kind: str, officer: Officer) -> QuerySet[FieldOperation]:
    """What an officer made or sent, of all subjects of a kind."""
    return FieldOperation.objects.filter(Q(actor=officer) | Q(made_by=officer), subject_kind=kind)
