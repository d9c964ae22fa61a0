"""What tablets sent, of any subject: each operation with what became of it, and each tablet as a subject knows it."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from zhuanmai.accounts.models import Officer
from zhuanmai.core.clock import now
from zhuanmai.core.errors import Refused
from zhuanmai.core.models import Base


class Tablet(Base):
    """A tablet as a subject knows it: up to which of its operations, in its own order, all were taken in.

    `tallied`: how many of its operations of the kinds that are tallied were applied (a case: its scans).
    """

    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    tablet = models.UUIDField()
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    taken_to = models.PositiveIntegerField(default=0)
    tallied = models.IntegerField(default=0)
    unsent = models.PositiveIntegerField(default=0)
    last_seen = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "tablet"], name="fieldlog_tablet_once")
        ]


class FieldOperation(Base):
    """One act of an officer as it came from a tablet: kept whatever became of it, never dropped.

    `made_by`: who made it, where the actor took it over openly and sent it in their own name. `cursor`: the subject's
    when it was taken in; 0 where the subject was never opened.
    """

    class Status(models.TextChoices):
        """`pending`: waits until its kind is taken in again; `held`: came before its predecessors from the tablet."""

        APPLIED = "applied"
        REFUSED = "refused"
        PENDING = "pending"
        HELD = "held"

    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    tablet = models.UUIDField()
    n = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=now)
    actor = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+", null=True)
    payload = models.JSONField(default=dict)
    effect = models.JSONField(default=dict)
    cursor = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status)
    code = models.CharField(max_length=60, blank=True)
    detail = models.TextField(blank=True)
    field = models.CharField(max_length=80, blank=True)
    undone_by = models.UUIDField(null=True)

    class Meta:
        ordering = ["cursor"]
        indexes = [
            models.Index(fields=["subject_id", "cursor"], name="fieldlog_op_cursor"),
            models.Index(
                fields=["subject_id", "tablet", "n"],
                condition=Q(status__in=["held", "pending"]),
                name="fieldlog_op_waiting",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def turn_down(self, refusal: Refused) -> None:
        """Note why it was refused (not saved)."""
        self.status, self.code, self.detail = self.Status.REFUSED, refusal.code, refusal.detail
        self.field = refusal.field[:80]
