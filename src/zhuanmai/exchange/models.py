"""What is kept: messages to partners, written in the transaction of the act, each attempt, each reconciliation."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhuanmai.core.models import Base, Waits, Work


class Message(Base):
    """A message for a partner; its id is the idempotency key, so that the partner takes it once."""

    class State(models.TextChoices):
        """Where a message stands."""

        WAITING = "waiting", _("Waiting")
        RECEIVED = "received", _("Received")
        DEAD = "dead", _("Dead letter")

    partner = models.CharField(max_length=20, default="national")
    kind = models.CharField(max_length=20)
    case_id = models.UUIDField(db_index=True)
    body = models.JSONField()
    files = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=80, blank=True)
    received_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [models.Index(fields=["state", "created_at"])]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="content_stays", fields=["partner", "kind", "case_id", "body", "files"]),
            pgtrigger.FSM(
                name="lawful_moves",
                field="state",
                transitions=[("waiting", "received"), ("waiting", "dead"), ("dead", "waiting")],
            ),
        ]


class Attempt(Base):
    """One attempt: what the partner answered, or what went wrong."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tries")
    status = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=20)
    detail = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["created_at"]


class Reconciliation(Waits):
    """What a partner holds against what we sent: asked for on a page, done by a job. Lists hold messages' keys."""

    partner = models.CharField(max_length=20, default="national")
    agreed = models.PositiveIntegerField(default=0)
    missing_there = models.JSONField(default=list)
    unknown_here = models.JSONField(default=list)
    differing = models.JSONField(default=list)

    class Meta(Waits.Meta):
        get_latest_by = "created_at"

    @property
    def agrees(self) -> bool:
        """Whether both sides hold the same."""
        return self.state == Work.State.DONE and not (self.missing_there or self.unknown_here or self.differing)
